/// The ends of attempts. All attempts of one number last equally long, so a queue for each number is in order of time.
struct AttemptTimers {
    /// When the attempt of a slot ends; `serial` tells whether it is still the slot's attempt.
    struct Timer {
        let slot: Int
        let serial: UInt32
        let attempt: Int
        let deadline: UInt64
    }

    private let lengths: [UInt64]
    private var queues: [FIFO<Timer>]

    /// - Parameter lengths: how long each attempt lasts, in nanoseconds.
    init(_ lengths: [UInt64]) {
        self.lengths = lengths
        queues = lengths.map { _ in FIFO<Timer>() }
    }

    mutating func start(slot: Int, serial: UInt32, attempt: Int, now: UInt64) {
        queues[attempt].append(Timer(slot: slot, serial: serial, attempt: attempt, deadline: now + lengths[attempt]))
    }

    /// The earliest deadline, which may be of an attempt that is over already.
    var earliest: UInt64? { queues.compactMap { $0.first?.deadline }.min() }

    /// The timer that ends first of those for which `isCurrent` holds; the others in front of it are dropped.
    mutating func next(where isCurrent: (Timer) -> Bool) -> Timer? {
        for attempt in queues.indices {
            while let timer = queues[attempt].first, !isCurrent(timer) { _ = queues[attempt].popFirst() }
        }
        return queues.compactMap(\.first).min { $0.deadline < $1.deadline }
    }

    /// Takes a timer away that `next` returned.
    mutating func end(_ timer: Timer) {
        _ = queues[timer.attempt].popFirst()
    }
}
