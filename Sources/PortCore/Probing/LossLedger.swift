import Glibc

/// What became of attempts, by when they started: how many were answered, and how many are known to be lost.
///
/// An answer is known at once and a loss only later, so attempts are judged in the order in which they started, once
/// the losses among them had time to show.
struct LossLedger {
    /// The attempts that started within one quantum.
    struct Tally {
        let begin: UInt64
        var started = 0
        var answered = 0
        var lost = 0
        /// Witnesses that were asked and are not heard yet.
        var pending = 0
    }

    private var tallies: [Tally] = []
    /// How many of them, the oldest, are judged.
    private var judged = 0
    /// What was judged of attempts that started since the pace changed last.
    private(set) var recent = (answered: 0, lost: 0)
    private(set) var recentSince: UInt64 = 0
    /// What was judged since the pace was last found too fast; older ones count ever less.
    private var lately = (answered: 0.0, lost: 0.0)
    private var unjudgedLosses = 0
    /// How many of ten attempts are taken to be lost before more is known.
    private var assumedLost = 0.1

    static let quantum: UInt64 = 25_000_000
    /// How long losses have to show at least, and how long a witness is waited for at most.
    private static let leastAge: UInt64 = 150_000_000
    private static let mostAge: UInt64 = 2_500_000_000
    /// How many tallies are kept when they are judged, and how many results are remembered.
    private static let kept = 64
    private static let memory = 400.0
    /// How seldom all attempts at an endpoint that answers may be lost.
    private static let tolerated = 1e-6

    var hasLosses: Bool { unjudgedLosses > 0 }

    /// Losses that are not judged yet, and witnesses that are not heard.
    var unjudged: Int { tallies[judged...].reduce(0) { $0 + $1.lost + $1.pending } }

    mutating func started(_ now: UInt64) {
        if let last = tallies.last, now < last.begin + Self.quantum {
            tallies[tallies.count - 1].started += 1
        } else {
            // Without losses nothing is judged, so what is old is dropped here.
            if tallies.count > Self.kept, unjudgedLosses == 0 { judge(tallies.count - Self.kept / 2 - judged) }
            tallies.append(Tally(begin: now, started: 1))
        }
    }

    mutating func asked(_ now: UInt64) { change(now) { $0.pending += 1 } }

    mutating func settled(_ start: UInt64) { change(start) { $0.pending = max(0, $0.pending - 1) } }

    mutating func answered(_ start: UInt64) { change(start) { $0.answered += 1 } }

    mutating func lost(_ start: UInt64, _ count: Int) {
        unjudgedLosses += count
        change(start) { $0.lost += count }
    }

    /// Changes the tally of attempts that started at `start`, or where that is judged already, the next one to be judged:
    /// what is known late counts as well.
    private mutating func change(_ start: UInt64, _ body: (inout Tally) -> Void) {
        let index = max(judged, tallies.lastIndex { $0.begin <= start } ?? 0)
        if index == tallies.count { tallies.append(Tally(begin: max(start, (tallies.last?.begin ?? 0) + 1))) }
        body(&tallies[index])
    }

    /// Takes the oldest tally that is not judged, once its losses had time to show and all its witnesses are heard.
    mutating func next(now: UInt64, timeout: UInt64) -> Tally? {
        guard judged < tallies.count else { return nil }
        let tally = tallies[judged]
        let isHeard = tally.pending == 0 || now >= tally.begin + Self.quantum + Self.mostAge
        guard isHeard, hadTime(tally, now, timeout) else { return nil }
        judge(1)
        return tally
    }

    /// The tallies after those, whose losses had time to show.
    func waiting(now: UInt64, timeout: UInt64) -> ArraySlice<Tally> {
        tallies[judged...].prefix { hadTime($0, now, timeout) }
    }

    /// Whether a witness should have answered by now and has not.
    func hasOverdue(now: UInt64, timeout: UInt64) -> Bool {
        tallies[judged...].contains { $0.pending > 0 && now >= $0.begin + Self.quantum + 4 * timeout }
    }

    private func hadTime(_ tally: Tally, _ now: UInt64, _ timeout: UInt64) -> Bool {
        now >= tally.begin + Self.quantum + min(Self.mostAge, max(Self.leastAge, 3 * timeout))
    }

    private mutating func judge(_ count: Int) {
        for tally in tallies[judged..<judged + max(0, count)] {
            remember(tally.begin, answered: tally.answered, lost: tally.lost)
            unjudgedLosses -= tally.lost
        }
        judged += max(0, count)
        guard judged > Self.kept else { return }
        tallies.removeFirst(judged - Self.kept / 2)
        judged = Self.kept / 2
    }

    private mutating func remember(_ start: UInt64, answered: Int, lost: Int) {
        if start >= recentSince {
            recent.answered += answered
            recent.lost += lost
        }
        lately.answered += Double(answered)
        lately.lost += Double(lost)
        let excess = (lately.answered + lately.lost) / Self.memory
        if excess > 1 { lately = (lately.answered / excess, lately.lost / excess) }
    }

    /// The pace changed.
    mutating func forgetRecent(_ now: UInt64) { (recent, recentSince) = ((0, 0), now) }

    /// What was lost lately was lost at a faster pace.
    mutating func discount() { lately = (lately.answered / 2, lately.lost / 2) }

    /// What was asked so far says nothing of what comes.
    mutating func forget(_ now: UInt64) {
        tallies = []
        (judged, unjudgedLosses) = (0, 0)
        forgetRecent(now)
        (lately, assumedLost) = ((0, 0), 1)
    }

    /// How many attempts a second started since `time` and how many of them were answered, and the part of those that
    /// are known which was lost.
    func rates(since time: UInt64, now: UInt64) -> (started: Double, answered: Double, loss: Double) {
        var sums = (started: 0, answered: 0, lost: 0)
        for tally in tallies where tally.begin >= time {
            sums = (sums.started + tally.started, sums.answered + tally.answered, sums.lost + tally.lost)
        }
        let seconds = Double(max(now - min(time, now), Self.quantum)) / 1e9
        let known = max(1, sums.answered + sums.lost)
        return (Double(sums.started) / seconds, Double(sums.answered) / seconds, Double(sums.lost) / Double(known))
    }

    /// What is known of attempts that started since the pace changed last, and the part of it that was lost.
    var sinceChange: (known: Int, loss: Double) {
        var (answered, lost) = recent
        for tally in tallies[judged...] where tally.begin >= recentSince {
            (answered, lost) = (answered + tally.answered, lost + tally.lost)
        }
        return (answered + lost, Double(lost) / Double(max(1, answered + lost)))
    }

    var hasLostLately: Bool { lately.lost > 0 }

    /// How many attempts at an endpoint that answers are all lost with a chance of at most one in a million, where as
    /// much is lost as lately; as if another ten had been asked, of which 0.1 were lost, or one where much was lost before.
    ///
    /// - Parameter excluded: how many of the losses do not count.
    func attemptsNeeded(without excluded: Int = 0) -> Int {
        let lost = max(0, lately.lost - Double(excluded))
        let loss = (lost + assumedLost) / (lately.answered + lost + 10)
        return max(2, Int((log(Self.tolerated) / log(min(0.5, loss))).rounded(.up)))
    }
}
