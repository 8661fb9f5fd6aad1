import HeapModule

/// The hosts of one worker that are reached by one next hop, and which of them may start a probe: each in turn, one probe
/// at a time, and all together no faster than the way there bears.
struct Way {
    var lanes: [Lane]
    var pace: Pace
    /// The round trip to its hosts, as far as they are alike.
    var roundTrip = RoundTrip()
    /// Bounds what is sent while the way is not known to bear it.
    var slowStart: SlowStart
    /// Endpoints in flight that count against `slowStart`.
    var inFlight = 0
    /// Hosts whose neighbour entry the kernel is still looking for.
    var neighbours: NeighbourPlaces?

    var queue = FIFO<Int>()
    /// Lanes of hosts that seem dead, of which the windows are no bound.
    var seemingDead = FIFO<Int>()
    var isTurnOfDead = false
    var growing: [Int] = []
    /// Lanes that wait for their pace, by when they may go on.
    var resting = Heap<Rest>()
    /// Next attempts that their lane allows.
    var due = FIFO<SlotPool.PutOff>()
    /// Lanes whose losses are looked at.
    var watched: [Int] = []
    /// Lanes of hosts that have answered: each in turn has a witness for all.
    var answering: [Int] = []
    var nextAnswering = 0
    var metSilence = false
    /// Lanes of which a known port was answered otherwise than before.
    var contradicted: Set<Int> = []
    var nextJudgement: UInt64 = 0

    struct Rest: Comparable {
        let until: UInt64
        let lane: Int

        static func < (left: Self, right: Self) -> Bool { left.until < right.until }
    }

    /// A lane that waits has nothing to look at sooner than that.
    static let leastRest: UInt64 = 5_000_000

    /// - Parameters:
    ///   - window: the most endpoints in flight.
    ///   - neighbours: how many hosts of the own link may be unknown neighbours at once; `nil` where a router has them.
    init(_ lanes: [Lane], window: Int, budget: UInt64, neighbours: Int? = nil) {
        self.lanes = lanes
        pace = Pace(rate: nil, budget: budget)
        slowStart = SlowStart(limit: window, isLoopback: lanes.allSatisfy(\.isLoopback))
        self.neighbours = neighbours.map { NeighbourPlaces(limit: $0) }
        for lane in lanes.indices where lanes[lane].unsettled > 0 { enqueue(lane, now: 0) }
    }

    subscript(lane: Int) -> Lane {
        get { lanes[lane] }
        _modify { yield &lanes[lane] }
    }

    var laneIndices: Range<Int> { lanes.indices }

    /// How many endpoints are not settled.
    var unsettled: Int { lanes.reduce(0) { $0 + $1.unsettled } }

    /// Whether what one host does can be told from what the way does.
    var isShared: Bool { lanes.count > 1 && !lanes[0].isLoopback }

    // MARK: Starting

    /// Whether an attempt could start if the pace allows it, where the windows have room, or only where they are no
    /// bound.
    func hasWork(now: UInt64, hasRoom: Bool, hasRoomForDead: Bool) -> Bool {
        due.first != nil || hasRoom && queue.first != nil || hasRoomForDead && seemingDead.first != nil
            || wantsWitness(now: now)
    }

    /// When the next attempt may start.
    var nextStart: UInt64 { pace.nextStart }

    /// Puts a lane at the end of the queue, if it may start a probe.
    mutating func enqueue(_ lane: Int, now: UInt64) {
        guard !lanes[lane].isQueued else { return }
        let wantsWitness = lanes[lane].wantsWitness(now: now, isAlone: !isShared) || lanes[lane].wantsCheck(now: now)
        guard lanes[lane].canStart && !lanes[lane].isResting || wantsWitness else { return }
        lanes[lane].isQueued = true
        if lanes[lane].seemsDead { seemingDead.append(lane) } else { queue.append(lane) }
    }

    /// The next lane that may start a probe, and what it starts.
    mutating func take(now: UInt64, hasRoom: Bool, hasRoomForDead: Bool) -> (lane: Int, start: Lane.Start)? {
        if wantsWitness(now: now), let found = takeWitness(now: now) { return found }
        guard pace.mayStart(now: now) else { return nil }
        while let lane = pop(hasRoom: hasRoom, hasRoomForDead: hasRoomForDead) {
            lanes[lane].isQueued = false
            if lanes[lane].wantsWitness(now: now, isAlone: !isShared), let start = lanes[lane].takeWitness(now: now) {
                started(now: now)
                enqueue(lane, now: now)
                return (lane, start)
            }
            if lanes[lane].wantsCheck(now: now), let start = lanes[lane].takeCheck(now: now) {
                started(now: now)
                enqueue(lane, now: now)
                return (lane, start)
            }
            guard lanes[lane].canStart else { continue }
            guard lanes[lane].pace.mayStart(now: now) else {
                rest(lane, now: now)
                continue
            }
            if !lanes[lane].window.hasStarted {
                guard neighbours?.take(lane, now: now) ?? true else {
                    rest(lane, now: now, until: now + NeighbourPlaces.pause)
                    continue
                }
                lanes[lane].start(now: now)
                growing.append(lane)
            }
            let start = lanes[lane].take(now: now)
            started(now: now)
            enqueue(lane, now: now)
            return (lane, start)
        }
        return nil
    }

