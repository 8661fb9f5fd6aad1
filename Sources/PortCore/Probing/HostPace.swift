/// How fast one host is probed: no faster than the operator allows, and than it bears.
///
/// Silence does not tell a port that is filtered from a host, or a firewall before it, that drops what comes too fast.
/// So while ports of a host are silent, one that has answered, the witness, is probed along with them. Where too many of
/// these probes are lost, the pace falls to 1,000 attempts a second, or to half of what it was, and silence that was met
/// meanwhile is not believed; while few are lost, the pace grows again (halving at loss and slow growth as in RFC 5681).
struct HostPace {
    private var gate: StartGate
    /// The shortest interval that has not failed yet and that the operator allows.
    private var shortest: UInt64
    private let budget: UInt64
    /// The silence of probes that started before is not believed.
    private(set) var believesSince: UInt64 = 0
    /// Whether probes get lost however slowly they come, or the host has gone: silence is believed as it is.
    private var hasGivenUp = false

    /// Witnesses that are not judged yet, with the time when each was asked, and how many were.
    private var asked: [(start: UInt64, testimony: Testimony?)] = []
    private var judged = 0
    /// Attempts since the witness was last asked.
    private var sinceWitness = 0
    /// Witnesses that answered since the host was last found to be probed too fast.
    private var answers = 0
    /// A cumulative sum (Page, 1954): up with each lost witness, down with each answer, never below 0.
    private var score = 0
    /// When the first of the lost witnesses started that make up the score.
    private var scoreRoseAt: UInt64 = 0

    /// One in four lost keeps the score where it is. Where one in ten is lost by chance, as with 5 % loss each way, the
    /// score gets to its limit about once in 200,000 witnesses; where all are lost, after eight.
    private static let lossWeight = 3
    private static let limit = 24
    private static let attemptsPerWitness = 16
    private static let answersPerGrowth = 16
    /// The pace after the first losses where nothing held the attempts back.
    private static let first: UInt64 = 1_000_000
    /// No host is probed more slowly than ten times a second.
    private static let longest: UInt64 = 100_000_000
    /// A host that answers nothing any more at this pace is not one that is probed too fast.
    private static let gone: UInt64 = 10_000_000

    /// - Parameters:
    ///   - rate: the most attempts a second, `nil` for no limit.
    ///   - budget: the time that an endpoint has, in nanoseconds.
    init(rate: Double?, budget: UInt64) {
        gate = StartGate(rate: rate)
        shortest = gate.interval
        self.budget = budget
    }

    /// Nanoseconds from one attempt to the next; 0 where nothing holds them back.
    var interval: UInt64 { gate.interval }

    /// When the next attempt may start.
    var nextStart: UInt64 { gate.nextStart }

    func mayStart(now: UInt64) -> Bool { gate.mayStart(now: now) }

    /// How many endpoints may be in flight: as many as can start within one budget.
    var window: Int { interval == 0 ? .max : max(1, Int(clamping: budget / interval)) }

    /// An attempt starts.
    mutating func started(now: UInt64) {
        sinceWitness += 1
        gate.started(now: now)
    }

    /// Whether it is time to ask the witness.
    var wantsWitness: Bool { sinceWitness >= Self.attemptsPerWitness && !hasGivenUp }

    /// What came of asking a witness.
    enum Testimony {
        case answered
        case lost
        /// It could not be asked for want of something local, or was too early to count.
        case void
    }

    /// The witness is asked. Returns which of all witnesses this is.
    mutating func askWitness(now: UInt64) -> Int {
        sinceWitness = 0
        asked.append((now, nil))
        return judged + asked.count - 1
    }

    /// Witness number `number` was heard, or not. They are judged in the order in which they were asked, since answers
    /// come sooner than silence is known for what it is.
    ///
    /// - Returns: since when silence is in doubt, if the host turns out to be probed too fast.
    mutating func hear(_ number: Int, _ testimony: Testimony, now: UInt64) -> UInt64? {
        asked[number - judged].testimony = testimony
        var doubtfulSince: UInt64?
        let heard = asked.prefix { $0.testimony != nil }
        asked.removeFirst(heard.count)
        judged += heard.count
        for (start, testimony) in heard where testimony != .void {
            doubtfulSince = judge(answered: testimony == .answered, start: start, now: now) ?? doubtfulSince
        }
        return doubtfulSince
    }

    private mutating func judge(answered: Bool, start: UInt64, now: UInt64) -> UInt64? {
        guard start >= believesSince, !hasGivenUp else { return nil }
        guard !answered else {
            score = max(0, score - 1)
            answers += 1
            if answers % Self.answersPerGrowth == 0 { gate.interval = max(shortest, interval - interval / 5) }
            return nil
        }
        if score == 0 { scoreRoseAt = start }
        score += Self.lossWeight
        return score < Self.limit ? nil : slowDown(now)
    }

    private mutating func slowDown(_ now: UInt64) -> UInt64? {
        if interval >= Self.longest || (interval >= Self.gone && answers == 0) {
            hasGivenUp = true
            believesSince = 0
            return nil
        }
        shortest = max(shortest, interval + interval / 4)
        gate.interval = interval == 0 ? Self.first : min(Self.longest, 2 * interval)
        (score, answers, believesSince) = (0, 0, now)
        return scoreRoseAt
    }
}
