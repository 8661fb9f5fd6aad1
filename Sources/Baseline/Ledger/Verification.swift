/// The first thing in the database that does not hold.
public struct Discrepancy: Error, Equatable, CustomStringConvertible {
    /// The entry of the ledger that it was found at; `nil` for what has none.
    public let entry: Int64?
    /// What it is about, such as `run 12 of web` or `trigger runs_no_update`; `nil` for the ledger as a whole.
    public let subject: String?
    /// What does not hold.
    public let problem: String

    init(entry: Int64? = nil, _ subject: String?, _ problem: String) {
        self.entry = entry
        self.subject = subject
        self.problem = problem
    }

    /// `entry 17 (run 12 of web): …`.
    public var description: String {
        let place = entry.map { "entry \($0)" + (subject.map { " (\($0))" } ?? "") } ?? subject ?? "the ledger"
        return "\(place): \(problem)"
    }
}

/// What `Verifier` went through when everything holds.
public struct Verification: Equatable, Sendable {
    /// The last entry; `nil` when nothing is recorded.
    public internal(set) var head: LedgerHead?
    /// How many entries there are of each kind.
    public internal(set) var counts: [LedgerKind: Int] = [:]
    /// The first entry that is signed, from which on all are; `nil` when none is.
    public internal(set) var signedFrom: Int64?
    /// How many runs were dropped since: their entries are proved, and what they found is no longer there.
    public internal(set) var prunedRuns = 0
    /// How many runs were recorded elsewhere and brought in; entries of imports vouch for them.
    public internal(set) var importedRuns = 0

    /// How many entries there are.
    public var entryCount: Int { counts.values.reduce(0, +) }
}
