public import PortCore

/// What the operator asked of one `check`, before it is joined with what is recorded under the name.
public struct CheckOrder: Sendable {
    /// What the run is judged by.
    public enum Reference: Hashable, Sendable {
        /// The check's baseline if it has one and nothing is asked of its states, else its states.
        case automatic
        /// Its states, whatever baseline there is.
        case states
        case run(RunReference)
    }

    /// `nil` to name the check after its request.
    public var name: CheckName?
    /// What was given of the request; the rest is as recorded under the name, or a default.
    public var parts = RequestParts()
    /// Whether a request that differs from the recorded one becomes its next version. If not, it is an error
    /// (`StoreError.requestDiffers`).
    public var redefines = false
    /// What judges the run: `.automatic` unless `--baseline` names something else.
    public var reference = Reference.automatic
    /// Whether the run is recorded.
    public var records = true
    /// Whether a run that could not be recorded is UNKNOWN. If not, its line says so.
    public var requiresRecord = false
    /// Whether a run without a baseline to judge it is UNKNOWN. If not, it is judged by its states.
    public var requiresBaseline = false
    /// Whether the banners of open ports are read once the states are known.
    public var readsBanners = false
    /// When the check has to be over, in milliseconds since it began; `nil` where nothing was said. It shortens what may
    /// be shortened; that it is kept is up to `Checker.Environment.cancellation`.
    public var deadlineMilliseconds: Int?
    /// How bad drift is: `.critical` or `.warning`.
    public var driftLevel = VerdictLevel.critical
    /// The kinds of drift that count.
    public var counted = DriftKind.counted
    /// What is asked of the states, where the run is judged by them.
    public var demand = StateDemand()

    /// An order of defaults that asks for nothing yet.
    public init() {}
}

/// The parts of a request that were given; what is `nil` comes from the recorded request, or is a default.
public struct RequestParts: Sendable {
    /// What to probe. New targets come without the recorded exclusions and family.
    public var targets: TargetSet?
    /// What to leave out; `nil` for the recorded exclusions where `targets` is `nil`, too, else for none.
    public var excluded: TargetSet?
    /// The ports of every target; they replace the recorded ones as a whole.
    public var ports: PortSelection?
    /// The only family that names are resolved to; `nil` for the recorded one where `targets` is `nil`, too, else for
    /// both.
    public var family: IPAddress.Family?
    /// The whole budget of one endpoint in milliseconds, 10 to 3,600,000; by default 5000, or 2000 with a name.
    public var timeoutMilliseconds: Int?
    /// How many times a silent endpoint is tried again within the budget, 0 to 20; by default `Timing.defaultRetries`.
    public var retries: Int?
    /// How many times at least what is not as expected is probed again, 0 to 20; by default
    /// `Timing.defaultConfirmations`.
    public var confirmations: Int?
    /// For how long what is not as expected has to stay so, in milliseconds, 0 to 3,600,000; by default
    /// `Timing.defaultConfirmForMilliseconds`.
    public var confirmForMilliseconds: Int?
    /// The most endpoints in flight at once, over all hosts, from 1; by default `LoadLimits.defaultParallelism`.
    public var parallelism: Int?
    /// 0 for no limit.
    public var perHost: Int?
    /// 0 for no limit.
    public var rate: Int?
    /// 0 for no limit.
    public var ratePerHost: Int?

    /// No part given.
    public init() {}

    /// The request that these parts make over `recorded`.
    ///
    /// - Throws: `TargetError` or `PortError` when a part is missing or does not fit.
    func request(over recorded: CheckRequest?, defaultTimeoutMilliseconds: Int) throws -> CheckRequest {
        guard let targets = targets ?? recorded?.targets else { throw TargetError.none }
        guard let ports = ports ?? recorded?.ports else { throw PortError.none }
        var timing = recorded?.timing ?? Timing(timeoutMilliseconds: defaultTimeoutMilliseconds)
        if let timeoutMilliseconds { timing.timeoutMilliseconds = timeoutMilliseconds }
        if let retries { timing.retries = retries }
        if let confirmations { timing.confirmations = confirmations }
        if let confirmForMilliseconds { timing.confirmForMilliseconds = confirmForMilliseconds }
        var limits = recorded?.limits ?? LoadLimits()
        if let parallelism { limits.parallelism = parallelism }
        if let perHost { limits.perHost = perHost == 0 ? nil : perHost }
        if let rate { limits.rate = rate == 0 ? nil : rate }
        if let ratePerHost { limits.ratePerHost = ratePerHost == 0 ? nil : ratePerHost }
        // Exclusions and the family say which of the recorded targets are meant: new targets come without them.
        let recordedTargets = self.targets == nil ? recorded : nil
        return try CheckRequest(
            targets: targets, excluded: excluded ?? recordedTargets?.excluded ?? TargetSet(),
            ports: ports, family: family ?? recordedTargets?.family, timing: timing, limits: limits)
    }
}
