/// The lanes of one worker, and which of them may start a probe: each in turn, one probe at a time.
struct LaneQueue {
    private var lanes: [Lane]
    private var queue = FIFO<Int>()
    private var growing: [Int] = []

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

    /// Whether a lane stands in the queue.
    var hasWork: Bool { queue.first != nil }

    /// Whether a window grows with time.
    var isGrowing: Bool { !growing.isEmpty }

    /// Puts a lane at the end of the queue, if it may start a probe.
    mutating func enqueue(_ lane: Int) {
        guard !lanes[lane].isQueued, lanes[lane].canStart else { return }
        lanes[lane].isQueued = true
        queue.append(lane)
    }

    /// The next lane that may start a probe, and the index of its port.
    mutating func take(now: UInt64) -> (lane: Int, index: Int)? {
        while let lane = queue.popFirst() {
            lanes[lane].isQueued = false
            guard lanes[lane].canStart else { continue }
            if !lanes[lane].window.hasStarted {
                lanes[lane].start(now: now)
                growing.append(lane)
            }
            let index = lanes[lane].take()
            enqueue(lane)
            return (lane, index)
        }
        return nil
    }

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
