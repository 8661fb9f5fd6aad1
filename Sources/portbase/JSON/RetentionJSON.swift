import Baseline

/// `portbase prune --json`.
struct PruneJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let isDryRun: Bool
    let checks: [CheckJSON]
    let bytesBefore: Int64?
    let bytesAfter: Int64?
    let unreclaimed: String?

    /// A check of which runs go.
    struct CheckJSON: Encodable {
        let check: String
        let dropped: [Int64]
        let kept: Int
    }

    init(_ report: PruneReport, isDryRun: Bool) {
        self.isDryRun = isDryRun
        checks = report.checks.map { CheckJSON(check: "\($0.name)", dropped: $0.dropped, kept: $0.kept) }
        bytesBefore = report.bytesBefore
        bytesAfter = report.bytesAfter
        unreclaimed = report.unreclaimed
    }

    enum CodingKeys: String, CodingKey {
        case checks, unreclaimed
        case schemaVersion = "schema_version"
        case isDryRun = "dry_run"
        case bytesBefore = "bytes_before"
        case bytesAfter = "bytes_after"
    }
}

/// `portbase backup --json`.
struct BackupJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let file: String
    let head: HeadJSON.EntryJSON?

    init(_ backup: Backup) {
        file = backup.path
        head = backup.head.map(HeadJSON.EntryJSON.init)
    }

    enum CodingKeys: String, CodingKey {
        case file, head
        case schemaVersion = "schema_version"
    }
}
