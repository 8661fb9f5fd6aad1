import Baseline
import PortCore

/// A run without its snapshot.
struct RunJSON: Encodable {
    let run: Int64
    let name: String
    let requestVersion: Int
    let startedAt: String
    let finishedAt: String
    let vantage: String
    let user: String
    let version: String
    let digest: String
    let statesDigest: String
    let hostCount: Int
    let openCount: Int
    let closedCount: Int
    let filteredCount: Int
    let answerTimesMicroseconds: TimesJSON
    let bannersRead: Bool

    struct TimesJSON: Encodable {
        let count: Int
        let min: Int
        let median: Int
        let p95: Int
        let max: Int
    }

    init(_ run: Run) {
        self.run = run.id
        name = run.check.description
        requestVersion = run.requestVersion
        startedAt = run.startedAt.description
        finishedAt = run.finishedAt.description
        vantage = run.context.vantage
        user = run.context.user
        version = run.context.version
        digest = run.digest.description
        statesDigest = run.statesDigest.description
        hostCount = run.counts.hosts
        openCount = run.counts.open
        closedCount = run.counts.closed
        filteredCount = run.counts.filtered
        answerTimesMicroseconds = TimesJSON(
            count: run.times.count, min: run.times.minimum, median: run.times.median,
            p95: run.times.percentile95, max: run.times.maximum)
        bannersRead = run.readsBanners
    }

    enum CodingKeys: String, CodingKey {
        case run, name, vantage, user, version, digest
        case requestVersion = "request_version"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case statesDigest = "states_digest"
        case hostCount = "host_count"
        case openCount = "open_count"
        case closedCount = "closed_count"
        case filteredCount = "filtered_count"
        case answerTimesMicroseconds = "answer_times_us"
        case bannersRead = "banners_read"
    }
}

/// One version of a baseline.
struct BaselineJSON: Encodable {
    let name: String
    let version: Int
    let run: Int64
    let digest: String
    let recordedAt: String
    let vantage: String
    let user: String
    let by: String?
    let reason: String
    let ticket: String?

    init(_ version: BaselineVersion) {
        name = version.check.description
        self.version = version.version
        run = version.run.id
        digest = version.run.digest.description
        recordedAt = version.recordedAt.description
        vantage = version.vantage
        user = version.user
        by = version.person
        reason = version.reason
        ticket = version.ticket
    }

    enum CodingKeys: String, CodingKey {
        case name, version, run, digest, vantage, user, by, reason, ticket
        case recordedAt = "recorded_at"
    }
}

/// `portbase runs --json`.
struct RunListJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let runs: [RunJSON]

    enum CodingKeys: String, CodingKey {
        case runs
        case schemaVersion = "schema_version"
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

/// `portbase show --json`.
struct ShowJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let run: RunJSON
    let request: RequestJSON
    let hosts: [HostJSON]

    init(_ run: Run, _ request: CheckRequest, _ findings: Findings) {
        self.run = RunJSON(run)
        self.request = RequestJSON(request)
        hosts = findings.entries.map { HostJSON($0, findings, request.ports) }
    }

    enum CodingKeys: String, CodingKey {
        case run, request, hosts
        case schemaVersion = "schema_version"
    }
}

/// `portbase baseline show --json`: the version, and its run as `show --json` has it.
struct BaselineShowJSON: Encodable {
    private let baseline: BaselineJSON
    private let show: ShowJSON

    init(_ version: BaselineVersion, _ request: CheckRequest, _ findings: Findings) {
        baseline = BaselineJSON(version)
        show = ShowJSON(version.run, request, findings)
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
