public import PortCore

/// What one check found, and what it comes to: everything that its outputs are made of.
public struct CheckReport: Sendable {
    /// The name that was given, or the one made from the request.
    public let name: CheckName
    /// What was carried out: the parts given over the recorded request.
    public let request: CheckRequest
    /// The moment before the first name was resolved.
    public let startedAt: Timestamp
    /// The moment after the last probe, a second look included.
    public let finishedAt: Timestamp
    /// What was found; by both looks together where the first differed from the reference.
    public let findings: Findings
    /// What was found at each endpoint, with its time, in host order.
    public let results: [HostResult]
    /// What was asked of the states.
    public let demand: StateDemand
    /// The digest of the snapshot.
    public let digest: Digest
    /// The run as recorded; `nil` when it was not.
    public let run: Run?
    /// What the run redefined of the recorded request, a text a part; empty where it redefined nothing.
    public let redefined: [String]
    /// What it was judged by; `nil` when by its states.
    public let comparison: Comparison?
    /// The ports that flip by themselves, as the last runs show, of the hosts that have any.
    public let flips: [Host: [Flips]]
    /// What the run comes to: by `comparison`, or by its states where that is `nil`.
    public let verdict: Verdict
    /// What went wrong beside the check, each in one line.
    public let warnings: [String]
    /// Whether the verdict tells of a missing record or baseline, of which the states know nothing.
    public let isQualified: Bool

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
        /// What was compared with.
        public let reference: Recorded
        /// The version of the check's baseline that is the reference, if it is one.
        public let baselineVersion: Int?
        /// The drift from `reference` to this run, with the kinds that do not count, and without ports that flip by
        /// themselves.
        public let drift: Drift

        /// `baseline 2 (run 17)`, `baseline 3 (derived from run 17)` or `run 17`.
        public var name: String {
            baselineVersion.map { "baseline \($0) (\(reference.origin))" } ?? reference.name
        }
    }
}
