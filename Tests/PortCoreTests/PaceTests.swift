import Testing

@testable import PortCore

@Suite("The pace of a host, or of the way to many")
struct PaceTests {
    private static let millisecond: UInt64 = 1_000_000
    private static let second: UInt64 = 1_000_000_000
    private static let timeout = 50 * millisecond

    private func pace(rate: Double? = nil) -> Pace { Pace(rate: rate, budget: 2 * Self.second) }

    @Test("is not held back, and asks a witness at every 16th attempt that follows no answer")
    func unheld() {
        var pace = pace()
        for attempt in 1...1000 {
            #expect(pace.mayStart(now: 1))
            pace.started(now: 1)
            #expect(pace.wantsWitness(now: 1, isAlone: false) == (attempt % 16 == 0))
            if attempt % 16 == 0 { pace.askedWitness(now: 1) }
        }
        pace.answered(at: 1, host: 0, now: 1)
        for _ in 1..<16 { pace.started(now: 1) }
        #expect(!pace.wantsWitness(now: 1, isAlone: false))
        #expect(pace.window == .max)
    }

    @Test("asks a witness of a host that is alone after 300 ms without an answer, however few attempts there are")
    func quiet() {
        var pace = pace()
        pace.started(now: Self.second)
        pace.answered(at: Self.second, host: 0, now: Self.second)
        #expect(!pace.wantsWitness(now: Self.second + 299 * Self.millisecond))
        let later = Self.second + 300 * Self.millisecond
        #expect(pace.wantsWitness(now: later) && !pace.wantsWitness(now: later, isAlone: false))
        pace.askedWitness(now: later)
        #expect(!pace.wantsWitness(now: later + 299 * Self.millisecond))
        #expect(pace.wantsWitness(now: later + 300 * Self.millisecond))
    }

    @Test("takes seven losses in a row without an answer for a way on which nothing comes back, but not six")
    func row() {
        for count in [6, 7] {
            var pace = pace()
            pace.started(now: Self.second)
            pace.answered(at: Self.second, host: 0, now: Self.second)
            for step in 1...count {
                let now = Self.second + UInt64(step) * 300 * Self.millisecond
                pace.started(now: now)
                pace.askedWitness(now: now)
                pace.heard(.lost, at: now, host: 0, now: now)
            }
            let doubt = pace.judge(now: 5 * Self.second, timeout: Self.timeout)
            #expect(doubt == (count == 7 ? Self.second + 300 * Self.millisecond : nil))
            #expect(pace.isStalled == (count == 7))
        }
    }

    @Test("keeps to the rate that the operator allows", arguments: [1, 50, 200, 5000])
    func allowed(rate: Int) {
        var pace = pace(rate: Double(rate))
        var (now, count) = (Self.second, 0)
        while now < 11 * Self.second {
            if pace.mayStart(now: now) {
                pace.started(now: now)
                count += 1
            } else {
                now = min(pace.nextStart, 11 * Self.second)
            }
        }
        #expect(count >= rate * 10 && count <= rate * 10 + rate / 100 + 2)
        #expect(pace.window == 2 * rate)
    }

    /// A way that takes so many attempts a second, so many of them at once, and of each packet loses some by chance.
    private struct Limiter {
        let rate: Double
        let burst: Double
        var tokens: Double
        var filledAt: UInt64 = 0

        init(rate: Double, burst: Double) { (self.rate, self.burst, tokens) = (rate, burst, burst) }

        mutating func takes(now: UInt64) -> Bool {
            tokens = min(burst, tokens + Double(now - filledAt) * rate / 1e9)
            filledAt = now
            guard tokens >= 1 else { return false }
            tokens -= 1
            return true
        }
    }

    /// What a simulated run came to.
    private struct Run {
        var pace: Pace
        /// Attempts in the second half, and how many of them were lost.
        var late = (started: 0, lost: 0)
        /// Times since which silence was in doubt.
        var doubts: [UInt64] = []
    }

