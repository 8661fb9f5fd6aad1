public import PortCore

/// What a check asks of the states it finds.
public struct StateDemand: Hashable, Sendable {
    /// Which ports have to be open.
    public enum Rule: Hashable, Sendable {
        /// As check_ports.py by default: a closed port is a WARNING, one that did not answer is CRITICAL.
        case byState
        /// Every port; else CRITICAL.
        case all
        /// At least this many of each host; else CRITICAL.
        case atLeast(Int)
    }

    public var rule = Rule.byState
    /// Ports that are to be closed: an open one is CRITICAL, and no other state of them is a problem.
    public var expectedClosed = PortSet()
    /// How many problem ports there may be: ports that are not as they should be. Given, they stand in for `byState`.
    public var problems = Thresholds()
    /// How long the slowest connection may take, in seconds.
    public var connectSeconds = Thresholds()

    /// What is asked when nothing is said.
    public init() {}

    /// Whether it asks for states, so that a baseline is not what the run is judged by.
    public var isOfStates: Bool { rule != .byState || !expectedClosed.isEmpty || !problems.isEmpty }

    /// `verdict`, made worse where a connection took too long.
    func judging(_ verdict: Verdict, by results: [HostResult]) -> Verdict {
        let connected = results.flatMap { result in
            zip(result.ports.values, result.outcomes).lazy.filter { $1.state == .open }.map {
                (endpoint: result.host.endpoint("\($0)"), microseconds: $1.elapsedMicroseconds)
            }
        }
        guard let slowest = connected.max(by: { $0.microseconds < $1.microseconds }) else { return verdict }
        let level = connectSeconds.level(of: Double(slowest.microseconds) / 1_000_000)
        guard level > .ok else { return verdict }
        return Verdict(
            level: max(verdict.level, level),
            message:
                "\(verdict.message); connecting to \(slowest.endpoint) took "
                + Wording.duration(microseconds: slowest.microseconds))
    }

    /// - Throws: `DemandError` when no run of `selection` can meet it, or it asks of ports that are not probed.
    func require(possibleWith selection: PortSelection) throws(DemandError) {
        let all = selection.all
        let unprobed = expectedClosed.subtracting(all)
        if let port = unprobed.ranges.first?.lowerBound { throw .notProbed(port) }
        let wanted = all.subtracting(expectedClosed).count
        if case .atLeast(let count) = rule, count > wanted { throw .tooMany(count, of: wanted) }
    }
}

/// A demand that cannot be met; the description is one line for the operator.
public enum DemandError: Error, Equatable, CustomStringConvertible {
    case notProbed(UInt16)
    case tooMany(Int, of: Int)

    public var description: String {
        switch self {
        case .notProbed(let port):
            "Port \(port) of --expect-closed is not among the ports of the check. Name it in --ports, too."
        case .tooMany(let count, let wanted):
            "--require-open-count \(count) cannot be met: only \(Wording.count(wanted, "port")) may be open."
        }
    }
}
