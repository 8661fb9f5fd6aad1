/// The probes in flight of one worker, each in a slot that is used again with its socket.
struct SlotPool: ~Copyable {
    /// One probe in flight, or a socket at rest, or neither.
    struct Slot {
        var socket: ProbeSocket?
        var isRegistered = false
        /// Changes with each socket, so that a late event of a closed one is known.
        var registration: UInt32 = 0
        private(set) var lastRegistration: UInt32 = 0
        /// Whether the socket serves this probe only.
        var mayNotServeAgain = false
        /// Changes with each attempt, so that its timer is known when it fires.
        var serial: UInt32 = 0
        var way = 0
        var lane = 0
        var start = Lane.Start(index: 0)
        /// The first socket to a host whose round trip is not known, kept beside that of later attempts: its answer
        /// counts, however late.
        var kept: KeptSocket?
        /// Whether the first socket is to be kept.
        var keepsFirst = false
        /// The local port of the attempts before, which the next one uses again; 0 for none.
        var localPort: UInt16 = 0
        var isActive = false
        /// Whether the probe counts against the windows.
        var isBound = true
        var startedAt: UInt64 = 0
        /// When the attempt under way was started.
        var attemptedAt: UInt64 = 0
        /// When the next attempt was put off, and for how long attempts were in all.
        var putOffAt: UInt64 = 0
        var waited: UInt64 = 0
        /// Of each attempt before that under way, within what time an answer was not missed.
        var heardFor: [UInt64] = []
        /// The attempt that has a timer.
        var timedSerial: UInt32 = 0
        var machine = ProbeMachine(attempts: 1, mayBeEphemeral: false)

        /// The slot has a new socket.
        fileprivate mutating func register() {
            lastRegistration &+= 1
            registration = lastRegistration
            isRegistered = false
            mayNotServeAgain = false
        }
    }

    /// A socket whose attempt was given up, and is listened to all the same.
    struct KeptSocket {
        let socket: ProbeSocket
        let registration: UInt32
        let attemptedAt: UInt64
    }

    /// An attempt of a slot that is put off.
    struct PutOff: Equatable {
        let slot: Int
        let serial: UInt32
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
        for slot in slots {
            for socket in [slot.socket, slot.kept?.socket].compactMap(\.self) { poller.close(socket) }
        }
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
        dropKept(id)
        if let socket = slots[id].socket { idle[Self.place(socket.family)].append(id) } else { free.append(id) }
    }

    /// The next attempt of a slot.
    func nextAttempt(_ id: Int) -> PutOff { PutOff(slot: id, serial: slots[id].serial) }

    /// Whether an attempt is still to start: its probe may have been answered after all, or put back.
    func isWanted(_ attempt: PutOff) -> Bool {
        slots[attempt.slot].isActive && slots[attempt.slot].serial == attempt.serial
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
            slots[id].register()
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

    /// Has the slot's socket listened to beside the next one.
    mutating func keep(_ id: Int) {
        guard let socket = slots[id].socket else { return }
        slots[id].kept = KeptSocket(
            socket: socket, registration: slots[id].registration, attemptedAt: slots[id].attemptedAt)
        slots[id].socket = nil
    }

    /// Makes the socket that was kept the slot's own again.
    mutating func restoreKept(_ id: Int) {
        guard let kept = slots[id].kept else { return }
        close(id)
        slots[id].kept = nil
        slots[id].socket = kept.socket
        slots[id].isRegistered = true
        slots[id].registration = kept.registration
        slots[id].mayNotServeAgain = true
        slots[id].attemptedAt = kept.attemptedAt
        slots[id].heardFor.removeAll(keepingCapacity: true)
    }

    mutating func dropKept(_ id: Int) {
        if let kept = slots[id].kept { poller.close(kept.socket) }
        slots[id].kept = nil
    }

    /// The probes in flight.
    var active: [Int] { slots.indices.filter { slots[$0].isActive } }

    mutating func close(_ id: Int) {
        if let socket = slots[id].socket { poller.close(socket) }
        slots[id].socket = nil
    }

    private static func place(_ family: IPAddress.Family) -> Int { family == .v4 ? 0 : 1 }
}
