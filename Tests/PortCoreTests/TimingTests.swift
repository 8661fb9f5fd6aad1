import Testing

@testable import PortCore

@Suite("The attempts of one endpoint")
struct TimingTests {
    private static let millisecond: UInt64 = 1_000_000

    /// The lengths of the attempts in milliseconds when nothing is heard, the likely time being always the same.
    private func lengths(_ schedule: AttemptSchedule, timeout: UInt64) -> [UInt64] {
        var lengths: [UInt64] = []
        while lengths.count < 100 {
            let wait = schedule.wait(
                attempt: lengths.count, spent: lengths.reduce(0, +) * Self.millisecond,
                timeout: timeout * Self.millisecond)
            lengths.append(wait.length / Self.millisecond)
            if wait.isLast { break }
        }
        return lengths
    }

    @Test(
        "are waited for twice as long each time, and the last one until the budget is used up",
        arguments: [
            (2000, 6, 50, [50, 100, 200, 400, 1250]), (2000, 6, 200, [200, 400, 1400]),
            (2000, 6, 700, [700, 1300]), (2000, 6, 1001, [2000]), (2000, 1, 50, [2000]),
            (2000, 2, 50, [50, 1950]), (5000, 6, 50, [50, 100, 200, 400, 800, 3450]),
            (5000, 6, 200, [200, 400, 800, 1600, 2000]), (300, 6, 200, [300]), (10, 6, 50, [10]),
        ] as [(UInt64, Int, UInt64, [UInt64])])
    func schedule(budget: UInt64, attempts: Int, timeout: UInt64, expected: [UInt64]) {
        let schedule = AttemptSchedule(budget: budget * Self.millisecond, attempts: attempts)
        #expect(lengths(schedule, timeout: timeout) == expected)
    }

    @Test("add up to the budget, whatever the answers say of the way")
    func sum() {
        forEachSeed { seed, random in
            let budget = UInt64(random.pick([10, 3_600_000, random.int(Timing.timeoutBounds)])) * Self.millisecond
            let attempts = random.int(Timing.retryBounds) + 1
            let schedule = AttemptSchedule(budget: budget, attempts: attempts)
            var (spent, count): (UInt64, Int) = (0, 0)
            var isOver = false
            while !isOver {
                let timeout = UInt64(random.int(50...5000)) * Self.millisecond
                let wait = schedule.wait(attempt: count, spent: spent, timeout: timeout)
                #expect(wait.length > 0, "seed \(seed)")
                spent += wait.length
                isOver = wait.isLast
                count += 1
            }
            #expect(spent == budget, "seed \(seed)")
            #expect(count <= attempts, "seed \(seed)")
        }
    }

    @Test("follow the round trip that the answers tell, and what it varies by")
    func roundTrip() {
        var trip = RoundTrip()
        #expect(trip.timeout == RoundTrip.guess)
        trip.answered(after: 100 * Self.millisecond)
        // RFC 6298, 2.2: SRTT is R, RTTVAR is R/2, and the timeout SRTT + 4 RTTVAR.
        #expect(trip.timeout == 300 * Self.millisecond)
        trip.answered(after: 100 * Self.millisecond)
        #expect(trip.timeout == 250 * Self.millisecond)
        for _ in 0..<100 { trip.answered(after: 100 * Self.millisecond) }
        #expect((150...151).contains(trip.timeout / Self.millisecond))
        trip.answered(after: 900 * Self.millisecond)
        #expect(trip.timeout / Self.millisecond > 900)
        for _ in 0..<100 { trip.answered(after: 20_000) }
        #expect(trip.timeout / Self.millisecond == RoundTrip.least / Self.millisecond)
    }

    @Test("do without answers that the kernel may have asked for again, where a shorter way is known")
    func ambiguous() {
        var trip = RoundTrip()
        trip.answered(after: 1020 * Self.millisecond)
        #expect(trip.timeout > 1020 * Self.millisecond)
        trip.answered(after: 20 * Self.millisecond)
        #expect(trip.timeout == 70 * Self.millisecond)
        trip.answered(after: 1020 * Self.millisecond)
        #expect(trip.timeout == 70 * Self.millisecond)
        var slow = RoundTrip()
        for _ in 0..<100 { slow.answered(after: 1900 * Self.millisecond) }
        #expect(slow.timeout / Self.millisecond == 1950)
    }

    @Test("to a host that has not answered yet, are few, so that one is heard however slow the way is")
    func unknown() {
        let schedule = AttemptSchedule(budget: 2000 * Self.millisecond, attempts: 6)
        let lengths = [(0, 0), (1, 1200), (2, 1600)].map { attempt, spent in
            schedule.wait(attempt: attempt, spent: UInt64(spent) * Self.millisecond, timeout: nil)
        }
        #expect(lengths.map { $0.length / Self.millisecond } == [1200, 400, 400])
        #expect(lengths.map(\.isLast) == [false, false, true])
    }

    @Test("end sooner where few are enough, those of the kernel counted")
    func enough() {
        let schedule = AttemptSchedule(budget: 2000 * Self.millisecond, attempts: 6)
        var (spent, count): (UInt64, Int) = (0, 0)
        while true {
            let wait = schedule.wait(attempt: count, spent: spent, timeout: 50 * Self.millisecond, needed: 4)
            (spent, count) = (spent + wait.length, count + 1)
            if wait.isLast { break }
        }
        #expect(spent == 2000 * Self.millisecond && count == 3)
    }

    @Test(
        "have up to four times the budget on a way of which hardly three round trips would fit",
        arguments: [(50, 2000), (300, 2000), (599, 2000), (600, 8000), (1900, 8000)] as [(UInt64, UInt64)])
    func grown(time: UInt64, budget: UInt64) {
        let schedule = AttemptSchedule(budget: 2000 * Self.millisecond, attempts: 6)
        var trip = RoundTrip()
        trip.answered(after: time * Self.millisecond)
        #expect(schedule.grown(for: trip).budget == budget * Self.millisecond)
        // Once the variation is known to be small, six round trips are enough.
        for _ in 0..<100 { trip.answered(after: time * Self.millisecond) }
        #expect(schedule.grown(for: trip).budget <= max(2000, 7 * time) * Self.millisecond)
    }
}
