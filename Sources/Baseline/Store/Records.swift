public import PortCore

/// One recorded run, without its snapshot.
public struct Run: Hashable, Sendable {
    /// Its number; runs are numbered in the order of their commits.
    public let id: Int64
    /// The check whose history it belongs to.
    public let check: CheckName
    /// Which version of the check's request it ran.
    public let requestVersion: Int
    /// The moment before its first name was resolved.
    public let startedAt: Timestamp
    /// The moment after its last probe; `NAME@TIME` goes by it.
    public let finishedAt: Timestamp
    /// The machine, the user, the version and the limits that it was made with.
    public let context: RunContext
    /// The digest of its snapshot.
    public let digest: Digest
    /// The digest of its snapshot without addresses.
    public let statesDigest: Digest
    /// How many hosts and endpoints its snapshot has.
    public let counts: RunCounts
    /// How long its answers took.
    public let times: AnswerTimes
    /// Whether the banners of its open ports were read, even if none said anything.
    public let readsBanners: Bool
}

/// Where, by whom and how a run was made.
public struct RunContext: Hashable, Sendable {
    /// The machine that probed.
    @Bytewise public private(set) var vantage: String
    /// The login name of the user who ran it, or the number of one without a name.
    @Bytewise public private(set) var user: String
    /// The version of portbase.
    @Bytewise public private(set) var version: String
    /// The limits of this run, which those of the recorded request may differ from.
    public let limits: LoadLimits

    /// Keeps what it is given; nothing is looked up.
    public init(vantage: String, user: String, version: String, limits: LoadLimits) {
        self.vantage = vantage
        self.user = user
        self.version = version
        self.limits = limits
    }
}

/// How many hosts a run covered, and how many endpoints had each state.
public struct RunCounts: Hashable, Sendable {
    /// Hosts in the scope, with the names that led nowhere.
    public let hosts: Int
    /// Endpoints where the connection was established.
    public let open: Int
    /// Endpoints where the host itself refused it.
    public let closed: Int
    /// Endpoints without a verdict.
    public let filtered: Int

    /// Counts as they were recorded.
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

    /// Endpoints in the scope, of all states.
    public var endpoints: Int { open + closed + filtered }
}

/// How long answers took over one run, in microseconds; all zero when there was none.
public struct AnswerTimes: Hashable, Sendable {
    /// How many endpoints answered.
    public let count: Int
    /// The shortest time, in microseconds.
    public let minimum: Int
    /// The time within which half of the answers came, in microseconds, by nearest rank.
    public let median: Int
    /// The time within which 95 % of the answers came, in microseconds, by nearest rank.
    public let percentile95: Int
    /// The longest time, in microseconds.
    public let maximum: Int

    /// A summary as it was recorded, times in microseconds.
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
    /// The check that the run is recorded under, made where there is none of the name.
    public let check: CheckName
    /// What was asked; recorded as the first version, or as the next one where it redefines.
    public let request: CheckRequest
    /// Whether a request that differs from the recorded one becomes its next version.
    public let redefines: Bool
    /// The moment before the first name was resolved.
    public let startedAt: Timestamp
    /// The moment after the last probe; also when a new version of the request counts as recorded.
    public let finishedAt: Timestamp
    /// Where, by whom and within which limits the run was made.
    public let context: RunContext
    /// The state of every endpoint in the scope.
    public let snapshot: Snapshot
    /// The evidence of the hosts that have any.
    public let evidence: [Host: Evidence]
    /// How long the answers took.
    public let times: AnswerTimes
    /// The banners of the hosts that have any; `nil` when they were not read.
    public let banners: [Host: HostBanners]?

    /// Takes snapshot, evidence and times from `results`, which hold each host once.
    public init(
        check: CheckName, request: CheckRequest, redefines: Bool = false, startedAt: Timestamp,
        finishedAt: Timestamp, context: RunContext, results: [HostResult], banners: [Host: HostBanners]? = nil
    ) {
        self.init(
            check: check, request: request, redefines: redefines, startedAt: startedAt, finishedAt: finishedAt,
            context: context, snapshot: Snapshot(results), evidence: Self.evidence(results),
            times: AnswerTimes(results), banners: banners)
    }

    /// A run that is known by its snapshot, with the evidence and the banners of the hosts that have any.
    public init(
        check: CheckName, request: CheckRequest, redefines: Bool = false, startedAt: Timestamp,
        finishedAt: Timestamp, context: RunContext, snapshot: Snapshot, evidence: [Host: Evidence],
        times: AnswerTimes, banners: [Host: HostBanners]? = nil
    ) {
        self.check = check
        self.request = request
        self.redefines = redefines
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.context = context
        self.snapshot = snapshot
        self.evidence = evidence
        self.times = times
        self.banners = banners?.filter { !$0.value.isEmpty }
    }

    /// The evidence of each host that has any.
    private static func evidence(_ results: [HostResult]) -> [Host: Evidence] {
        Dictionary(uniqueKeysWithValues: results.map { ($0.host, Evidence($0)) }.filter { !$0.1.isEmpty })
    }
}

/// One version of a check's baseline.
public struct BaselineVersion: Hashable, Sendable {
    /// The check whose baseline it is.
    public let check: CheckName
    /// From 1, without gaps.
    public let version: Int
    /// The run that is what should be, or the one whose drift was taken in part.
    public let run: Run
    /// The digest of its snapshot.
    public let digest: Digest
    /// The row of the snapshot that no run found; `nil` where it is that of `run`.
    let derivedID: Int64?
    /// When it was set.
    public let recordedAt: Timestamp
    /// The machine on which it was set.
    @Bytewise public private(set) var vantage: String
    /// The login name of the user who set it, or the number of one without a name.
    @Bytewise public private(set) var user: String
    /// Who accepts it, where that is somebody else than the user; `nil` when nobody was named.
    @Bytewise public private(set) var person: String?
    /// Why the run is what should be, in the operator's words.
    @Bytewise public private(set) var reason: String
    /// The ticket of the change; `nil` when none was given.
    @Bytewise public private(set) var ticket: String?

    /// Whether only a part of the drift of `run` was taken, so that no run found its snapshot.
    public var isDerived: Bool { derivedID != nil }

    /// Its snapshot.
    public var recorded: Recorded { isDerived ? .derived(self) : .run(run) }
}

/// Who accepts a run as the baseline, and why.
public struct Acceptance: Sendable {
    /// When the run is accepted; the baseline keeps this time.
    public let recordedAt: Timestamp
    /// The machine on which that is done.
    public let vantage: String
    /// The login name of the user who accepts it, or the number of one without a name.
    public let user: String
    /// Who accepts it, one line, where that is somebody else than the user; `nil` to name nobody.
    public let person: String?
    /// Why the run is what should be: one line.
    public let reason: String
    /// The ticket of the change, one line; `nil` for none.
    public let ticket: String?

    /// Keeps what it is given; that the texts are one line each is up to the caller.
    public init(
        recordedAt: Timestamp, vantage: String, user: String, person: String? = nil, reason: String, ticket: String?
    ) {
        self.recordedAt = recordedAt
        self.vantage = vantage
        self.user = user
        self.person = person
        self.reason = reason
        self.ticket = ticket
    }
}
