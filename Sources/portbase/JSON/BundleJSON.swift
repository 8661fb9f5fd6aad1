import Baseline

/// What a bundle holds of one check.
struct BundleCheckJSON: Encodable {
    let check: String
    let runs: [Int64]
    let baselines: Int

    init(_ check: BundleSummary.Check) {
        self.check = check.name.description
        runs = check.runs
        baselines = check.baselines
    }
}

/// `portbase export --json`.
struct ExportJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let file: String
    let bundle: String
    let head: HeadJSON.EntryJSON
    let checks: [BundleCheckJSON]

    init(_ bundle: BundleSummary, file: String) {
        self.file = file
        self.bundle = bundle.digest.description
        head = HeadJSON.EntryJSON(bundle.head)
        checks = bundle.checks.map(BundleCheckJSON.init)
    }

    enum CodingKeys: String, CodingKey {
        case file, bundle, head, checks
        case schemaVersion = "schema_version"
    }
}

/// `portbase verify --bundle --json` where it holds.
struct VerifyBundleJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let holds = true
    let bundle: String
    let head: HeadJSON.EntryJSON
    let signedFrom: Int64?
    let checks: [BundleCheckJSON]

    init(_ bundle: BundleSummary) {
        self.bundle = bundle.digest.description
        head = HeadJSON.EntryJSON(bundle.head)
        signedFrom = bundle.signedFrom
        checks = bundle.checks.map(BundleCheckJSON.init)
    }

    enum CodingKeys: String, CodingKey {
        case holds, bundle, head, checks
        case schemaVersion = "schema_version"
        case signedFrom = "signed_from"
    }
}

/// `portbase import-bundle --json`.
struct ImportJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let bundle: String
    let head: HeadJSON.EntryJSON
    let checks: [CheckJSON]

    /// A check that was brought in.
    struct CheckJSON: Encodable {
        let check: String
        let original: String
        let runs: [RunJSON]
        let baselines: Int
    }

    /// A run, with the number that it had.
    struct RunJSON: Encodable {
        let run: Int64
        let original: Int64
    }

    init(_ report: ImportReport) {
        bundle = report.bundle.description
        head = HeadJSON.EntryJSON(report.head)
        checks = report.checks.map { check in
            CheckJSON(
                check: "\(check.name)", original: "\(check.original)",
                runs: check.runs.map { RunJSON(run: $0.number, original: $0.original) }, baselines: check.baselines)
        }
    }

    enum CodingKeys: String, CodingKey {
        case bundle, head, checks
        case schemaVersion = "schema_version"
    }
}
