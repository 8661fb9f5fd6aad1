public import PortCore

/// Carries out one check from request to verdict: what `portbase check` does.
///
/// `order → request → plan → results → snapshot → drift → verdict → record`; the network, the clock and the place
/// of the database are handed in.
public struct Checker {
    /// What a check needs from outside.
    public struct Environment {
        /// The file of the store; made, with its folders, when the first run is recorded.
        public let databasePath: String
        /// What signs the run's entry in the ledger; `nil` to leave it unsigned.
        public let signingKey: SigningKey?
        /// Who and where, for the record.
        public let context: (LoadLimits) -> RunContext
        /// Ends the run: nothing is recorded from then on.
        public let cancellation: Cancellation
        /// The wall clock, read before the first name is resolved and after the last probe.
        public let clock: () -> Timestamp
        /// A clock that nobody sets, in milliseconds: how long the check has taken.
        public let uptime: () -> Int
        /// Resolves the names of a request.
        public let plan: (CheckRequest) throws -> ProbePlan
        /// Finds the state of every endpoint of a plan.
        public let probe: (ProbePlan) throws -> [HostResult]
        /// Waits for so many milliseconds.
        public let pause: (Int) throws -> Void
        /// Hears what the open ports of a request say.
        public let banners: ([HostResult], CheckRequest) throws -> [Host: HostBanners]

        /// Keeps what it is given; nothing is called or opened before `Checker.run`.
        public init(
            databasePath: String, signingKey: SigningKey? = nil, context: @escaping (LoadLimits) -> RunContext,
            cancellation: Cancellation,
            clock: @escaping () -> Timestamp, uptime: @escaping () -> Int = { MonotonicClock.milliseconds },
            plan: @escaping (CheckRequest) throws -> ProbePlan,
            probe: @escaping (ProbePlan) throws -> [HostResult], pause: @escaping (Int) throws -> Void,
            banners: @escaping ([HostResult], CheckRequest) throws -> [Host: HostBanners]
        ) {
            self.databasePath = databasePath
            self.signingKey = signingKey
            self.context = context
            self.cancellation = cancellation
            self.clock = clock
            self.uptime = uptime
            self.plan = plan
            self.probe = probe
            self.pause = pause
            self.banners = banners
        }
    }

    let environment: Environment

    /// A checker in `environment`; it keeps nothing from one order to the next.
    public init(_ environment: Environment) {
        self.environment = environment
    }

    /// Carries out `order`.
    ///
    /// - Throws: the error of the stage that failed. Nothing is recorded then, and nothing is known.
    public func run(_ order: CheckOrder) throws -> CheckReport {
        let begin = environment.uptime()
        let patience = Patience(milliseconds: Self.lockPatience)
        let joined = try joined(order, patience)
        let (name, request) = (joined.name, joined.request)
        try order.demand.require(possibleWith: request.ports)

        let startedAt = environment.clock()
        let (results, remarks) = try results(
            request, expecting: joined.expected, deadline: order.deadlineMilliseconds, since: begin)
        let (banners, bannerWarnings) = try banners(results, request, order)
        let draft = RunDraft(
            check: name, request: request, redefines: order.redefines, startedAt: startedAt,
            finishedAt: environment.clock(), context: environment.context(request.limits), results: results,
            banners: banners)

        let findings = Findings(snapshot: draft.snapshot, evidence: draft.evidence, banners: banners)
        let flips = joined.recent.flips(before: draft.snapshot, draft.evidence)
        let comparison = joined.reference.map { reference in
            CheckReport.Comparison(
                reference: reference.recorded, baselineVersion: reference.version,
                drift: Drift(from: reference.snapshot, to: draft.snapshot).excusing(flips))
        }
        let (run, failure) = try recorded(draft, order, patience)
        let judged = order.demand.judging(verdict(findings, request, comparison, flips, order), by: results)
        let qualified = Qualification(
            check: name, databasePath: environment.databasePath, failure: failure,
            lacksBaseline: order.requiresBaseline && comparison == nil, requiresRecord: order.requiresRecord)
        return CheckReport(
            name: name, request: request, startedAt: startedAt, finishedAt: draft.finishedAt, findings: findings,
            results: results, demand: order.demand, digest: run?.digest ?? draft.snapshot.digest, run: run,
            redefined: run == nil ? [] : joined.redefined, comparison: comparison, flips: flips,
            verdict: qualified.verdict(judged), warnings: remarks + bannerWarnings + qualified.warnings,
            isQualified: qualified.isAny)
    }

    /// How long the locks of other processes may hold up a check in all, in milliseconds: a monitoring system gives a
    /// plugin some ten seconds.
    static let lockPatience = 5000

    /// What a run is compared with.
    private struct Reference {
        let recorded: Recorded
        /// The version of the check's baseline that it is, if it is one.
        let version: Int?
        let snapshot: Snapshot
    }

    /// An order joined with what is recorded.
    private struct JoinedOrder {
        let name: CheckName
        let request: CheckRequest
        /// What the request redefines, a text a part.
        let redefined: [String]
        /// What the run is judged by; `nil` for its states.
        let reference: Reference?
        /// What is expected of the run: that, or else the check's baseline, or its previous run.
        let expected: Snapshot?
        /// What the last runs showed.
        let recent: RecentRuns
    }

