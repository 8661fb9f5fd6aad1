public import PortCore

/// Ports of one host that flip by themselves, alike in the last runs of their check: learnt from these runs, never
/// recorded.
///
/// A run is *restless* at a port when not all of its looks agreed, or when it shows another state than the run before. A
/// port flips where at least 3 of the last 10 runs were restless. It has *settled* while the last 3 runs all show one
/// state, and none of them was unstable.
public struct Flips: Hashable, Sendable {
    /// The ports.
    public private(set) var ports: PortSet
    /// How many of the last runs covered them, this one among them.
    public private(set) var runs = 0
    /// How many of these runs showed each state.
    public private(set) var states: [PortState: Int] = [:]
    /// In how many of these runs not all looks agreed.
    public private(set) var unstableRuns = 0
    /// Whether the run before did not know it yet.
    public private(set) var isNew: Bool
    /// Whether they show one state for so long that it is no chance any more.
    public private(set) var hasSettled: Bool

    /// How many runs are judged, how many of them have to be restless, and how many alike are enough to have settled.
    static let (window, restless, calm) = (10, 3, 3)
    /// How many runs tell what there is to tell of the next one: also whether the run before it knew, and what was
    /// before that.
    static let memory = window + 1

    /// `open in 4 of the last 10 runs, closed in 6, unstable in 2`.
    public var text: String {
        let shown = PortState.allCases.filter { states[$0] != nil }.map { ($0.rawValue, states[$0, default: 0]) }
        let all = shown + (unstableRuns > 0 ? [(Instability.word, unstableRuns)] : [])
        return all.enumerated().map { index, part in
            "\(part.0) in \(part.1)" + (index == 0 ? " of the last \(Wording.count(runs, "run"))" : "")
        }.joined(separator: ", ")
    }

    /// What one run showed of a host.
    struct Sight {
        /// `nil` where the run did not cover the host.
        let states: PortStates?
        let unstable: PortSet
    }

    /// The ports that flip, by first port. `sights` are of this run and those before, newest first.
    static func all(_ sights: [Sight]) -> [Flips] {
        let restless = sights.indices.map { index in
            index + 1 < sights.count ? changed(sights[index], sights[index + 1]) : sights[index].unstable
        }
        let flipping = often(restless.prefix(window))
        guard !flipping.isEmpty else { return [] }
        let known = often(restless.dropFirst().prefix(window))
        let settled = settled(sights)
        var classes: [Flips] = []
        for (ports, isNew) in [(flipping.intersection(known), false), (flipping.subtracting(known), true)] {
            for (part, hasSettled) in [(ports.intersection(settled), true), (ports.subtracting(settled), false)] {
                classes.append(Flips(ports: part, isNew: isNew, hasSettled: hasSettled))
            }
        }
        classes.removeAll(where: \.ports.isEmpty)
        for sight in sights.prefix(window) { classes = classes.flatMap { $0.parts(sight) } }
        return classes.sorted { $0.ports.ranges[0].lowerBound < $1.ports.ranges[0].lowerBound }
    }

    private init(ports: PortSet, isNew: Bool, hasSettled: Bool) {
        (self.ports, self.isNew, self.hasSettled) = (ports, isNew, hasSettled)
    }

    /// What was unstable in `new`, or has another state than in `old`; a port that one of them did not cover changed
    /// nothing.
    private static func changed(_ new: Sight, _ old: Sight) -> PortSet {
        guard let after = new.states, let before = old.states else { return new.unstable }
        return PortState.allCases.reduce(new.unstable) { ports, state in
            ports.union(after[state].subtracting(before[state]).intersection(before.scope))
        }
    }

    /// Whether some port flips after one more run, whatever that finds; `sights` are of those before, newest first.
    static func mayFollow(_ sights: [Sight]) -> Bool {
        let restless = zip(sights, sights.dropFirst()).map(changed) + (sights.last.map { [$0.unstable] } ?? [])
        return !often(restless.prefix(window - 1), least: Self.restless - 1).isEmpty
    }

    /// The ports that are in enough of the sets.
    private static func often(_ sets: some Sequence<PortSet>, least count: Int = restless) -> PortSet {
        var times = Array(repeating: PortSet(), count: count)
        for set in sets where !set.isEmpty {
            for index in times.indices.dropFirst().reversed() {
                times[index] = times[index].union(times[index - 1].intersection(set))
            }
            times[0] = times[0].union(set)
        }
        return times[count - 1]
    }

    /// The ports of which the last runs show one state, none of them unstable.
    private static func settled(_ sights: [Sight]) -> PortSet {
        let last = sights.prefix(calm)
        guard last.count == calm else { return PortSet() }
        let alike = PortState.allCases.reduce(PortSet()) { ports, state in
            let sets = last.map { $0.states?[state] ?? PortSet() }
            return ports.union(sets.dropFirst().reduce(sets[0]) { $0.intersection($1) })
        }
        return last.reduce(alike) { $0.subtracting($1.unstable) }
    }

    /// The ports as one more run divides them.
    private func parts(_ sight: Sight) -> [Flips] {
        func part(_ share: PortSet, _ change: (inout Flips) -> Void) -> [Flips] {
            [share.intersection(sight.unstable), share.subtracting(sight.unstable)].enumerated().compactMap {
                index, share in
                guard !share.isEmpty else { return nil }
                var part = self
                part.ports = share
                change(&part)
                if index == 0 { part.unstableRuns += 1 }
                return part
            }
        }
        var rest = ports
        var parts: [Flips] = []
        for state in PortState.allCases {
            let share = rest.intersection(sight.states?[state] ?? PortSet())
            rest = rest.subtracting(share)
            parts += part(share) {
                $0.runs += 1
                $0.states[state, default: 0] += 1
            }
        }
        return parts + part(rest) { _ in }
    }
}

extension Drift {
    /// What counts as drift where some ports flip by themselves: everything but changes of these, unless they have
    /// settled, or the whole host is lost.
    func excusing(_ flips: [Host: [Flips]]) -> Drift {
        Drift(
            hosts: hosts.compactMap { host in
                let excused = (flips[host.host] ?? []).filter { !$0.hasSettled }.reduce(PortSet()) {
                    $0.union($1.ports)
                }
                guard !excused.isEmpty, !host.lostWhole else { return host }
                let changes = host.changes.flatMap { change -> [PortChange] in
                    guard change.from != nil, change.to != nil else { return [change] }
                    return PortSet([change.ports]).subtracting(excused).ranges.map {
                        PortChange(ports: $0, from: change.from, to: change.to)
                    }
                }
                guard !changes.isEmpty || host.changedAddress || host.wasScoped != host.isScoped else { return nil }
                return HostDrift(
                    host: host.host, wasScoped: host.wasScoped, isScoped: host.isScoped, oldAddress: host.oldAddress,
                    newAddress: host.newAddress, changes: changes, lostWhole: false)
            })
    }
}
