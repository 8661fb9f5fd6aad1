/// What was found at one endpoint.
public struct Outcome: Hashable, Sendable {
    /// Why the endpoint has its state.
    public var reason: Reason
    /// How often it was looked at, from 1: more often where a run was asked to confirm what it found.
    public var looks: UInt8 = 1
    /// How many of these looks showed another state than the one that holds.
    public var dissent: UInt8 = 0
    /// From the first SYN to the verdict, in microseconds.
    public var elapsedMicroseconds: UInt32

    /// The time is 0 for a name that leads nowhere, where nothing was probed.
    public init(reason: Reason, elapsedMicroseconds: UInt32 = 0) {
        self.reason = reason
        self.elapsedMicroseconds = elapsedMicroseconds
    }

    /// The state that the reason stands for.
    public var state: PortState { reason.state }
}

/// What was found at every endpoint of one host.
public struct HostResult: Sendable {
    /// What the operator named.
    public let host: Host
    /// The address that was probed; `nil` when the name leads to none.
    public let address: IPAddress?
    /// The ports that were asked for, with the outcomes of a name that leads nowhere, too.
    public let ports: PortSet
    /// One outcome a port, in the order of `ports.values`.
    public let outcomes: [Outcome]
    /// What happened on the way to each port; empty unless the run was traced.
    public let steps: [UInt16: [ProbeStep]]

    /// Stops the process unless there is one outcome a port.
    public init(
        host: Host, address: IPAddress?, ports: PortSet, outcomes: [Outcome], steps: [UInt16: [ProbeStep]] = [:]
    ) {
        precondition(outcomes.count == ports.count, "one outcome a port")
        self.host = host
        self.address = address
        self.ports = ports
        self.outcomes = outcomes
        self.steps = steps
    }

    /// What was found at `port`; `nil` for a port that was not asked for.
    public func outcome(at port: UInt16) -> Outcome? {
        var before = 0
        for range in ports.ranges {
            if range.contains(port) { return outcomes[before + Int(port - range.lowerBound)] }
            before += range.count
        }
        return nil
    }

    /// The ports by their reasons, in the fixed order of reasons; reasons that do not occur are left out.
    public var reasons: [(reason: Reason, ports: PortSet)] {
        var sets: [Reason: PortSet] = [:]
        var index = 0
        for range in ports.ranges {
            var first = range.lowerBound
            for port in range {
                let reason = outcomes[index].reason
                index += 1
                guard port == range.upperBound || outcomes[index].reason != reason else { continue }
                sets[reason, default: PortSet()].append(first...port)
                first = port &+ 1
            }
        }
        return Reason.allCases.compactMap { reason in sets[reason].map { (reason, $0) } }
    }
}
