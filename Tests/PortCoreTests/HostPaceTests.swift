import Testing

@testable import PortCore

@Suite("The pace of one host")
struct HostPaceTests {
    private static let millisecond: UInt64 = 1_000_000
    private static let second: UInt64 = 1_000_000_000

    private func pace(rate: Double? = nil) -> HostPace { HostPace(rate: rate, budget: 2 * Self.second) }

    /// Starts attempts as fast as the pace allows until the witness is to be asked, and asks it.
    private func advance(_ pace: inout HostPace, _ now: inout UInt64, unheld: UInt64) {
        for _ in 0..<100 where !pace.wantsWitness {
            now = max(now + unheld, pace.nextStart)
            pace.started(now: now)
        }
        pace.askedWitness()
    }

    @Test("is not held back, and asks the witness at every 16th attempt")
    func unheld() {
        var pace = pace()
        for attempt in 1...1000 {
            #expect(pace.mayStart(now: 1))
            pace.started(now: 1)
            #expect(pace.wantsWitness == (attempt % 16 == 0))
            if pace.wantsWitness { pace.askedWitness() }
        }
        #expect(pace.window == .max)
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

    @Test(
        "falls to 1,000 a second after eight lost witnesses in a row, then by half, and doubts silence since the first of them"
    )
    func halved() {
        var pace = pace()
        var now = Self.second
        for interval: UInt64 in [1, 2, 4] {
            var doubtfulSince: [UInt64] = []
            var first: UInt64 = 0
            for round in 0..<8 {
                advance(&pace, &now, unheld: 10_000)
                if round == 0 { first = now }
                if let since = pace.witness(answered: false, start: now, now: now) { doubtfulSince.append(since) }
            }
            #expect(doubtfulSince == [first])
            #expect(pace.believesSince == now)
            #expect(pace.interval == interval * Self.millisecond)
        }
    }

    @Test("does not count witnesses that were asked before it was halved")
    func late() {
        var pace = pace()
        var now = Self.second
        for _ in 0..<8 {
            advance(&pace, &now, unheld: Self.millisecond)
            _ = pace.witness(answered: false, start: now, now: now)
        }
        let halved = pace.interval
        for _ in 0..<100 {
            let doubtfulSince = pace.witness(answered: false, start: now - 1, now: now + 1)
            #expect(doubtfulSince == nil)
        }
        #expect(pace.interval == halved)
    }

    @Test("stays as it is while one packet in twenty is lost by chance in each direction")
    func chance() {
        var halvings = 0
        forEachSeed { _, random in
            var pace = pace()
            var now = Self.second
            for _ in 0..<500 {
                advance(&pace, &now, unheld: Self.millisecond)
                let isLost = random.int(0...9999) < 975
                if pace.witness(answered: !isLost, start: now, now: now) != nil { halvings += 1 }
            }
        }
        #expect(halvings <= 3)
    }

    @Test(
        "finds the pace of a host that takes so many attempts a second and drops the rest", arguments: [20, 200, 2000])
    func limited(rate: UInt64) {
        var pace = pace()
        var now = Self.second
        var tokens = 5.0
        var filledAt = now
        var lost: [Bool] = []
        for _ in 0..<4000 {
            now = max(now + 50_000, pace.nextStart)
            pace.started(now: now)
            tokens = min(5, tokens + Double(now - filledAt) * Double(rate) / 1e9)
            filledAt = now
            let isLost = tokens < 1
            if !isLost { tokens -= 1 }
            lost.append(isLost)
            if pace.wantsWitness {
                pace.askedWitness()
                _ = pace.witness(answered: !isLost, start: now, now: now)
            }
        }
        let late = lost.suffix(1000)
        #expect(late.filter(\.self).count < late.count / 4)
        #expect(pace.interval <= 4 * Self.second / rate)
    }

    @Test("grows again while the witness answers, up to what has failed")
    func growth() {
        var pace = pace()
        var now = Self.second
        for _ in 0..<16 {
            advance(&pace, &now, unheld: Self.millisecond)
            _ = pace.witness(answered: false, start: now, now: now)
        }
        #expect(pace.interval == 2 * Self.millisecond)
        for _ in 0..<1000 {
            advance(&pace, &now, unheld: 1)
            _ = pace.witness(answered: true, start: now, now: now)
        }
        #expect(pace.interval == 5 * Self.millisecond / 4)
    }

    @Test("gives up on a host that has gone: silence is believed again, and no witness is asked any more")
    func gone() {
        var pace = pace()
        var now = Self.second
        for _ in 0..<1000 where pace.believesSince > 0 || pace.interval < 10 * Self.millisecond {
            advance(&pace, &now, unheld: Self.millisecond)
            _ = pace.witness(answered: false, start: now, now: now)
        }
        for _ in 0..<100 { pace.started(now: now) }
        #expect(!pace.wantsWitness)
        #expect(pace.believesSince == 0)
        #expect(now < 60 * Self.second)
    }
}
