public import PortCore

/// A range of ports of one host that have one state and are unstable in the same way: in the looks of a run, in the last
/// runs of its check, or in both.
public struct UnstableRow: Hashable, Sendable {
    /// The host that was probed.
    public let host: Host
    /// The ports, next to each other.
    public let ports: ClosedRange<UInt16>
    /// The state that holds.
    public let state: PortState
    /// How many looks showed another state; 0 where all agreed.
    public let dissent: Int
    /// How many looks there were; 1 where all agreed.
    public let looks: Int
    /// How the last runs were; `nil` where they do not call the ports unstable, and for runs of the past.
    public let flips: Flips?

    /// Everything that was unstable in a run, or flips by itself as the runs before it show: by host, then by port.
    public static func rows(_ findings: Findings, flips: [Host: [Flips]] = [:]) -> [UnstableRow] {
        findings.entries.flatMap { entry in
            let looks = findings.evidence[entry.host]?.unstable ?? []
            let runs = flips[entry.host] ?? []
            let agreed = looks.reduce(entry.states.scope) { $0.subtracting($1.ports) }
            let calm = runs.reduce(entry.states.scope) { $0.subtracting($1.ports) }
            func rows(_ ports: PortSet, _ instability: Instability?, _ flips: Flips?) -> [UnstableRow] {
                PortState.allCases.flatMap { state in
                    ports.intersection(entry.states[state]).ranges.map {
                        UnstableRow(
                            host: entry.host, ports: $0, state: state, dissent: instability?.dissent ?? 0,
                            looks: instability?.looks ?? 1, flips: flips)
                    }
                }
            }
            let all =
                looks.flatMap { look in
                    rows(look.ports.intersection(calm), look, nil)
                        + runs.flatMap { rows(look.ports.intersection($0.ports), look, $0) }
                } + runs.flatMap { rows($0.ports.intersection(agreed), nil, $0) }
            return all.sorted { $0.ports.lowerBound < $1.ports.lowerBound }
        }
    }
}
