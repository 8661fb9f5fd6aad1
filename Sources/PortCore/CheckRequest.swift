/// When a silent endpoint is given up, and drift believed: part of what a check is, since it can decide a state.
public struct Timing: Hashable, Sendable, Codable {
    /// The whole budget of one endpoint in milliseconds, 10 to 3,600,000.
    public var timeoutMilliseconds: Int
    /// How many times at most a silent endpoint is tried again within the budget, 0 to 20.
    public var retries: Int
    /// How many times at least what is not as expected is probed again before it is told, 0 to 20.
    public var confirmations: Int
    /// For how long what is not as expected has to stay so before it is told, in milliseconds, 0 to 3,600,000; `nil`
    /// where nothing was said of it, as in requests that were recorded before there was a word for it.
    public var confirmForMilliseconds: Int?

    /// Keeps what it is given; the command line sees to the bounds.
    public init(
        timeoutMilliseconds: Int, retries: Int = Timing.defaultRetries,
        confirmations: Int = Timing.defaultConfirmations, confirmForMilliseconds: Int? = nil
    ) {
        self.timeoutMilliseconds = timeoutMilliseconds
        self.retries = retries
        self.confirmations = confirmations
        self.confirmForMilliseconds = confirmForMilliseconds
    }

    /// For how long what is not as expected has to stay so: as given, or else the default, which is none where no look
    /// is to be repeated.
    public var confirmationMilliseconds: Int {
        confirmForMilliseconds ?? (confirmations == 0 ? 0 : Self.defaultConfirmForMilliseconds)
    }

    /// The budgets that the command line takes, in milliseconds.
    public static let timeoutBounds = 10...3_600_000
    /// The numbers of retries that the command line takes.
    public static let retryBounds = 0...20
    /// The retries of a request that does not say how many.
    public static let defaultRetries = 5
    /// The numbers of confirmations that the command line takes.
    public static let confirmationBounds = 0...20
    /// The confirmations of a request that does not say how many.
    public static let defaultConfirmations = 2
    /// The times that the command line takes for what has to stay so, in milliseconds.
    public static let confirmForBounds = 0...3_600_000
    /// The time of a request that does not say for how long.
    public static let defaultConfirmForMilliseconds = 5000
}

/// How hard a run may press: never part of what a check is, since it decides no state.
public struct LoadLimits: Hashable, Sendable, Codable {
    /// The most endpoints in flight at once, over all hosts.
    public var parallelism: Int
    /// The most endpoints in flight at once for one host; `nil` for no limit of its own.
    public var perHost: Int?
    /// The most connection attempts a second; `nil` for no limit.
    public var rate: Int?
    /// The most connection attempts a second at one host; `nil` for what the host bears.
    public var ratePerHost: Int?

    /// Limits above 0; `nil` for none.
    public init(
        parallelism: Int = LoadLimits.defaultParallelism, perHost: Int? = nil, rate: Int? = nil,
        ratePerHost: Int? = nil
    ) {
        self.parallelism = parallelism
        self.perHost = perHost
        self.rate = rate
        self.ratePerHost = ratePerHost
    }

    /// The most endpoints in flight where nothing else is asked; fewer where descriptors are short.
    public static let defaultParallelism = 4000
}

/// A named, repeatable request: what is checked, and how long an answer is waited for.
public struct CheckRequest: Hashable, Sendable, Codable {
    /// What is probed, exclusions already taken away.
    public var targets: TargetSet
    /// Addresses that no name may lead to.
    public var excluded: TargetSet
    /// The ports of every target.
    public var ports: PortSelection
    /// The only family that names are resolved to; `nil` for both, IPv4 first.
    public var family: IPAddress.Family?
    /// How long an answer is waited for; counts for the identity.
    public var timing: Timing
    /// How hard a run may press; does not count for the identity.
    public var limits: LoadLimits

    /// Checks that the parts fit together.
    ///
    /// - Throws: `TargetError` when nothing is left to probe, it is more than one plan takes, or an address is not of
    ///   `family`.
    public init(
        targets: TargetSet, excluded: TargetSet = TargetSet(), ports: PortSelection,
        family: IPAddress.Family? = nil, timing: Timing, limits: LoadLimits = LoadLimits()
    ) throws(TargetError) {
        guard !targets.isEmpty else { throw .none }
        self.targets = targets.subtracting(excluded)
        guard !self.targets.isEmpty else { throw .nothingLeft }
        if let family { try self.targets.require(family) }
        self.excluded = excluded
        self.ports = ports
        self.family = family
        self.timing = timing
        self.limits = limits
        guard size.isWithinLimits else { throw .tooMany(size) }
    }

    /// The request without its limits, and its services in one order: what a check without a name is named after.
    public var identity: CheckRequest {
        var result = self
        result.limits = LoadLimits()
        result.ports = ports.inNameOrder
        // To give what would hold anyway asks nothing else.
        result.timing.confirmForMilliseconds = nil
        if result.timing.confirmationMilliseconds != timing.confirmationMilliseconds {
            result.timing.confirmForMilliseconds = timing.confirmForMilliseconds
        }
        return result
    }
}

extension IPAddress.Family: Codable {}

extension PortSelection {
    /// The same selection with its services sorted by name.
    var inNameOrder: PortSelection {
        var result = self
        result.services.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return result
    }
}

extension Timing {
    /// Reads recorded timing.
    ///
    /// - Throws: `DecodingError` for numbers out of their bounds, which no operator could have given.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        timeoutMilliseconds = try container.decode(Int.self, forKey: .timeoutMilliseconds)
        retries = try container.decode(Int.self, forKey: .retries)
        confirmations = try container.decode(Int.self, forKey: .confirmations)
        confirmForMilliseconds = try container.decodeIfPresent(Int.self, forKey: .confirmForMilliseconds)
        guard Self.timeoutBounds.contains(timeoutMilliseconds), Self.retryBounds.contains(retries),
            Self.confirmationBounds.contains(confirmations),
            Self.confirmForBounds.contains(confirmForMilliseconds ?? 0)
        else {
            throw DecodingError.dataCorrupted(.init(codingPath: container.codingPath, debugDescription: "no timing"))
        }
    }
}

extension LoadLimits {
    /// Reads recorded limits.
    ///
    /// - Throws: `DecodingError` for numbers below 1.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        parallelism = try container.decode(Int.self, forKey: .parallelism)
        perHost = try container.decodeIfPresent(Int.self, forKey: .perHost)
        rate = try container.decodeIfPresent(Int.self, forKey: .rate)
        ratePerHost = try container.decodeIfPresent(Int.self, forKey: .ratePerHost)
        guard [parallelism, perHost ?? 1, rate ?? 1, ratePerHost ?? 1].allSatisfy({ $0 > 0 }) else {
            throw DecodingError.dataCorrupted(.init(codingPath: container.codingPath, debugDescription: "no limits"))
        }
    }
}