    /// Probes endpoints that all answer, each attempt that is lost being made up for 50 ms later, for `seconds`.
    private func simulate(seconds: UInt64, every: UInt64, _ isLost: (UInt64) -> Bool) -> Run {
        var run = Run(pace: pace())
        var pending: [(due: UInt64, first: UInt64, lost: Int)] = []
        var now = Self.second
        let end = now + seconds * Self.second
        var nextJudgement = now
        while now < end {
            now = max(now + every, min(run.pace.nextStart, end))
            if now >= nextJudgement {
                nextJudgement = now + LossLedger.quantum
                if let time = run.pace.judge(now: now, timeout: Self.timeout) { run.doubts.append(time) }
            }
            if run.pace.isStalled, run.pace.wantsWitness(now: now) {
                run.pace.askedWitness(now: now)
                run.pace.heard(isLost(now) ? .lost : .answered, at: now, host: 0, now: now)
            }
            guard run.pace.mayStart(now: now) else { continue }
            var (first, lost) = (now, 0)
            if let place = pending.firstIndex(where: { $0.due <= now }) {
                (first, lost) = (pending[place].first, pending[place].lost)
                pending.remove(at: place)
            }
            run.pace.started(now: now)
            let failed = isLost(now)
            if now > end - seconds * Self.second / 2 {
                run.late.started += 1
                if failed { run.late.lost += 1 }
            }
            if failed {
                // Six attempts in all, each waited for twice as long as the one before.
                if lost < 5 { pending.append((now + Self.timeout << UInt64(lost), first, lost + 1)) }
            } else {
                run.pace.answered(at: now, lost: lost, since: first, host: 0, now: now)
            }
        }
        return run
    }

    @Test(
        "finds what a limiter lets through, and uses most of it", arguments: [200, 500, 2000] as [Double],
        [5, 200] as [Double])
    func limited(rate: Double, burst: Double) {
        var limiter = Limiter(rate: rate, burst: burst)
        let run = simulate(seconds: 20, every: 100_000) { !limiter.takes(now: $0) }
        let passed = Double(run.late.started - run.late.lost) / 10
        #expect(passed > 0.7 * rate, "\(passed) of \(rate) a second")
        #expect(run.late.lost * 5 < run.late.started)
        #expect(!run.doubts.isEmpty)
    }

    @Test("stays as it is while one packet in twenty is lost by chance in each direction")
    func chance() {
        var doubts = 0
        forEachSeed { seed, random in
            let run = simulate(seconds: 2, every: 500_000) { _ in random.int(0...9999) < 975 }
            doubts += run.doubts.count
            #expect(run.pace.rate.isInfinite, "seed \(seed)")
        }
        #expect(doubts == 0)
    }

    @Test("is not slowed for good by losses that being slower does not lessen")
    func inherent() {
        var started: [Int] = []
        forEachSeed(100) { _, random in
            started.append(simulate(seconds: 20, every: 1_000_000) { _ in random.int(0...99) < 36 }.late.started)
        }
        started.sort()
        // A streak of losses slows it again now and then.
        #expect(started[started.count / 5] > 2000 && started[0] > 100, "\(started)")
    }

    @Test("asks nothing but witnesses once nothing comes back, and goes on when one answers")
    func stall() throws {
        var pace = pace()
        var now = Self.second
        let begin = now
        for _ in 0..<100 {
            pace.started(now: now)
            pace.answered(at: now, host: 0, now: now)
            now += Self.millisecond
        }
        var doubt: UInt64?
        for _ in 0..<8 {
            pace.askedWitness(now: now)
            pace.started(now: now)
            pace.heard(.lost, at: now, host: 0, now: now)
        }
        while doubt == nil, now < begin + 5 * Self.second {
            now += 25 * Self.millisecond
            doubt = pace.judge(now: now, timeout: Self.timeout)
        }
        #expect(try #require(doubt) >= begin + 75 * Self.millisecond)
        #expect(pace.isStalled && !pace.mayStart(now: now) && pace.wantsWitness(now: now))
        pace.askedWitness(now: now)
        #expect(!pace.wantsWitness(now: now) && pace.nextStart > now)
        pace.heard(.answered, at: now, host: 0, now: now + Self.millisecond)
        #expect(!pace.isStalled && pace.mayStart(now: now + Self.second))
    }

    @Test("believes silence again when a host stays away")
    func gone() {
        var pace = pace()
        var now = Self.second
        for _ in 0..<8 {
            pace.started(now: now)
            pace.askedWitness(now: now)
            pace.heard(.lost, at: now, host: 0, now: now)
        }
        while now < 12 * Self.second {
            now += 25 * Self.millisecond
            _ = pace.judge(now: now, timeout: Self.timeout)
            if pace.isStalled, pace.wantsWitness(now: now) {
                pace.askedWitness(now: now)
                pace.heard(.lost, at: now, host: 0, now: now)
            }
        }
        #expect(!pace.isStalled && pace.believesSince == 0)
        for _ in 0..<100 { pace.started(now: now) }
        #expect(!pace.wantsWitness(now: now))
    }

    @Test("takes losses of several hosts to hold all of them back")
    func several() {
        var pace = pace()
        for host in [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] {
            pace.started(now: Self.second)
            pace.lost(at: Self.second, host: host)
        }
        let alone = pace.judge(now: 2 * Self.second, timeout: Self.timeout, hosts: 10)
        #expect(alone == nil)
        var other = self.pace()
        for host in 0..<10 {
            other.started(now: Self.second)
            other.lost(at: Self.second, host: host)
        }
        let together = other.judge(now: 2 * Self.second, timeout: Self.timeout, hosts: 10)
        #expect(together == Self.second)
    }

