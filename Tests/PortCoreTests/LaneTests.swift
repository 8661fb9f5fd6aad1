import Testing

@testable import PortCore

@Suite("The lane of one host")
struct LaneTests {
    private static let millisecond: UInt64 = 1_000_000

    @Test(
        "shares its ports out to workers, each port to one, and every lane begins with another worker",
        arguments: [(1, 1), (1, 2), (7, 2), (8, 2), (9, 3), (2, 3)], [0, 1, 2, 5])
    func shares(share: (ports: UInt16, workers: Int), number: Int) throws {
        let (ports, workers) = share
        var taken: [UInt16] = []
        for worker in 0..<workers {
            let first = Share.first(of: worker, lane: number, workers)
            var lane = try lane("127.0.0.1", 1...ports, first: first, of: workers)
            let share = lane.unsettled
            while lane.canStart {
                let index = lane.take(now: 1).index
                taken.append(lane.port(at: index))
                lane.settle(index, Outcome(reason: .refused, elapsedMicroseconds: UInt32(index)), now: 1)
            }
            #expect(lane.unsettled == 0)
            #expect(
                lane.findings.outcomes.map { Int($0.elapsedMicroseconds) } == (0..<share).map { $0 * workers + first })
            for outcome in lane.findings.outcomes {
                #expect(Share.worker(of: Int(outcome.elapsedMicroseconds), lane: number, workers) == worker)
            }
        }
        #expect(Share.first(of: 0, lane: number, workers) == number % workers)
        #expect(taken.sorted() == Array(1...ports))
    }

    @Test("gives a postponed port again, and counts it as still to settle")
    func postponed() throws {
        var lane = try lane("127.0.0.1", 1...2)
        let first = lane.take(now: 1)
        lane.postpone(first.index)
        #expect(lane.inFlight == 0)
        #expect(lane.unsettled == 2)
        var taken: Set<Int> = []
        while lane.canStart { taken.insert(lane.take(now: 1).index) }
        #expect(taken == [0, 1])
        #expect(lane.inFlight == 2)
    }

    @Test("keeps no more in flight than its window")
    func window() throws {
        var lane = try lane("127.0.0.1", 1...10, perHost: 3)
        var taken: [Int] = []
        while lane.canStart { taken.append(lane.take(now: 1).index) }
        #expect(taken == [0, 1, 2])
        lane.settle(1, Outcome(reason: .refused), now: 1)
        #expect(lane.canStart)
    }

    @Test("A loopback host starts with its whole window")
    func loopbackWindow() {
        let window = SlowStart(limit: 500, isLoopback: true)
        #expect(window.size == 500)
    }

    @Test("The first probe to any other host goes alone, and an answer opens the window")
    func firstAlone() {
        var window = SlowStart(limit: 500, isLoopback: false)
        #expect(window.size == 1)
        window.answered()
        #expect(window.size == 32)
        window.answered()
        #expect(window.size == 33)
    }

    @Test("Answers never open the window beyond its limit", arguments: [1, 2, 20, 40])
    func answersAreBounded(limit: Int) {
        var window = SlowStart(limit: limit, isLoopback: false)
        for _ in 0..<100 { window.answered() }
        #expect(window.size == limit)
    }

    @Test("A host that says nothing gets a window that doubles with time, after the first probe was alone for long")
    func growsWithTime() {
        var window = SlowStart(limit: 100, isLoopback: false)
        window.start(now: Self.millisecond)
        var sizes: [Int] = []
        var isGrowing = true
        for tick in stride(from: UInt64(1), through: 400, by: 10) where isGrowing {
            window.grow(now: tick * Self.millisecond)
            isGrowing = window.isGrowing
            if tick < 100 { #expect(window.size == 1) }
            if sizes.last != window.size { sizes.append(window.size) }
        }
        #expect(sizes == [1, 32, 64, 100])
        #expect(!isGrowing)
    }

    @Test("A window without a limit grows on and on, and stops at the largest number")
    func unlimited() {
        var window = SlowStart(limit: .max, isLoopback: false)
        window.start(now: Self.millisecond)
        var now = Self.millisecond
        var growths = 0
        repeat {
            now += 1000 * Self.millisecond
            growths += 1
            window.grow(now: now)
        } while window.isGrowing && growths < 1000
        #expect(window.size == .max)
        #expect(growths < 100)
    }

    @Test("A timeout is no answer: it does not open the window")
    func timeoutDoesNotOpen() throws {
        var lane = try lane("192.0.2.1", 1...10)
        lane.settle(lane.take(now: 1).index, Outcome(reason: .timeout), now: 1)
        #expect(lane.window.size == 1)
        lane.settle(lane.take(now: 1).index, Outcome(reason: .refused), now: 1)
        #expect(lane.window.size == 32)
    }

    @Test("Silence for a whole budget before any answer opens the window wide, until there is one")
    func seemsDead() throws {
        var lane = try lane("192.0.2.1", 1...10, perHost: 1)
        lane.settle(lane.take(now: 1).index, Outcome(reason: .timeout), now: 1)
        #expect(lane.seemsDead)
        var taken: [Int] = []
        while lane.canStart { taken.append(lane.take(now: 1).index) }
        #expect(taken == Array(1...9))
        lane.settle(1, Outcome(reason: .refused), now: 1)
        lane.postpone(2)
        #expect(!lane.seemsDead && !lane.canStart)
    }

    @Test("The silence of a port after an answer of another does not make the host seem dead")
    func answeredBefore() throws {
        var lane = try lane("192.0.2.1", 1...10)
        lane.settle(lane.take(now: 1).index, Outcome(reason: .connected), now: 1)
        lane.settle(lane.take(now: 1).index, Outcome(reason: .timeout), now: 1)
        #expect(!lane.seemsDead)
    }

    /// A lane of which `answering` was heard and that then met silence, with `attempts` more started.
    private func laneInDoubt(_ answering: [Reason], attempts: Int) throws -> Lane {
        var lane = try lane("192.0.2.1", 1...1000)
        for reason in answering { lane.settle(lane.take(now: 1).index, Outcome(reason: reason), now: 1) }
        lane.metSilence = true
        for _ in 0..<attempts { _ = lane.takeTurn(now: 2) }
        return lane
    }

    @Test("While ports are silent, one that has refused is probed again along with them, or else one that is open")
    func witness() throws {
        var lane = try laneInDoubt([.connected, .refused, .connected], attempts: 16)
        #expect(lane.wantsWitness(now: 3, isAlone: false))
        let closed = lane.takeWitness(now: 3)
        #expect(closed == Lane.Start(index: 1, isWitness: true))
        #expect(!lane.wantsWitness(now: 3, isAlone: false))
        lane = try laneInDoubt([.portUnreachable, .connected], attempts: 16)
        let open = lane.takeWitness(now: 3)
        #expect(open == Lane.Start(index: 1, isWitness: true))
        lane = try laneInDoubt([.portUnreachable], attempts: 16)
        #expect(!lane.wantsWitness(now: 3, isAlone: false))
        let none = lane.takeWitness(now: 3)
        #expect(none == nil)
    }

    @Test("What was settled without an answer since a time is probed again, and what was before is not")
    func takenBack() throws {
        var lane = try laneInDoubt([.refused], attempts: 0)
        for time: UInt64 in 10..<20 {
            let reason = time % 2 == 0 ? Reason.timeout : .prohibited
            lane.settle(lane.take(now: time).index, Outcome(reason: reason), now: time)
        }
        let doubted = lane.takeBack(since: 15)
        #expect(doubted == 5)
        #expect(lane.unsettled == 1000 - 1 - 5)
        let again = (0..<5).map { _ in lane.take(now: 40).index }
        #expect(again.sorted() == Array(6...10))
    }

    @Test("Refusals are asked again where an open port is refused among them")
    func contradicted() throws {
        var lane = try lane("192.0.2.1", 1...1000)
        lane.settle(lane.take(now: 1).index, Outcome(reason: .connected), now: 1)
        for _ in 0..<64 { lane.settle(lane.take(now: 2).index, Outcome(reason: .refused), now: 2) }
        #expect(lane.wantsCheck(now: 3))
        let asked = lane.takeCheck(now: 3)
        let check = try #require(asked)
        #expect(check == Lane.Start(index: 0, isWitness: true, isCheck: true))
        let isWrong = lane.settleCheck(check, .refused)
        #expect(isWrong)
        let doubted = lane.takeBackAnswers(isContradicted: true)
        #expect(doubted == 64)
        #expect(lane.unsettled == 999 && lane.doubtsAnswers)
    }

    @Test("Refusals hold where an open port is open among them")
    func vouchedFor() throws {
        var lane = try lane("192.0.2.1", 1...1000)
        lane.settle(lane.take(now: 1).index, Outcome(reason: .connected), now: 1)
        for _ in 0..<64 { lane.settle(lane.take(now: 2).index, Outcome(reason: .refused), now: 2) }
        let asked = lane.takeCheck(now: 3)
        let check = try #require(asked)
        let isWrong = lane.settleCheck(check, .connected)
        #expect(!isWrong && !lane.wantsCheck(now: 400_000_000))
        #expect(lane.unsettled == 1000 - 65)
    }
}
