import Baseline

/// `portbase head --json`.
struct HeadJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let head: EntryJSON

    /// An entry's place and hash.
    struct EntryJSON: Encodable {
        let sequence: Int64?
        let hash: String

        init(_ head: LedgerHead) {
            sequence = head.sequence
            hash = head.hash.description
        }
    }

    init(_ head: LedgerHead) { self.head = EntryJSON(head) }

    enum CodingKeys: String, CodingKey {
        case head
        case schemaVersion = "schema_version"
    }
}

/// `portbase verify --json`.
struct VerifyJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let holds: Bool
    /// What was gone through where it holds; left out where it does not.
    var head: HeadJSON.EntryJSON?
    var entryCounts: [String: Int]?
    var prunedRuns: Int?
    var importedRuns: Int?
    var signedFrom: Int64?
    /// The first thing that does not hold; left out where all does.
    var discrepancy: DiscrepancyJSON?

    struct DiscrepancyJSON: Encodable {
        let entry: Int64?
        let subject: String?
        let problem: String
    }

    init(_ verification: Verification) {
        holds = true
        head = verification.head.map(HeadJSON.EntryJSON.init)
        entryCounts = Dictionary(uniqueKeysWithValues: verification.counts.map { ($0.key.rawValue, $0.value) })
        prunedRuns = verification.prunedRuns
        importedRuns = verification.importedRuns
        signedFrom = verification.signedFrom
    }

    init(_ discrepancy: Discrepancy) {
        holds = false
        self.discrepancy = DiscrepancyJSON(
            entry: discrepancy.entry, subject: discrepancy.subject, problem: discrepancy.problem)
    }

    enum CodingKeys: String, CodingKey {
        case holds, head, discrepancy
        case schemaVersion = "schema_version"
        case entryCounts = "entry_counts"
        case prunedRuns = "pruned_runs"
        case importedRuns = "imported_runs"
        case signedFrom = "signed_from"
    }
}
