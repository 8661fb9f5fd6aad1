public import PortCore

/// What one check found, and what it comes to: everything that its outputs are made of.
public struct CheckReport: Sendable {
    public let name: CheckName
    public let request: CheckRequest
    public let startedAt: Timestamp
    public let finishedAt: Timestamp
    public let findings: Findings
    /// What was found at each endpoint, with its time, in host order.
    public let results: [HostResult]
    /// What was asked of the states.
    public let demand: StateDemand
    /// The digest of the snapshot.
    public let digest: Digest
    /// The run as recorded; `nil` when it was not.
    public let run: Run?
    /// What it was judged by; `nil` when by its states.
    public let comparison: Comparison?
    public let verdict: Verdict
    /// What went wrong beside the check, each in one line.
    public let warnings: [String]

    /// How many ports are in each of the words of check_ports.py.
    public var statusCounts: [String: Int] {
        results.reduce(into: [:]) { counts, result in
            for (reason, ports) in result.reasons { counts[reason.status, default: 0] += ports.count }
        }
    }

    /// How many ports are not as the demand wants them.
    public var problemCount: Int { StateJudgement(findings, request.ports, demand).problemCount }

    /// How many changes count as drift, over all endpoints; `nil` without a reference.
    public func driftCount(_ counted: Set<DriftKind>) -> Int? {
        comparison?.drift.counts.reduce(0) { $0 + (counted.contains($1.key) ? $1.value : 0) }
    }

    /// How long the connections to open ports took.
    public var connectTimes: AnswerTimes { AnswerTimes(results, of: [.open]) }

    /// The reference of a check, and the drift from it.
    public struct Comparison: Sendable {
        public let reference: Run
        /// The version of the check's baseline that is the reference, if it is one.
        public let baselineVersion: Int?
        public let drift: Drift

        /// `baseline 2 (run 17)` or `run 17`.
        public var name: String {
            baselineVersion.map { "baseline \($0) (run \(reference.id))" } ?? "run \(reference.id)"
        }
    }
}
