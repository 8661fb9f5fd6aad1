/// How fast one host is probed, or all hosts behind one next hop together: no faster than the operator allows, and than
/// they bear.
///
/// Silence does not tell a port that is filtered from a way that drops what comes too fast. What tells them apart are
/// losses that are known as such: an endpoint that answered a later attempt, and a witness, a port that has answered
/// before, that did not. Where more of them are lost than a cumulative sum bears (Page, 1954), the pace falls to what
/// came through, silence that was met meanwhile is not believed, and the pace grows again: by doubling up to half of
/// what failed, then by steps (RFC 5681 has slow start and congestion avoidance for the same reason). Where nothing
/// comes through any more, only witnesses are asked until one answers.
struct Pace {
    var gate: RateGate
    /// The most attempts a second that the operator allows.
    let allowed: Double
    let budget: UInt64
    /// The silence of probes that started before is not believed.
    var believesSince: UInt64 = 0
    /// Whether nothing comes back however long it is waited for: silence is believed as it is.
    var hasGivenUp = false

    var ledger = LossLedger()
    /// A cumulative sum: up with each loss, down with each answer, never below 0.
    var score = 0.0
    /// When the first of the lost attempts started that make up the score.
    var scoreRoseAt: UInt64 = 0
    /// The hosts of these attempts, up to as many as count.
    var losers: [Int] = []

    /// What failed, in attempts a second.
    var ceiling = Double.infinity
    /// The first of the setbacks that no growth has come after yet, and what is known since at half that pace or less.
    var setback: (rate: Double, loss: Double, known: Double, lost: Double)?
    /// How often the pace has failed after it had grown beyond what failed before: the more often, the more seldom it does.
    var overshoots = 0
    var hasGrown = false
    static let mostOvershoots = 4
    /// The part that is lost however slowly attempts come.
    var inherentLoss = 0.0
    /// What may be lost by chance.
    static let inherent = 0.1...0.6
    /// Which part of the attempts was answered before the pace was doubled last, and how much of it has to be then.
    var answeredShare = 0.0
    static let leastShare = 0.6
    /// Since when nothing comes back, when a witness is to be asked next, and how long to wait after that.
    var stall: (since: UInt64, nextAsk: UInt64, pause: UInt64)?
    /// Attempts since anything was answered, or a witness was asked.
    var sinceAnswer = 0
    /// When a witness is to be asked if nothing is answered until then.
    var quietUntil: UInt64 = 0
    /// How many in a row were lost, with no answer in between.
    var lostInARow = (count: 0, since: UInt64(0))

    /// Three lost for each one that is answered keep the score where it is, while nothing is held back. Where one in ten
    /// is lost by chance, as with 5 % loss each way, it gets to its limit about once in 200,000 attempts.
    static let lossWeight = 3.0
    /// A pace that was found already is held to one in eight.
    static let heldLossWeight = 7.0
    static let limit = 24.0
    /// Where one in ten is lost by chance, so many in a row are once in ten million.
    static let leastInARow = 7
    static let attemptsPerWitness = 16
    /// After how long without an answer a witness is asked.
    static let quiet: UInt64 = 300_000_000
    static let answersPerGrowth = 16
    /// How much has to be known for a pace to be taken back a little.
    static let judged = 64.0
    /// How long a pace is tried before it is doubled: a limiter lets a burst through first.
    static let trial: UInt64 = 500_000_000
    /// What of the attempts may be lost before the pace is taken back a little.
    static let tolerated = 0.04
    /// So many times slower has to help, or pace is not at fault.
    static let muchSlower = 8.0
    /// No pace is slower than four attempts a second.
    static let slowest = 4.0
    /// The pace after the first refusals or errors that were not meant.
    static let first = 1000.0
    static let longestPause: UInt64 = 1_600_000_000

    /// - Parameters:
    ///   - rate: the most attempts a second, `nil` for no limit.
    ///   - budget: the time that an endpoint has, in nanoseconds.
    init(rate: Double?, budget: UInt64) {
        gate = RateGate(rate: rate)
        allowed = rate ?? .infinity
        self.budget = budget
    }

