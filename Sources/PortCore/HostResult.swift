/// What was found at one endpoint.
public struct Outcome: Hashable, Sendable {
    public var reason: Reason
    /// From the first SYN to the verdict, in microseconds.
    public var elapsedMicroseconds: UInt32

    public init(reason: Reason, elapsedMicroseconds: UInt32 = 0) {
        self.reason = reason
        self.elapsedMicroseconds = elapsedMicroseconds
    }

    public var state: PortState { reason.state }
}

/// What was found at every endpoint of one host.
public struct HostResult: Sendable {
    public let host: Host
    /// The address that was probed; `nil` when the name leads to none.
    public let address: IPAddress?
    public let ports: PortSet
    /// One outcome a port, in the order of `ports.values`.
    public let outcomes: [Outcome]

    public init(host: Host, address: IPAddress?, ports: PortSet, outcomes: [Outcome]) {
        precondition(outcomes.count == ports.count, "one outcome a port")
        self.host = host
        self.address = address
        self.ports = ports
        self.outcomes = outcomes
    }

    /// The ports for which `include` holds.
    public func ports(where include: (Reason) -> Bool) -> PortSet {
        var set = PortSet()
        for (port, outcome) in zip(ports.values, outcomes) where include(outcome.reason) {
            set.append(port...port)
        }
        return set
    }
}
