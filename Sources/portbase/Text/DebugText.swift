import PortCore

/// The life of each probe, in the one order of all outputs.
enum DebugText {
    static func lines(_ results: [HostResult]) -> String {
        results.flatMap { result -> [String] in
            return resolved(result)
                + zip(result.ports.values, result.outcomes).flatMap { port, outcome in
                    life(outcome, result.steps[port, default: []], result.host.endpoint("\(port)"))
                }
        }.map { "debug: \($0)\n" }.joined()
    }

    /// Where a name leads.
    private static func resolved(_ result: HostResult) -> [String] {
        guard case .name(let name) = result.host else { return [] }
        return ["\(name) resolved to \(result.address.map { "\($0)" } ?? "no address")"]
    }

    private static func life(_ outcome: Outcome, _ steps: [ProbeStep], _ endpoint: String) -> [String] {
        let verdict = "\(outcome.state.rawValue), \(outcome.reason.rawValue)"
        return steps.map { "\(endpoint)  +\(Wording.duration(microseconds: $0.microseconds))  \($0)" }
            + ["\(endpoint)  +\(Wording.duration(microseconds: outcome.elapsedMicroseconds))  \(verdict)"]
    }
}
