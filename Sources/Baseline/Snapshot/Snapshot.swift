public import PortCore

/// The scope of a run and the state of every endpoint in it: no clock, no duration, no vantage, no reasons.
public struct Snapshot: Hashable, Sendable {
    /// One host of a snapshot.
    public struct Entry: Hashable, Sendable {
        /// What the operator named: a name stays one, wherever it led.
        public let host: Host
        /// Where a name led to; `nil` for a host that is an address, and for a name that led nowhere.
        public let address: IPAddress?
        /// The state of every port in the host's scope.
        public let states: PortStates

        /// `address` is kept for a name only.
        public init(host: Host, address: IPAddress?, states: PortStates) {
            self.host = host
            if case .name = host { self.address = address } else { self.address = nil }
            self.states = states
        }
    }

    /// The hosts in host order, each once.
    public let entries: [Entry]

    /// A snapshot of `entries`, in any order.
    public init(_ entries: [Entry]) {
        self.entries = entries.sorted { $0.host < $1.host }
    }

    /// The snapshot of what a run found.
    public init(_ results: [HostResult]) {
        self.init(
            results.map { result in
                var states = PortStates()
                for (reason, ports) in result.reasons { states[reason.state] = states[reason.state].union(ports) }
                return Entry(host: result.host, address: result.address, states: states)
            })
    }

    /// The SHA-256 of the canonical bytes.
    public var digest: Digest { Digest(of: SnapshotFormat.text(self)) }

    /// The same over the snapshot without its address lines: equal when only addresses differ.
    public var statesDigest: Digest { Digest(of: SnapshotFormat.text(self, withAddresses: false)) }

    /// `statesDigest`, where the digest of the whole is known: without a name there is no address line, and they are the
    /// same.
    func statesDigest(whole: Digest) -> Digest {
        // Names come last in host order.
        guard case .name = entries.last?.host else { return whole }
        return statesDigest
    }

    /// How many endpoints have `state`.
    public func count(_ state: PortState) -> Int {
        entries.reduce(0) { $0 + $1.states[state].count }
    }

    /// How many endpoints the snapshot has.
    public var endpointCount: Int { PortState.allCases.reduce(0) { $0 + count($1) } }
}
