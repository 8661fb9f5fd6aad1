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
    /// The digest of the snapshot.
    public let digest: Digest
    /// The run as recorded; `nil` when it was not.
    public let run: Run?
    /// What it was judged by; `nil` when by its states.
    public let comparison: Comparison?
    /// What the run comes to: by `comparison`, or by its states where that is `nil`.
    public let verdict: Verdict
    /// What went wrong beside the check, each in one line.
    public let warnings: [String]

    /// The reference of a check, and the drift from it.
    public struct Comparison: Sendable {
        /// The run that was compared with.
        public let reference: Run
        /// The version of the check's baseline that is the reference, if it is one.
        public let baselineVersion: Int?
        /// The drift from `reference` to this run, with the kinds that do not count.
        public let drift: Drift

        /// `baseline 2 (run 17)` or `run 17`.
        public var name: String {
            baselineVersion.map { "baseline \($0) (run \(reference.id))" } ?? "run \(reference.id)"
        }
    }
}
