public import PortCore

/// One line of a drift report: ports of one host that changed alike and for one reason.
public struct DriftRow: Hashable, Sendable {
    /// The kind of all ports of the row, or `.address`.
    public let kind: DriftKind
    /// The host whose ports or address changed.
    public let host: Host
    /// `nil` for a change of address.
    public private(set) var ports: ClosedRange<UInt16>?
    /// The state in the older run; `nil` where it did not probe the ports, and for a change of address.
    public let from: PortState?
    /// The state in the newer run; `nil` where it did not probe the ports, and for a change of address.
    public let to: PortState?
    /// Why the ports have their new state; `nil` when that is not known or there is no new state.
    public let reason: Reason?
    /// Where the name led in the older run; `nil` for nowhere, and for a change of ports.
    public let oldAddress: IPAddress?
    /// Where the name leads in the newer run; `nil` for nowhere, and for a change of ports.
    public let newAddress: IPAddress?
    /// Whether the row is one of a host that was lost as a whole.
    public let isOfLostHost: Bool

    /// The rows of `drift`, by host, then port. `evidence` is that of the newer run.
    public static func rows(_ drift: Drift, evidence: [Host: Evidence]) -> [DriftRow] {
        drift.hosts.flatMap { host in
            let address = host.changedAddress ? [DriftRow(addressOf: host)] : []
            var silent = silentRanges(evidence[host.host])
            return address
                + host.changes.flatMap { change in
                    split(change, &silent).map { DriftRow(host, change, ports: $0.ports, reason: $0.reason) }
                }
        }
    }

    private init(addressOf drift: HostDrift) {
        kind = .address
        host = drift.host
        ports = nil
        from = nil
        to = nil
        reason = nil
        oldAddress = drift.oldAddress
        newAddress = drift.newAddress
        isOfLostHost = false
    }

    private init(_ drift: HostDrift, _ change: PortChange, ports: ClosedRange<UInt16>, reason: Reason?) {
        kind = change.kind
        host = drift.host
        self.ports = ports
        from = change.from
        to = change.to
        self.reason = reason
        oldAddress = nil
        newAddress = nil
        isOfLostHost = drift.lostWhole && change.to == .filtered
    }

    /// The filtered ports of a host as ranges of one reason each, ascending.
    private static func silentRanges(
        _ evidence: Evidence?
    ) -> ArraySlice<(ports: ClosedRange<UInt16>, reason: Reason)> {
        let ranges = (evidence?.reasons ?? []).flatMap { reason, set in set.ranges.map { (ports: $0, reason: reason) } }
        return ranges.sorted { $0.ports.lowerBound < $1.ports.lowerBound }[...]
    }

    /// The parts of a change that have one reason each, ascending. Changes are asked in order of ports, so what of
    /// `silent` lies before one is dropped: all of them together cost one walk.
    private static func split(
        _ change: PortChange, _ silent: inout ArraySlice<(ports: ClosedRange<UInt16>, reason: Reason)>
    ) -> [(ports: ClosedRange<UInt16>, reason: Reason?)] {
        switch change.to {
        case nil: return [(change.ports, nil)]
        case .open: return [(change.ports, .connected)]
        case .closed: return [(change.ports, .refused)]
        case .filtered:
            silent = silent.drop { $0.ports.upperBound < change.ports.lowerBound }
            let parts = silent.prefix { $0.ports.lowerBound <= change.ports.upperBound }.map {
                (ports: $0.ports.clamped(to: change.ports), reason: Optional($0.reason))
            }
            return parts.isEmpty ? [(change.ports, nil)] : parts
        }
    }

    /// The parts of the row whose ports are in `set`, ascending.
    func parts(in set: PortSet) -> [DriftRow] {
        guard let ports else { return [] }
        return PortSet([ports]).intersection(set).ranges.map { range in
            var part = self
            part.ports = range
            return part
        }
    }

    /// `opened db01:3306`, `address web01 10.0.0.1 → 10.0.0.2`.
    public var summary: String {
        guard let ports else {
            return "address \(host) \(Self.text(oldAddress)) → \(Self.text(newAddress))"
        }
        return "\(kind.rawValue) \(host.endpoint(ports.portText))"
    }

    /// An address, or `none` for a name that leads nowhere.
    public static func text(_ address: IPAddress?) -> String { address.map { "\($0)" } ?? "none" }
}
