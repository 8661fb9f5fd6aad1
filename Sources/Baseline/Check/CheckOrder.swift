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
    public var parts = RequestParts()
    public var redefines = false
    public var reference = Reference.automatic
    /// Whether the run is recorded.
    public var records = true
    /// Whether the banners of open ports are read once the states are known.
    public var readsBanners = false
    /// How bad drift is: `.critical` or `.warning`.
    public var driftLevel = VerdictLevel.critical
    /// The kinds of drift that count.
    public var counted = DriftKind.counted
    /// What is asked of the states, where the run is judged by them.
    public var demand = StateDemand()

    public init() {}
}

/// The parts of a request that were given; what is `nil` comes from the recorded request, or is a default.
public struct RequestParts: Sendable {
    public var targets: TargetSet?
    public var excluded: TargetSet?
    public var ports: PortSelection?
    public var family: IPAddress.Family?
    public var timeoutMilliseconds: Int?
    public var retries: Int?
    public var parallelism: Int?
    /// 0 for no limit.
    public var perHost: Int?
    /// 0 for no limit.
    public var rate: Int?

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
        var limits = recorded?.limits ?? LoadLimits()
        if let parallelism { limits.parallelism = parallelism }
        if let perHost { limits.perHost = perHost == 0 ? nil : perHost }
        if let rate { limits.rate = rate == 0 ? nil : rate }
        // Exclusions and the family say which of the recorded targets are meant: new targets come without them.
        let recordedTargets = self.targets == nil ? recorded : nil
        return try CheckRequest(
            targets: targets, excluded: excluded ?? recordedTargets?.excluded ?? TargetSet(),
            ports: ports, family: family ?? recordedTargets?.family, timing: timing, limits: limits)
    }
}
