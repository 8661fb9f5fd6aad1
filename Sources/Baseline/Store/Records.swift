public import PortCore

/// One recorded run, without its snapshot.
public struct Run: Hashable, Sendable {
    /// Its number; runs are numbered in the order of their commits.
    public let id: Int64
    public let check: CheckName
    /// Which version of the check's request it ran.
    public let requestVersion: Int
    public let startedAt: Timestamp
    public let finishedAt: Timestamp
    public let context: RunContext
    /// The digest of its snapshot.
    public let digest: Digest
    /// The digest of its snapshot without addresses.
    public let statesDigest: Digest
    public let counts: RunCounts
    public let times: AnswerTimes
    /// Whether the banners of its open ports were read, even if none said anything.
    public let readsBanners: Bool
}

/// Where, by whom and how a run was made.
public struct RunContext: Hashable, Sendable {
    /// The machine that probed.
    public let vantage: String
    public let user: String
    /// The version of portbase.
    public let version: String
    public let limits: LoadLimits

    public init(vantage: String, user: String, version: String, limits: LoadLimits) {
        self.vantage = vantage
        self.user = user
        self.version = version
        self.limits = limits
    }
}

/// How many hosts a run covered, and how many endpoints had each state.
public struct RunCounts: Hashable, Sendable {
    public let hosts: Int
    public let open: Int
    public let closed: Int
    public let filtered: Int

    public init(hosts: Int, open: Int, closed: Int, filtered: Int) {
        self.hosts = hosts
        self.open = open
        self.closed = closed
        self.filtered = filtered
    }

    init(_ snapshot: Snapshot) {
        self.init(
            hosts: snapshot.entries.count, open: snapshot.count(.open), closed: snapshot.count(.closed),
            filtered: snapshot.count(.filtered))
    }

    public var endpoints: Int { open + closed + filtered }
}

/// How long answers took over one run, in microseconds; all zero when there was none.
public struct AnswerTimes: Hashable, Sendable {
    public let count: Int
    public let minimum: Int
    public let median: Int
    public let percentile95: Int
    public let maximum: Int

    public init(count: Int, minimum: Int, median: Int, percentile95: Int, maximum: Int) {
        self.count = count
        self.minimum = minimum
        self.median = median
        self.percentile95 = percentile95
        self.maximum = maximum
    }

    /// The summary of what a run found at the endpoints in `states`; percentiles by nearest rank.
    public init(_ results: [HostResult], of states: Set<PortState> = [.open, .closed]) {
        let times = results.flatMap { result in
            result.outcomes.lazy.filter { states.contains($0.state) }.map { Int($0.elapsedMicroseconds) }
        }.sorted()
        func rank(_ percent: Int) -> Int { times.isEmpty ? 0 : times[max(0, (times.count * percent + 99) / 100 - 1)] }
        self.init(
            count: times.count, minimum: times.first ?? 0, median: rank(50), percentile95: rank(95),
            maximum: times.last ?? 0)
    }
}

/// What is handed to the store to be recorded.
public struct RunDraft: Sendable {
    public let check: CheckName
    public let request: CheckRequest
    /// Whether a request that differs from the recorded one becomes its next version.
    public let redefines: Bool
    public let startedAt: Timestamp
    public let finishedAt: Timestamp
    public let context: RunContext
    public let snapshot: Snapshot
    public let evidence: [Host: Evidence]
    public let times: AnswerTimes
    /// The banners of the hosts that have any; `nil` when they were not read.
    public let banners: [Host: HostBanners]?

    public init(
        check: CheckName, request: CheckRequest, redefines: Bool = false, startedAt: Timestamp,
        finishedAt: Timestamp, context: RunContext, results: [HostResult], banners: [Host: HostBanners]? = nil
    ) {
        self.check = check
        self.request = request
        self.redefines = redefines
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.context = context
        snapshot = Snapshot(results)
        evidence = Self.evidence(results)
        times = AnswerTimes(results)
        self.banners = banners?.filter { !$0.value.isEmpty }
    }

    /// The evidence of each host that has any.
    private static func evidence(_ results: [HostResult]) -> [Host: Evidence] {
        Dictionary(uniqueKeysWithValues: results.map { ($0.host, Evidence($0)) }.filter { !$0.1.isEmpty })
    }
}

/// One version of a check's baseline.
public struct BaselineVersion: Hashable, Sendable {
    public let check: CheckName
    /// From 1, without gaps.
    public let version: Int
    /// The run that is what should be.
    public let run: Run
    public let recordedAt: Timestamp
    public let vantage: String
    public let user: String
    public let reason: String
    public let ticket: String?
}

/// Who accepts a run as the baseline, and why.
public struct Acceptance: Sendable {
    public let recordedAt: Timestamp
    public let vantage: String
    public let user: String
    public let reason: String
    public let ticket: String?

    public init(recordedAt: Timestamp, vantage: String, user: String, reason: String, ticket: String?) {
        self.recordedAt = recordedAt
        self.vantage = vantage
        self.user = user
        self.reason = reason
        self.ticket = ticket
    }
}
