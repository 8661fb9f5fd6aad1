import HeapModule

/// The ends of attempts, the earliest first. Those of attempts that are over already are dropped when they come up.
struct AttemptTimers {
    /// When the attempt of a slot ends; `serial` tells whether it is still the slot's attempt.
    struct Timer: Comparable {
        let deadline: UInt64
        let slot: Int
        let serial: UInt32

        static func < (left: Self, right: Self) -> Bool { left.deadline < right.deadline }
    }

    private var timers = Heap<Timer>()

    mutating func start(slot: Int, serial: UInt32, deadline: UInt64) {
        timers.insert(Timer(deadline: deadline, slot: slot, serial: serial))
    }

    /// The earliest deadline, which may be of an attempt that is over already.
    var earliest: UInt64? { timers.min?.deadline }

    /// Takes away the timer that ends first, until `now`, of those for which `isCurrent` holds.
    mutating func next(until now: UInt64, where isCurrent: (Timer) -> Bool) -> Timer? {
        while let timer = timers.min, timer.deadline <= now {
            timers.removeMin()
            if isCurrent(timer) { return timer }
        }
        return nil
    }
}
