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

/// `portbase runs --json`.
struct RunListJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let runs: [RunJSON]
    let proved = false
    /// How many there are, listed or not.
    let total: Int

    init(_ list: RunList) {
        runs = list.runs.map(RunJSON.init)
        total = list.total
    }

    enum CodingKeys: String, CodingKey {
        case runs, proved, total
        case schemaVersion = "schema_version"
    }
}

/// A run, or the version of a baseline whose snapshot no run found.
struct RecordedJSON: Encodable {
    let recorded: Recorded

    func encode(to encoder: any Encoder) throws {
        switch recorded {
        case .run(let run): try RunJSON(run).encode(to: encoder)
        case .derived(let version): try BaselineJSON(version).encode(to: encoder)
        }
    }
}

/// `portbase show --json`: with `run`, or with `baseline` where no run found the snapshot.
struct ShowJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let run: RunJSON?
    let baseline: BaselineJSON?
    let request: RequestJSON
    let hosts: [HostJSON]

    init(_ recorded: Recorded, _ request: CheckRequest, _ findings: Findings) {
        switch recorded {
        case .run(let run): (self.run, baseline) = (RunJSON(run), nil)
        case .derived(let version): (run, baseline) = (nil, BaselineJSON(version))
        }
        self.request = RequestJSON(request)
        hosts = findings.entries.map { HostJSON($0, findings, request.ports) }
    }

    enum CodingKeys: String, CodingKey {
        case run, baseline, request, hosts
        case schemaVersion = "schema_version"
    }
}
