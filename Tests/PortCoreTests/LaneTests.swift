import Testing

@testable import PortCore

@Suite("The lane of one host")
struct LaneTests {
    private static let millisecond: UInt64 = 1_000_000

    private func lane(ports: ClosedRange<UInt16>, first: Int = 0, of stride: Int = 1) throws -> Lane {
        let address = try #require(IPAddress("127.0.0.1"))
        return Lane(
            host: .address(address), address: address, ports: Array(ports), first: first, stride: stride,
            perHost: .max)
    }

    @Test(
        "shares its ports out to workers, each port to one, and every lane begins with another worker",
        arguments: [(1, 1), (1, 2), (7, 2), (8, 2), (9, 3), (2, 3)], [0, 1, 2, 5])
    func shares(share: (ports: UInt16, workers: Int), number: Int) throws {
        let (ports, workers) = share
        var taken: [UInt16] = []
        for worker in 0..<workers {
            let first = Share.first(of: worker, lane: number, workers)
            var lane = try lane(ports: 1...ports, first: first, of: workers)
            let share = lane.unsettled
            while lane.canStart {
                let index = lane.take()
                taken.append(lane.port(at: index))
                lane.settle(index, Outcome(reason: .refused, elapsedMicroseconds: UInt32(index)))
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
        var lane = try lane(ports: 1...2)
        let first = lane.take()
        lane.postpone(first)
        #expect(lane.inFlight == 0)
        #expect(lane.unsettled == 2)
        var taken: Set<Int> = []
        while lane.canStart { taken.insert(lane.take()) }
        #expect(taken == [0, 1])
        #expect(lane.inFlight == 2)
    }

    @Test("keeps no more in flight than its window")
    func window() throws {
        let address = try #require(IPAddress("127.0.0.1"))
        var lane = Lane(
            host: .address(address), address: address, ports: Array(1...10), first: 0, stride: 1, perHost: 3)
        var taken: [Int] = []
        while lane.canStart { taken.append(lane.take()) }
        #expect(taken == [0, 1, 2])
        lane.settle(1, Outcome(reason: .timeout))
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
        let address = try #require(IPAddress("192.0.2.1"))
        var lane = Lane(
            host: .address(address), address: address, ports: Array(1...10), first: 0, stride: 1, perHost: .max)
        lane.settle(lane.take(), Outcome(reason: .timeout))
        #expect(lane.window.size == 1)
        lane.settle(lane.take(), Outcome(reason: .refused))
        #expect(lane.window.size == 32)
    }
}