    mutating func pop(hasRoom: Bool, hasRoomForDead: Bool) -> Int? {
        isTurnOfDead.toggle()
        if isTurnOfDead, hasRoomForDead, let lane = seemingDead.popFirst() { return lane }
        if hasRoom, let lane = queue.popFirst() { return lane }
        return hasRoomForDead ? seemingDead.popFirst() : nil
    }

    mutating func started(now: UInt64) {
        if isShared { pace.started(now: now) }
    }

    // MARK: Witnesses

    func wantsWitness(now: UInt64) -> Bool {
        isShared && metSilence && pace.wantsWitness(now: now) && answering.contains { lanes[$0].canTestify(now: now) }
    }

    /// A witness of the next host that has one.
    mutating func takeWitness(now: UInt64) -> (lane: Int, start: Lane.Start)? {
        for _ in answering.indices {
            let lane = answering[nextAnswering % answering.count]
            nextAnswering = (nextAnswering + 1) % answering.count
            guard let start = lanes[lane].takeWitness(now: now) else { continue }
            pace.started(now: now)
            pace.askedWitness(now: now)
            return (lane, start)
        }
        return nil
    }

    // MARK: Further attempts

    /// Whether a next attempt may start as far as its lane and the way are concerned. If not, it is put off until then.
    mutating func takeTurn(_ attempt: SlotPool.PutOff, lane: Int, now: UInt64) -> Bool {
        guard lanes[lane].waiting.first == nil, lanes[lane].takeTurn(now: now) else {
            lanes[lane].waiting.append(attempt)
            rest(lane, now: now)
            return false
        }
        enqueue(lane, now: now)
        guard due.first == nil, pace.mayStart(now: now) else {
            due.append(attempt)
            return false
        }
        started(now: now)
        return true
    }

    /// Puts an attempt off, which its lane and the way have allowed, until the worker does.
    mutating func putOff(_ attempt: SlotPool.PutOff) { due.append(attempt) }

    /// The next attempt that was put off and may start now, unless it is not wanted any more.
    mutating func takeDue(now: UInt64) -> SlotPool.PutOff? { pace.mayStart(now: now) ? due.popFirst() : nil }

    /// An attempt that was put off starts.
    mutating func startedDue(now: UInt64) { started(now: now) }

    mutating func rest(_ lane: Int, now: UInt64, until time: UInt64? = nil) {
        guard !lanes[lane].isResting else { return }
        lanes[lane].isResting = true
        let until = max(time ?? lanes[lane].pace.nextStart, lanes[lane].pace.isStalled ? now + Self.leastRest : 0)
        resting.insert(Rest(until: until, lane: lane))
    }

    /// The kernel will send a SYN of a lane again by itself.
    mutating func charge(_ lane: Int) {
        lanes[lane].pace.charge()
        pace.charge()
    }

    /// When the first lane that waits for its pace may go on, or losses are to be looked at.
    var nextWake: UInt64? {
        let judgement = watched.isEmpty && !pace.isWatched ? nil : nextJudgement
        return [resting.min?.until, judgement].compactMap(\.self).min()
    }

    /// Lets go on what has waited for its pace long enough: endpoints in flight first.
    mutating func wake(now: UInt64) {
        while let first = resting.min, first.until <= now {
            resting.removeMin()
            let lane = first.lane
            lanes[lane].isResting = false
            while lanes[lane].waiting.first != nil, lanes[lane].takeTurn(now: now) {
                if let attempt = lanes[lane].waiting.popFirst() { due.append(attempt) }
            }
            if lanes[lane].waiting.first != nil { rest(lane, now: now) }
            enqueue(lane, now: now)
        }
    }

    // MARK: Windows

    /// Whether a window grows with time.
    var isGrowing: Bool { !growing.isEmpty || slowStart.hasStarted && slowStart.isGrowing }

    /// Lets the windows grow that say nothing.
    mutating func grow(now: UInt64) {
        if slowStart.hasStarted { slowStart.grow(now: now) }
        guard !growing.isEmpty else { return }
        var still: [Int] = []
        for lane in growing {
            if lanes[lane].unsettled > 0, lanes[lane].grow(now: now) { still.append(lane) }
            enqueue(lane, now: now)
        }
        growing = still
    }
}