    @Test("falls to 1,000 a second, then by half, where known ports are answered otherwise than before")
    func falseAnswers() {
        var pace = pace()
        var rates: [Double] = []
        for step in 1...4 {
            pace.wasAnsweredFalsely(now: UInt64(step) * Self.second)
            rates.append(pace.rate)
            #expect(pace.believesSince == UInt64(step) * Self.second)
        }
        #expect(rates == [1000, 500, 250, 125])
    }
}

@Suite("How many attempts silence takes to be believed")
struct AttemptsNeededTests {
    private func needed(answered: Int, lost: Int) -> Int {
        var ledger = LossLedger()
        let start: UInt64 = 1_000_000_000
        ledger.started(start)
        for _ in 0..<answered { ledger.answered(start) }
        ledger.lost(start, lost)
        _ = ledger.next(now: 10 * start, timeout: 50_000_000)
        return ledger.attemptsNeeded()
    }

    @Test(
        "is three where nothing is known, two where next to nothing is lost, and more the more is",
        arguments: [
            (0, 0, 3), (50, 0, 3), (100, 0, 2), (390, 0, 2), (399, 1, 3), (90, 10, 6), (80, 20, 9), (50, 50, 18),
        ])
    func table(answered: Int, lost: Int, expected: Int) {
        #expect(needed(answered: answered, lost: lost) == expected)
    }

    @Test("An endpoint that answers is silent by chance no more than once in a million")
    func chance() {
        for percent in 1...40 {
            let loss = Double(percent) / 100
            let count = needed(answered: 400 - 4 * percent, lost: 4 * percent)
            let wrong = (0..<count).reduce(1.0) { product, _ in product * loss }
            #expect(wrong <= 1.5e-6, "\(percent) %: \(count)")
        }
    }
}

@Suite("Ports that bear witness")
struct WitnessesTests {
    @Test("A port that refuses is asked before one that is open, and as often as need be")
    func closedFirst() {
        var witnesses = Witnesses()
        #expect(witnesses.isEmpty && !witnesses.canTestify(now: 0))
        witnesses.add(7, isOpen: true)
        witnesses.add(9, isOpen: false)
        let asked = (0..<1000).map { _ in witnesses.take(now: 0) }
        #expect(asked.allSatisfy { $0 == 9 })
    }

    @Test("An open port is asked at most every 3 ms, ever more seldom in the end, and a hundred times in a run")
    func openSeldom() {
        var witnesses = Witnesses()
        witnesses.add(7, isOpen: true)
        var times: [UInt64] = []
        for now in stride(from: UInt64(0), to: 4_000_000_000_000, by: 3_000_000) where witnesses.canTestify(now: now) {
            #expect(witnesses.take(now: now) == 7)
            times.append(now)
        }
        let pauses = zip(times, times.dropFirst()).map { ($1 - $0) / 1_000_000 }
        #expect(pauses.prefix(80).allSatisfy { $0 == 3 } && pauses.last == 3 << 19)
        #expect(times.count == 100 && pauses == pauses.sorted())
        #expect(witnesses.take(now: 1_000_000_000_000_000) == nil)
    }

    @Test("Several open ports take turns")
    func turns() {
        var witnesses = Witnesses()
        for index in [3, 5, 8] { witnesses.add(index, isOpen: true) }
        let asked = (0..<4).map { _ in witnesses.take(now: 0) }
        #expect(asked == [3, 5, 8, nil])
    }
}

@Suite("Answers that no known port has vouched for")
struct UncheckedAnswersTests {
    @Test("Many of them call for a check, fewer at the end, and one check at a time")
    func asksForCheck() {
        var answers = UncheckedAnswers()
        for index in 0..<63 { answers.add(index, now: 1) }
        #expect(!answers.wantCheck(isEnd: false) && answers.wantCheck(isEnd: true))
        answers.add(63, now: 1)
        #expect(answers.wantCheck(isEnd: false))
        answers.asked(now: 2)
        #expect(!answers.wantCheck(isEnd: true))
        answers.wasNotHeard()
        #expect(answers.wantCheck(isEnd: false))
    }

    @Test("A right answer vouches for those before it was asked for, and a wrong one puts all since then in doubt")
    func doubt() {
        var answers = UncheckedAnswers()
        for index in 0..<64 { answers.add(index, now: 1) }
        answers.asked(now: 2)
        answers.add(64, now: 3)
        answers.wasRight()
        answers.asked(now: 4)
        answers.add(65, now: 5)
        let doubtful = answers.wasWrong()
        #expect(doubtful == [64, 65])
        #expect(answers.contradictions == 1)
    }
}
