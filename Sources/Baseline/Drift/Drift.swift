public import PortCore

/// What kind of difference a change is.
public enum DriftKind: String, CaseIterable, Sendable {
    case opened
    case closed
    case lost
    case changed
    case address
    case unscoped
    case newlyScoped = "newly-scoped"

    /// The kinds that are drift unless more is asked for.
    public static let counted: Set<DriftKind> = [.opened, .closed, .lost]

    /// The kinds that count only when asked for.
    public static let countable: [DriftKind] = [.changed, .address]

    /// What two states of a port that differ come to; `nil` for one that was not probed. Never `.address`.
    init(from: PortState?, to: PortState?) {
        self =
            switch (from, to) {
            case (nil, _): .newlyScoped
            case (_, nil): .unscoped
            case (_, .open): .opened
            case (.open, .closed): .closed
            case (.open, _): .lost
            default: .changed
            }
    }
}

/// A range of ports of one host that went from one state to another.
public struct PortChange: Hashable, Sendable {
    /// Ports that went from the one state to the other together.
    public let ports: ClosedRange<UInt16>
    /// `nil` when the older run did not probe the ports.
    public let from: PortState?
    /// `nil` when the newer run did not probe the ports.
    public let to: PortState?

    /// `from` and `to` differ: of equal ones there is no change.
    public init(ports: ClosedRange<UInt16>, from: PortState?, to: PortState?) {
        self.ports = ports
        self.from = from
        self.to = to
    }

    /// What the two states come to; never `.address`, which is a difference of hosts.
    public var kind: DriftKind { DriftKind(from: from, to: to) }
}

/// Everything that differs at one host.
public struct HostDrift: Hashable, Sendable {
    /// What the operator named, by which the runs are matched.
    public let host: Host
    /// Whether each run had the host in its scope.
    public let wasScoped: Bool
    /// For the newer run: `false` for a host that left the scope.
    public let isScoped: Bool
    /// Where a name led to, before and after.
    public let oldAddress: IPAddress?
    /// For the newer run; `nil` for an address, a name that led nowhere, and a host out of scope.
    public let newAddress: IPAddress?
    /// The changes in order of ports.
    public let changes: [PortChange]
    /// Whether every port that was open is lost: the host is gone, rather than each port by itself.
    public let lostWhole: Bool

    /// Whether a name that both runs probed leads elsewhere now.
    public var changedAddress: Bool { wasScoped && isScoped && oldAddress != newAddress }
}

/// The difference from an older snapshot to a newer one, in host order.
public struct Drift: Hashable, Sendable {
    /// The hosts that differ, in host order; none when the snapshots are equal.
    public let hosts: [HostDrift]

    init(hosts: [HostDrift]) { self.hosts = hosts }

    /// Compares two snapshots by walking their sorted hosts, and each host's sorted ranges, side by side.
    public init(from old: Snapshot, to new: Snapshot) {
        var hosts: [HostDrift] = []
        var before = old.entries[...]
        var after = new.entries[...]
        while let host = [before.first?.host, after.first?.host].compactMap({ $0 }).min() {
            let from = before.first?.host == host ? before.removeFirst() : nil
            let to = after.first?.host == host ? after.removeFirst() : nil
            if from != to { hosts.append(Self.compare(host, from, to)) }
        }
        self.hosts = hosts
    }

    /// How many endpoints each kind has; for `address`, how many hosts. Kinds that do not occur are left out.
    public var counts: [DriftKind: Int] {
        hosts.reduce(into: [:]) { counts, host in
            if host.changedAddress { counts[.address, default: 0] += 1 }
            for change in host.changes { counts[change.kind, default: 0] += change.ports.count }
        }
    }

    /// The older snapshot with the drift applied: the newer one.
    public func applied(to old: Snapshot) -> Snapshot {
        let changed = Dictionary(uniqueKeysWithValues: hosts.map { ($0.host, $0) })
        let kept = old.entries.filter { changed[$0.host] == nil }
        let older = Dictionary(uniqueKeysWithValues: old.entries.map { ($0.host, $0) })
        let renewed = hosts.filter(\.isScoped).compactMap { host -> Snapshot.Entry? in
            var states = older[host.host]?.states ?? PortStates()
            for state in PortState.allCases {
                let left = PortSet(host.changes.filter { $0.from == state }.map(\.ports))
                let come = PortSet(host.changes.filter { $0.to == state }.map(\.ports))
                states[state] = states[state].subtracting(left).union(come)
            }
            // Where only a part of a drift is applied, the ports that stay may be none.
            guard !states.scope.isEmpty else { return nil }
            return Snapshot.Entry(host: host.host, address: host.newAddress, states: states)
        }
        return Snapshot(kept + renewed)
    }

    private static func compare(_ host: Host, _ old: Snapshot.Entry?, _ new: Snapshot.Entry?) -> HostDrift {
        let before = old?.states ?? PortStates()
        let after = new?.states ?? PortStates()
        var changes: [PortChange] = []
        func add(_ ports: PortSet, from: PortState?, to: PortState?) {
            changes += ports.ranges.map { PortChange(ports: $0, from: from, to: to) }
        }
        let (oldScope, newScope) = (before.scope, after.scope)
        for from in PortState.allCases {
            for to in PortState.allCases where to != from {
                add(before[from].intersection(after[to]), from: from, to: to)
            }
            add(before[from].subtracting(newScope), from: from, to: nil)
            add(after[from].subtracting(oldScope), from: nil, to: from)
        }
        changes.sort { $0.ports.lowerBound < $1.ports.lowerBound }
        let lost = changes.filter { $0.kind == .lost }.reduce(0) { $0 + $1.ports.count }
        return HostDrift(
            host: host, wasScoped: old != nil, isScoped: new != nil,
            oldAddress: old?.address, newAddress: new?.address, changes: changes,
            lostWhole: lost > 1 && lost == before[.open].count && after[.filtered] == newScope)
    }
}
