import HeapModule

/// The lanes of one worker, and which of them may start a probe: each in turn, one probe at a time.
struct LaneQueue {
    private var lanes: [Lane]
    private var queue = FIFO<Int>()
    /// Lanes of hosts that seem dead, of which the windows are no bound.
    private var seemingDead = FIFO<Int>()
    private var isTurnOfDead = false
    private var growing: [Int] = []
    /// Lanes that wait for their pace, by when they may go on.
    private var resting = Heap<Rest>()
    /// Slots whose next attempt their lane allows.
    private var due = FIFO<Int>()

    private struct Rest: Comparable {
        let until: UInt64
        let lane: Int

        static func < (left: Self, right: Self) -> Bool { left.until < right.until }
    }

    init(_ lanes: [Lane]) {
        self.lanes = lanes
        for lane in lanes.indices where lanes[lane].unsettled > 0 { enqueue(lane) }
    }

    subscript(lane: Int) -> Lane {
        get { lanes[lane] }
        _modify { yield &lanes[lane] }
    }

    /// What was found in each lane.
    var findings: [Lane.Findings] { lanes.map(\.findings) }

    /// How many endpoints are not settled.
    var unsettled: Int { lanes.reduce(0) { $0 + $1.unsettled } }

    var areAllLoopback: Bool { lanes.allSatisfy(\.isLoopback) }

    /// Whether an endpoint in flight waits for nothing but its turn.
    var hasDue: Bool { due.first != nil }

    /// Whether a lane has an endpoint to start, where the windows have room, or only where they are no bound.
    func canStart(hasRoom: Bool, hasRoomForDead: Bool) -> Bool {
        hasRoom && queue.first != nil || hasRoomForDead && seemingDead.first != nil
    }

    /// Whether a window grows with time.
    var isGrowing: Bool { !growing.isEmpty }

    /// When the first lane that waits for its pace may go on.
    var nextWake: UInt64? { resting.min?.until }

    /// Puts a lane at the end of the queue, if it may start a probe.
    mutating func enqueue(_ lane: Int) {
        guard !lanes[lane].isQueued, lanes[lane].canStart, !lanes[lane].isResting || lanes[lane].wantsWitness
        else { return }
        lanes[lane].isQueued = true
        if lanes[lane].seemsDead { seemingDead.append(lane) } else { queue.append(lane) }
    }

    /// The next lane that may start a probe, and what it starts.
    mutating func take(now: UInt64, hasRoom: Bool, hasRoomForDead: Bool) -> (lane: Int, start: Lane.Start)? {
        while let lane = pop(hasRoom: hasRoom, hasRoomForDead: hasRoomForDead) {
            lanes[lane].isQueued = false
            guard lanes[lane].canStart else { continue }
            guard lanes[lane].pace.mayStart(now: now) || lanes[lane].wantsWitness else {
                rest(lane)
                continue
            }
            if !lanes[lane].window.hasStarted {
                lanes[lane].start(now: now)
                growing.append(lane)
            }
            let start = lanes[lane].take(now: now)
            enqueue(lane)
            return (lane, start)
        }
        return nil
    }

    private mutating func pop(hasRoom: Bool, hasRoomForDead: Bool) -> Int? {
        isTurnOfDead.toggle()
        if isTurnOfDead, hasRoomForDead, let lane = seemingDead.popFirst() { return lane }
        if hasRoom, let lane = queue.popFirst() { return lane }
        return hasRoomForDead ? seemingDead.popFirst() : nil
    }

    // MARK: Further attempts

    /// Whether the next attempt of `slot` may start as far as `lane` is concerned. If not, it is put off until then.
    mutating func takeTurn(_ slot: Int, lane: Int, now: UInt64) -> Bool {
        guard lanes[lane].waiting.first == nil, lanes[lane].takeTurn(now: now) else {
            lanes[lane].waiting.append(slot)
            rest(lane)
            return false
        }
        enqueue(lane)
        return true
    }

    /// Puts the next attempt of `slot` off, which its lane has allowed, until the worker does.
    mutating func putOff(_ slot: Int) { due.append(slot) }

    /// The next slot whose attempt may start.
    mutating func takeDue() -> Int? { due.popFirst() }

    private mutating func rest(_ lane: Int) {
        guard !lanes[lane].isResting else { return }
        lanes[lane].isResting = true
        resting.insert(Rest(until: lanes[lane].pace.nextStart, lane: lane))
    }

    /// Lets go on what has waited for its pace long enough: endpoints in flight first.
    mutating func wake(now: UInt64) {
        while let first = resting.min, first.until <= now {
            resting.removeMin()
            let lane = first.lane
            lanes[lane].isResting = false
            while lanes[lane].waiting.first != nil, lanes[lane].takeTurn(now: now) {
                if let slot = lanes[lane].waiting.popFirst() { due.append(slot) }
            }
            if lanes[lane].waiting.first != nil { rest(lane) }
            enqueue(lane)
        }
    }

    // MARK: Windows

    /// Lets the windows grow that say nothing.
    mutating func grow(now: UInt64) {
        guard !growing.isEmpty else { return }
        var still: [Int] = []
        for lane in growing {
            if lanes[lane].unsettled > 0, lanes[lane].grow(now: now) { still.append(lane) }
            enqueue(lane)
        }
        growing = still
    }
}
