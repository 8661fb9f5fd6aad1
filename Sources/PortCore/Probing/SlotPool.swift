/// The probes in flight of one worker, each in a slot that is used again, and the sockets at rest.
struct SlotPool {
    /// One probe in flight, or a socket at rest, or neither.
    struct Slot {
        var socket: ProbeSocket?
        var isRegistered = false
        /// Changes with each socket, so that a late event of a closed one is known.
        var registration: UInt32 = 0
        /// Changes with each attempt, so that its timer is known when it fires.
        var serial: UInt32 = 0
        var lane = 0
        var index = 0
        var isActive = false
        var startedAt: UInt64 = 0
        /// When the attempt under way was started.
        var attemptedAt: UInt64 = 0
        /// When the next attempt was put off, and for how long attempts were in all.
        var putOffAt: UInt64 = 0
        var waited: UInt64 = 0
        /// The attempt that has a timer.
        var timedSerial: UInt32 = 0
        /// Whether the budget is used up when the timer ends.
        var isLastAttempt = false
        var machine = ProbeMachine(attempts: 1, mayBeEphemeral: false)
    }

    private var slots: [Slot] = []
    private var free: [Int] = []
    /// Slots of no probe whose socket can be used again, IPv4 and IPv6.
    private var idle: [[Int]] = [[], []]
    private(set) var inFlight = 0

    subscript(id: Int) -> Slot {
        get { slots[id] }
        _modify { yield &slots[id] }
    }

    /// Every socket there is.
    var sockets: [ProbeSocket] { slots.compactMap(\.socket) }

    /// A slot for a probe, with a socket of `family` where one is at rest.
    mutating func take(_ family: IPAddress.Family) -> Int {
        inFlight += 1
        if let id = idle[Self.place(family)].popLast() ?? free.popLast() { return id }
        slots.append(Slot())
        return slots.count - 1
    }

    /// Ends the probe of a slot; its socket, if it has one, is at rest from now on.
    mutating func release(_ id: Int) {
        inFlight -= 1
        slots[id].isActive = false
        if let socket = slots[id].socket { idle[Self.place(socket.family)].append(id) } else { free.append(id) }
    }

    /// A slot at rest whose socket is of another family than `family` and has to be closed, so that all sockets
    /// together keep within `window`.
    mutating func takeSurplus(not family: IPAddress.Family, window: Int) -> Int? {
        let other = 1 - Self.place(family)
        guard inFlight + idle[other].count > window, let id = idle[other].popLast() else { return nil }
        free.append(id)
        return id
    }

    private static func place(_ family: IPAddress.Family) -> Int { family == .v4 ? 0 : 1 }
}