    /// The order joined with what is recorded. The store is closed again before the network is asked, which may take
    /// long.
    private func joined(_ order: CheckOrder, _ patience: Patience) throws -> JoinedOrder {
        let store = try existingStore(patience)
        let (name, request, redefined) = try request(order, store)
        if order.records { try store?.refuseImported(name) }
        let reference = try reference(order, name, store)
        var (expected, recent) = (reference?.snapshot, RecentRuns())
        if let store, try store.latestRequest(of: name) != nil {
            if expected == nil { expected = try lastKnown(name, store) }
            recent = try store.recentRuns(of: name)
        }
        return JoinedOrder(
            name: name, request: request, redefined: redefined, reference: reference, expected: expected,
            recent: recent)
    }

    /// What was last accepted of a check, or else last seen.
    private func lastKnown(_ name: CheckName, _ store: Store) throws(StoreError) -> Snapshot? {
        if let baseline = try store.baseline(of: name) { return try store.snapshot(of: baseline.recorded) }
        guard let run = try store.runs(of: name, limit: 1).first else { return nil }
        return try store.snapshot(of: run)
    }

    /// The banners of what is open after all looks, if they are asked for. States hold without them: a machine that
    /// cannot read them costs a warning, and the run is one that did not.
    private func banners(
        _ results: [HostResult], _ request: CheckRequest, _ order: CheckOrder
    ) throws -> ([Host: HostBanners]?, [String]) {
        guard order.readsBanners else { return (nil, []) }
        do {
            return (try environment.banners(results, request), [])
        } catch BannerError.shortage(let code) {
            return (nil, ["No banners were read: \(BannerError.shortage(code: code))."])
        }
    }

    /// The store as it is, or `nil` when nothing is recorded yet.
    private func existingStore(_ patience: Patience) throws(StoreError) -> Store? {
        do throws(StoreError) {
            return try Store(
                reading: environment.databasePath, cancellation: environment.cancellation, patience: patience)
        } catch  where error.isNothingYet {
            return nil
        }
    }

    private func request(
        _ order: CheckOrder, _ store: Store?
    ) throws -> (CheckName, CheckRequest, redefined: [String]) {
        guard let name = order.name else {
            let request = try order.parts.request(over: nil, defaultTimeoutMilliseconds: 5000)
            return (Self.derivedName(request), request, [])
        }
        let recorded = try store?.latestRequest(of: name)?.request
        if recorded == nil, order.parts.targets == nil, order.parts.ports == nil { throw StoreError.unknownCheck(name) }
        let request = try order.parts.request(over: recorded, defaultTimeoutMilliseconds: 2000)
        guard let recorded else { return (name, request, []) }
        if order.redefines { return (name, request, recorded.redefinitions(to: request)) }
        let changes = recorded.changes(to: request)
        guard changes.isEmpty else { throw StoreError.requestDiffers(name, changes: changes) }
        return (name, request, [])
    }

    /// A check without a name is named after what it asks, so that the same request is the same check.
    private static func derivedName(_ request: CheckRequest) -> CheckName {
        let digest = Digest(of: RequestCoding.text(request.identity))
        guard let name = CheckName("auto-\(digest.short)") else { preconditionFailure("letters, digits and a dash") }
        return name
    }

    private func reference(
        _ order: CheckOrder, _ name: CheckName, _ store: Store?
    ) throws(StoreError) -> Reference? {
        switch order.reference {
        case .states: return nil
        case .run(let reference):
            guard let store else { throw .missing(path: environment.databasePath) }
            let recorded = try store.recorded(reference)
            return Reference(recorded: recorded, version: nil, snapshot: try store.snapshot(of: recorded))
        case .automatic:
            guard !order.demand.isOfStates, let store, try store.latestRequest(of: name) != nil,
                let baseline = try store.baseline(of: name)
            else { return nil }
            return Reference(
                recorded: baseline.recorded, version: baseline.version,
                snapshot: try store.snapshot(of: baseline.recorded))
        }
    }

    /// Records the run. A database that cannot be written does not cost the check.
    private func recorded(
        _ draft: RunDraft, _ order: CheckOrder, _ patience: Patience
    ) throws(StoreError) -> (Run?, StoreError?) {
        if let signal = environment.cancellation.requestedBy { throw .interrupted(signal: signal) }
        guard order.records else { return (nil, nil) }
        do throws(StoreError) {
            let store = try Store(
                recordingIn: environment.databasePath, signingKey: environment.signingKey,
                cancellation: environment.cancellation, patience: patience)
            return (try store.record(draft), nil)
        } catch  where error.isFailureToWrite {
            return (nil, error)
        }
    }

    private func verdict(
        _ findings: Findings, _ request: CheckRequest, _ comparison: CheckReport.Comparison?,
        _ flips: [Host: [Flips]], _ order: CheckOrder
    ) -> Verdict {
        guard let comparison else { return StateJudgement(findings, request.ports, order.demand).verdict }
        return DriftJudgement(
            drift: comparison.drift, referenceName: comparison.name, counted: order.counted,
            level: order.driftLevel, snapshot: findings.snapshot, flips: flips
        ).verdict
    }
}
