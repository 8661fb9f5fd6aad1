public import PortCore

/// A range of ports of one host that have one state and were unstable in the same way.
public struct UnstableRow: Hashable, Sendable {
    /// The host that was probed.
    public let host: Host
    /// The ports, next to each other.
    public let ports: ClosedRange<UInt16>
    /// The state that holds.
    public let state: PortState
    /// How many looks showed another state.
    public let dissent: Int
    /// How many looks there were.
    public let looks: Int

    /// Everything that was unstable in a run: by host, then by port.
    public static func rows(_ findings: Findings) -> [UnstableRow] {
        findings.entries.flatMap { entry in
            (findings.evidence[entry.host]?.unstable ?? []).flatMap { unstable in
                PortState.allCases.flatMap { state in
                    unstable.ports.intersection(entry.states[state]).ranges.map {
                        UnstableRow(
                            host: entry.host, ports: $0, state: state, dissent: unstable.dissent, looks: unstable.looks)
                    }
                }
            }
            .sorted { $0.ports.lowerBound < $1.ports.lowerBound }
        }
    }
}
