/// The probes in flight of one worker, each in a slot that is used again with its socket.
struct SlotPool: ~Copyable {
    /// One probe in flight, or a socket at rest, or neither.
    struct Slot {
        var socket: ProbeSocket?
        var isRegistered = false
        /// Changes with each socket, so that a late event of a closed one is known.
        var registration: UInt32 = 0
        /// Changes with each attempt, so that its timer is known when it fires.
        var serial: UInt32 = 0
        var lane = 0
        var start = Lane.Start(index: 0)
        var isActive = false
        /// Whether the probe counts against the windows.
        var isBound = true
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

    var poller: Poller
    private var slots: [Slot] = []
    private var free: [Int] = []
    /// Slots of no probe whose socket can be used again, IPv4 and IPv6.
    private var idle: [[Int]] = [[], []]
    private(set) var inFlight = 0
    private var unboundInFlight = 0

    /// - Throws: `ProbeError.system` when the kernel has no epoll descriptor to give.
    init() throws(ProbeError) {
        poller = try Poller()
    }

    deinit {
        for slot in slots { if let socket = slot.socket { poller.close(socket) } }
    }

    subscript(id: Int) -> Slot {
        get { slots[id] }
        _modify { yield &slots[id] }
    }

    /// How many probes count against the windows: all when the machine is short of something.
    func boundInFlight(_ isShort: Bool) -> Int { isShort ? inFlight : inFlight - unboundInFlight }

    /// A slot for a probe, with a socket of `family` where one is at rest.
    mutating func take(_ family: IPAddress.Family, isBound: Bool) -> Int {
        inFlight += 1
        if !isBound { unboundInFlight += 1 }
        let id = idle[Self.place(family)].popLast() ?? free.popLast() ?? slots.count
        if id == slots.count { slots.append(Slot()) }
        slots[id].isActive = true
        slots[id].isBound = isBound
        return id
    }

    /// Ends the probe of a slot; its socket, if it has one, is at rest from now on.
    mutating func release(_ id: Int) {
        inFlight -= 1
        if !slots[id].isBound { unboundInFlight -= 1 }
        slots[id].isActive = false
        if let socket = slots[id].socket { idle[Self.place(socket.family)].append(id) } else { free.append(id) }
    }

    // MARK: Sockets

    /// The socket of a slot, or a new one; then one at rest of the other family is closed, so that all together keep
    /// within `window`.
    mutating func socket(
        of id: Int, _ family: IPAddress.Family, window: Int
    ) -> Result<ProbeSocket, SystemCode> {
        if let socket = slots[id].socket { return .success(socket) }
        let other = 1 - Self.place(family)
        if inFlight + idle[other].count > window, let surplus = idle[other].popLast() {
            close(surplus)
            free.append(surplus)
        }
        let result = poller.open(family)
        if case .success(let socket) = result {
            slots[id].socket = socket
            slots[id].registration &+= 1
            slots[id].isRegistered = false
        }
        return result
    }

    /// Has the slot's socket watched from now on, and returns 0 or the error number. Registered only once it is
    /// connecting: a socket at rest would report itself hung up.
    mutating func watch(_ id: Int) -> Int32 {
        guard !slots[id].isRegistered, let socket = slots[id].socket else { return 0 }
        let code = poller.register(socket, token: UInt64(slots[id].registration) << 32 | UInt64(id))
        slots[id].isRegistered = code == 0
        return code
    }

    mutating func close(_ id: Int) {
        if let socket = slots[id].socket { poller.close(socket) }
        slots[id].socket = nil
    }

    private static func place(_ family: IPAddress.Family) -> Int { family == .v4 ? 0 : 1 }
}
