public import PortCore

/// What one check found, and what it comes to: everything that its outputs are made of.
public struct CheckReport: Sendable {
    public let name: CheckName
    public let request: CheckRequest
    public let startedAt: Timestamp
    public let finishedAt: Timestamp
    public let findings: Findings
    /// The digest of the snapshot.
    public let digest: Digest
    /// The run as recorded; `nil` when it was not.
    public let run: Run?
    /// What it was judged by; `nil` when by its states.
    public let comparison: Comparison?
    public let verdict: Verdict
    /// What went wrong beside the check, each in one line.
    public let warnings: [String]

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
