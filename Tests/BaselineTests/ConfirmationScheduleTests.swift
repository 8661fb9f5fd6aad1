import PortCore
import Testing

@testable import Baseline

@Suite("When what differs is looked at again, and when it is believed")
struct ConfirmationScheduleTests {
    /// When looks begin and what budget they have, where each takes so many milliseconds, or its budget if that is less.
    private func looks(
        _ timing: Timing, deadline: Int? = nil, first: Int = 0, taking length: Int = 0, beyondBudget: Int = 0
    ) -> [[Int]] {
        var schedule = ConfirmationSchedule(timing, deadline: deadline, firstLookEndedAt: first)
        var (now, looks): (Int, [[Int]]) = (first, [])
        while looks.count < 100, let look = schedule.next(at: now) {
            let begin = now + look.pause
            now = begin + min(length, look.timeout) + beyondBudget
            looks.append([begin, look.timeout])
            schedule.took(look, from: begin, to: now)
        }
        return looks
    }

    private func timing(_ timeout: Int = 2000, least: Int = 2, span: Int? = nil) -> Timing {
        Timing(timeoutMilliseconds: timeout, confirmations: least, confirmForMilliseconds: span)
    }

    @Test("What answers at once has to differ for 5 s, and is looked at after longer and longer pauses")
    func answers() {
        #expect(looks(timing()).map(\.[0]) == [200, 500, 950, 1625, 2637, 4155, 5000])
        #expect(looks(timing()).allSatisfy { $0[1] == 2000 })
        #expect(looks(timing(), first: 1200).last == [6200, 1300], "within 8 s of the beginning")
    }

    @Test("Silence takes its whole budget each time, the last look what is left of 8 s")
    func silence() {
        #expect(looks(timing(), first: 2000, taking: 2000) == [[2200, 2000], [4500, 2000], [7000, 500]])
        #expect(looks(timing(5000), first: 5000, taking: 5000) == [[5200, 5000], [10500, 5000]])
        #expect(looks(timing(1000), first: 1000, taking: 1000).map(\.[0]) == [1200, 2500, 3950, 5625, 6625])
    }

    @Test("A longer deadline gives the time that is asked for, a shorter one takes it")
    func deadlines() {
        #expect(looks(timing(), deadline: 60_000, first: 2000, taking: 2000).map(\.[0]) == [2200, 4500, 7000])
        #expect(looks(timing(), deadline: 60_000, first: 2000, taking: 2000).last == [7000, 2000])
        #expect(looks(timing(span: 20_000), deadline: 60_000, first: 100).last == [20_100, 2000])
        #expect(looks(timing(), deadline: 3000).last == [2000, 500])
        #expect(looks(timing(), deadline: 100).map(\.[0]) == [200, 500], "the least looks always take place")
    }

    @Test("A check that is no plugin any more has the time that is asked for")
    func longChecks() {
        #expect(looks(timing(), first: 8001).last == [13_001, 2000])
        #expect(looks(timing(span: 9000)).last == [9000, 2000])
        #expect(looks(timing(span: 8000)).last == [7000, 500])
        #expect(looks(timing(), first: 7900).map(\.[0]) == [8100, 8400])
    }

    @Test("Without a time there are as many looks as are asked for, and none where none is")
    func noTime() {
        #expect(looks(timing(span: 0)).map(\.[0]) == [200, 500])
        #expect(
            looks(timing(least: 12, span: 0)).map(\.[0]).last
                == [200, 300, 450, 675, 1012, 1518, 2277, 3415, 5122, 7683, 10_000, 10_000].reduce(0, +))
        #expect(looks(timing(least: 0)).isEmpty)
        #expect(looks(timing(least: 0, span: 1000)).map(\.[0]) == [200, 500, 1000])
        #expect(looks(timing(least: 20, span: 1000)).count == 20)
    }

    @Test("What looks take beyond the budget of an endpoint is reckoned with")
    func pacedLooks() {
        #expect(
            looks(timing(), first: 3000, taking: 2000, beyondBudget: 1000) == [[3200, 2000], [6500, 2000]])
        #expect(
            looks(timing(1000), first: 1500, taking: 1000, beyondBudget: 300)
                == [[1700, 1000], [3300, 1000], [5050, 1000], [6500, 700]])
    }

    @Test("Whatever is asked for, looks end in time, none is without a budget, and only the time can end them early")
    func random() {
        forEachSeed(2000) { seed, random in
            func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
            let timing = timing(
                number(10...6000), least: number(0...5), span: Bool.random(using: &random) ? nil : number(0...20_000))
            let deadline = Bool.random(using: &random) ? nil : number(10...30_000)
            let (first, length) = (number(0...9000), number(0...6000))
            let all = looks(timing, deadline: deadline, first: first, taking: length)
            #expect(all.count >= timing.confirmations, "seed \(seed)")
            #expect(zip(all, all.dropFirst()).allSatisfy { $0[0] <= $1[0] }, "seed \(seed)")
            for look in all.dropFirst(timing.confirmations) {
                let limit = deadline ?? (max(first, timing.confirmationMilliseconds) > 8000 ? Int.max : 8000)
                #expect(look[0] + look[1] < limit, "seed \(seed)")
                #expect(look[1] >= min(500, timing.timeoutMilliseconds), "seed \(seed)")
            }
            if deadline == nil, first > 8000 {
                #expect((all.last?[0] ?? first) >= first + timing.confirmationMilliseconds, "seed \(seed)")
            }
        }
    }
}