    /// Attempts a second; infinite where nothing holds them back.
    var rate: Double {
        get { gate.rate }
        set { gate.rate = newValue }
    }

    var isHeldBack: Bool { rate < allowed }
    var isStalled: Bool { stall != nil }

    /// When the next attempt may start.
    var nextStart: UInt64 { stall.map(\.nextAsk) ?? gate.nextStart }

    func mayStart(now: UInt64) -> Bool { stall == nil && gate.mayStart(now: now) }

    /// How many endpoints may be in flight: as many as can start within one budget.
    var window: Int { rate.isInfinite ? .max : max(1, Int(rate * Double(budget) / 1e9)) }

    /// An attempt starts.
    mutating func started(now: UInt64) {
        sinceAnswer += 1
        gate.started(now: now)
        ledger.started(now)
    }

    // MARK: Witnesses

    /// Whether it is time to ask a witness.
    ///
    /// - Parameter isAlone: whether nobody else tells that nothing comes back any more.
    func wantsWitness(now: UInt64, isAlone: Bool = true) -> Bool {
        if let stall { return now >= stall.nextAsk }
        return !hasGivenUp && (sinceAnswer >= Self.attemptsPerWitness || isAlone && now >= quietUntil)
    }

    /// A witness is asked.
    mutating func askedWitness(now: UInt64) {
        sinceAnswer = 0
        quietUntil = now + Self.quiet
        ledger.asked(now)
        if let stall {
            self.stall?.nextAsk = now + stall.pause
            self.stall?.pause = min(Self.longestPause, 2 * stall.pause)
        }
    }

    // MARK: What is known

    /// An attempt that started at `start` was answered, and so many before it of the same endpoint were not, the first
    /// of which started at `first`.
    mutating func answered(at start: UInt64, lost: Int = 0, since first: UInt64 = 0, host: Int, now: UInt64) {
        if lost > 0 { self.lost(at: first, count: lost, host: host) }
        // What started before the pace changed says nothing of it.
        guard isOfThisPace(start) else { return }
        ledger.answered(start)
        sinceAnswer = 0
        quietUntil = now + Self.quiet
        guard stall != nil else { return }
        stall = nil
        begin(now)
    }

    /// Attempts that started at `start` are known to be lost.
    mutating func lost(at start: UInt64, count: Int = 1, host: Int) {
        guard !hasGivenUp, isOfThisPace(start) else { return }
        ledger.lost(start, count)
        if !losers.contains(host), losers.count < Self.losersThatCount { losers.append(host) }
    }

    func isOfThisPace(_ start: UInt64) -> Bool {
        start >= believesSince && (!isHeldBack || start >= ledger.recentSince)
    }

    static let losersThatCount = 3

    /// What became of a witness.
    enum Testimony {
        case answered
        case lost
        /// It could not be asked for want of something local.
        case void
    }

    /// A witness that was asked at `start` was heard, or not.
    mutating func heard(_ testimony: Testimony, at start: UInt64, host: Int, now: UInt64) {
        ledger.settled(start)
        switch testimony {
        case .answered: answered(at: start, host: host, now: now)
        case .lost: lost(at: start, host: host)
        case .void: break
        }
    }

    /// Of how many attempts at a silent endpoint at least one comes through all but certainly, by what was lost lately.
    var attemptsNeeded: Int { ledger.attemptsNeeded() }

    var hasLostLately: Bool { ledger.hasLostLately }

    /// Whether something has to be judged, or the pace may grow.
    var isWatched: Bool { isHeldBack || ledger.hasLosses || score > 0 }

    /// Whether silence would be in doubt if all were lost that is not judged yet.
    var mayYetDoubt: Bool {
        let open = ledger.unjudged
        guard open > 0, !hasGivenUp else { return false }
        return score + lossWeight * Double(open) >= Self.limit || lostInARow.count + open >= mostLostInARow
    }

    /// The kernel will send a SYN again by itself.
    mutating func charge() { gate.charge() }
}
