import Baseline
import PortCore

/// One version of a baseline.
struct BaselineJSON: Encodable {
    let name: String
    let version: Int
    let run: Int64
    let isDerived: Bool
    let digest: String
    let recordedAt: String
    let vantage: String
    let user: String
    let by: String?
    let reason: String
    let ticket: String?
    /// What it changed against the version before; only in a history, and not of the first version.
    var counts: [String: Int]?
    var drift: [DriftJSON]?

    init(_ version: BaselineVersion) {
        name = version.check.description
        self.version = version.version
        run = version.run.id
        isDerived = version.isDerived
        digest = version.digest.description
        recordedAt = version.recordedAt.description
        vantage = version.vantage
        user = version.user
        by = version.person
        reason = version.reason
        ticket = version.ticket
    }

    init(_ step: BaselineHistory.Step) {
        self.init(step.version)
        guard let drift = step.drift else { return }
        counts = DiffJSON.counts(drift)
        self.drift = DriftJSON.rows(
            drift, evidence: step.evidence, selection: step.request.ports, counted: DriftKind.counted)
    }

    enum CodingKeys: String, CodingKey {
        case name, version, run, digest, vantage, user, by, reason, ticket, counts, drift
        case isDerived = "derived"
        case recordedAt = "recorded_at"
    }
}

/// `portbase baseline … --json`.
struct BaselineListJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let baselines: [BaselineJSON]

    enum CodingKeys: String, CodingKey {
        case baselines
        case schemaVersion = "schema_version"
    }
}

/// `portbase baseline show --json`: the version, and its snapshot as `show --json` has it.
struct BaselineShowJSON: Encodable {
    private let baseline: BaselineJSON
    private let show: ShowJSON

    init(_ version: BaselineVersion, _ request: CheckRequest, _ findings: Findings) {
        baseline = BaselineJSON(version)
        show = ShowJSON(version.recorded, request, findings)
    }

    private enum CodingKeys: String, CodingKey {
        case baseline
    }

    func encode(to encoder: any Encoder) throws {
        try show.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(baseline, forKey: .baseline)
    }
}
