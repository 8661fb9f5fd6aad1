import Glibc

/// One thread's share of a run: carries out what the machines of its endpoints ask for.
///
/// A socket is used again after a refusal, so a closed port costs three system calls: connect, connect again to read
/// the error, the read of the error queue; and its share of one epoll_wait, which loopback does without.
struct ProbeWorker: ~Copyable {
    /// What a worker is given.
    struct Settings: Sendable {
        let window: Int
        /// Attempts a second; `nil` for no limit.
        let rate: Double?
        let schedule: AttemptSchedule
        let patience: UInt64
        /// Whether each outcome keeps the steps of its probe.
        var isTraced = false
    }

    /// How many probes are started before answers and signals are looked at again.
    private static let startsAtOnce = 512

    private var poller: Poller
    private let settings: Settings
    private let control: RunControl
    private var lanes: LaneQueue
    private var slots = SlotPool()
    private var timers = AttemptTimers()
    private var pacing: Pacing
    /// Bounds what is sent to other machines while the way there is not known to bear it.
    private var slowStart: SlowStart
    /// Slots whose next attempt waits for the pace.
    private var due = FIFO<Int>()
    private var unsettled: Int
    private var reported: Int
    private var nextLook: UInt64 = 0

    init(lanes: [Lane], settings: Settings, control: RunControl) throws(ProbeError) {
        poller = try Poller()
        self.lanes = LaneQueue(lanes)
        self.settings = settings
        self.control = control
        pacing = Pacing(window: settings.window, rate: settings.rate, patience: settings.patience)
        slowStart = SlowStart(limit: settings.window, isLoopback: self.lanes.areAllLoopback)
        unsettled = self.lanes.unsettled
        reported = unsettled
    }

    deinit {
        for socket in slots.sockets { poller.close(socket) }
    }

    /// Probes until every endpoint is settled, or another worker has failed.
    ///
    /// - Parameter tick: called now and then from this thread.
    /// - Returns: what was found in each lane.
    mutating func run(tick: () -> Void) throws(ProbeError) -> [Lane.Findings] {
        while unsettled > 0 {
            let now = MonotonicClock.now
            if now >= nextLook {
                guard try control.goOn() else { break }
                report()
                tick()
                nextLook = now + UInt64(Cancellation.pollMilliseconds) * 1_000_000
            }
            grow(now)
            try fill()
            guard unsettled > 0 else { break }
            let count = try poller.wait(milliseconds: waitMilliseconds(MonotonicClock.now))
            for event in 0..<count {
                try ready(poller.token(event))
                try fill()
            }
            try expire()
        }
        report()
        return lanes.findings
    }

    // MARK: Starting

    /// Whether an attempt could start if the pace allows it: the next one of a probe in flight, or a first one.
    private var hasWork: Bool {
        due.first != nil || (lanes.hasWork && slots.inFlight < min(pacing.window, slowStart.size))
    }

    /// Starts attempts as long as there is room: first those that wait, then one a lane in turn.
    private mutating func fill() throws(ProbeError) {
        for _ in 0..<Self.startsAtOnce where hasWork {
            let now = MonotonicClock.now
            guard pacing.mayStart(now: now) else { return }
            if let id = due.popFirst() {
                slots[id].waited += now - slots[id].putOffAt
                try perform(startAttempt(id, now: now), id)
                continue
            }
            guard let (lane, index) = lanes.take(now: now) else { return }
            if !slowStart.hasStarted { slowStart.start(now: now) }
            try begin(lane: lane, index: index, now: now)
        }
    }

    private mutating func begin(lane: Int, index: Int, now: UInt64) throws(ProbeError) {
        let id = slots.take(lanes[lane].address.family)
        slots[id].lane = lane
        slots[id].index = index
        slots[id].isActive = true
        slots[id].startedAt = now
        slots[id].waited = 0
        slots[id].machine = ProbeMachine(
            attempts: settings.schedule.attempts,
            mayBeEphemeral: EphemeralPorts.range.contains(lanes[lane].port(at: index)))
        try perform(startAttempt(id, now: now), id)
    }

    /// Starts an attempt on the slot's socket, or on a new one, and says what the machine makes of it.
    private mutating func startAttempt(_ id: Int, now: UInt64) -> ProbeMachine.Action {
        let lane = slots[id].lane
        let port = lanes[lane].port(at: slots[id].index)
        slots[id].serial &+= 1
        slots[id].attemptedAt = now
        pacing.started(now: now)
        if slots[id].socket == nil, let failure = openSocket(id, lanes[lane].address.family) {
            return handle(.connect(code: failure, first: true), id)
        }
        guard let socket = slots[id].socket else { preconditionFailure("opened above") }
        let code = poller.connect(socket, lanes[lane].address, port: port)
        let action = handle(.connect(code: code, first: true), id)
        guard action == .wait, lanes[lane].isLoopback else { return action }
        // Over loopback the answer is there when connect(2) returns, so there is mostly nothing to wait for.
        let answer = poller.connect(socket, lanes[lane].address, port: port)
        return handle(.connect(code: answer, first: false), id)
    }

    /// Starts the timer of the attempt under way, once. What was waited for the pace is no part of the budget.
    private mutating func startTimer(_ id: Int) {
        guard slots[id].timedSerial != slots[id].serial else { return }
        slots[id].timedSerial = slots[id].serial
        let slot = slots[id]
        let wait = settings.schedule.wait(
            attempt: slot.machine.attempt, spent: slot.attemptedAt - slot.startedAt - slot.waited,
            timeout: lanes[slot.lane].roundTrip.timeout)
        slots[id].isLastAttempt = wait.isLast
        timers.start(slot: id, serial: slot.serial, deadline: slot.attemptedAt + wait.length)
    }

    /// Gives the slot a new socket. Returns the error number when there is none to be had.
    private mutating func openSocket(_ id: Int, _ family: IPAddress.Family) -> Int32? {
        if let surplus = slots.takeSurplus(not: family, window: pacing.window) { closeSocket(surplus) }
        switch poller.open(family) {
        case .failure(let failure): return failure.code
        case .success(let socket):
            slots[id].socket = socket
            slots[id].registration &+= 1
            slots[id].isRegistered = false
            return nil
        }
    }

    /// Has the slot's socket watched from now on. Registered only once it is connecting: a socket at rest would
    /// report itself hung up.
    private mutating func watch(_ id: Int) throws(ProbeError) {
        guard !slots[id].isRegistered, let socket = slots[id].socket else { return }
        let token = UInt64(slots[id].registration) << 32 | UInt64(id)
        let code = poller.register(socket, token: token)
        guard code == 0 else { return try postpone(id, code) }
        slots[id].isRegistered = true
    }

    // MARK: Events

    private mutating func ready(_ token: UInt64) throws(ProbeError) {
        let id = Int(token & 0xffff_ffff)
        guard slots[id].isActive, slots[id].registration == UInt32(token >> 32), let socket = slots[id].socket
        else { return }
        let lane = slots[id].lane
        let port = lanes[lane].port(at: slots[id].index)
        let code = poller.connect(socket, lanes[lane].address, port: port)
        try perform(handle(.connect(code: code, first: false), id), id)
    }

    /// Ends attempts whose time is over.
    private mutating func expire() throws(ProbeError) {
        let now = MonotonicClock.now
        while let timer = timers.next(
            until: now, where: { slots[$0.slot].isActive && slots[$0.slot].serial == $0.serial })
        {
            try perform(handle(.silence(isOver: slots[timer.slot].isLastAttempt), timer.slot), timer.slot)
        }
    }

    /// Asks the machine of a slot what to do about `event`.
    private mutating func handle(_ event: ProbeMachine.Event, _ id: Int) -> ProbeMachine.Action {
        if settings.isTraced {
            let elapsed = UInt32(clamping: (MonotonicClock.now - slots[id].startedAt) / 1000)
            lanes[slots[id].lane].trace(
                slots[id].index,
                ProbeStep.events(of: event, attempt: slots[id].machine.attempt).map {
                    ProbeStep(microseconds: elapsed, event: $0)
                })
        }
        return slots[id].machine.handle(event)
    }

    private mutating func perform(_ first: ProbeMachine.Action, _ id: Int) throws(ProbeError) {
        var action = first
        while true {
            switch action {
            case .wait:
                startTimer(id)
                return try watch(id)
            case .readErrorQueue:
                let error = slots[id].socket.flatMap { poller.icmpError($0) }
                action = handle(.errorQueue(error), id)
            case .compareEnds:
                let ends = slots[id].socket.map { poller.ends($0) } ?? .sameHost
                action = handle(.ends(ends), id)
            case .askWhyNoWay:
                let isBroadcast = poller.isBroadcast(lanes[slots[id].lane].address)
                action = handle(.noWay(isBroadcast: isBroadcast), id)
            case .tryAgain:
                closeSocket(id)
                let now = MonotonicClock.now
                guard pacing.mayStart(now: now) else { return putOff(id, now: now) }
                action = startAttempt(id, now: now)
            case .postpone(let code):
                return try postpone(id, code)
            case .settle(let reason):
                return settle(id, reason)
            case .fail(let code):
                throw .noRoute(host: lanes[slots[id].lane].host, code: code)
            }
        }
    }

    /// Puts the next attempt of a slot off until the pace allows it.
    private mutating func putOff(_ id: Int, now: UInt64) {
        slots[id].serial &+= 1
        slots[id].putOffAt = now
        due.append(id)
    }

    private mutating func settle(_ id: Int, _ reason: Reason) {
        let now = MonotonicClock.now
        let elapsed = UInt32(clamping: (now - slots[id].startedAt) / 1000)
        let lane = slots[id].lane
        if reason.state != .filtered { lanes[lane].roundTrip.answered(after: now - slots[id].attemptedAt) }
        lanes[lane].settle(
            slots[id].index, Outcome(reason: reason, elapsedMicroseconds: elapsed))
        if reason != .timeout, !lanes[lane].isLoopback { slowStart.answered() }
        // Only after a refusal a socket is as good as new.
        if reason != .refused { closeSocket(id) }
        slots.release(id)
        unsettled -= 1
        pacing.progressed()
        if lanes[lane].unsettled == 0 { control.settledPart(ofHost: lane) }
        lanes.enqueue(lane)
    }

    private mutating func postpone(_ id: Int, _ code: Int32) throws(ProbeError) {
        let lane = slots[id].lane
        lanes[lane].postpone(slots[id].index)
        closeSocket(id)
        slots.release(id)
        lanes.enqueue(lane)
        try pacing.fellShort(code: code, inFlight: slots.inFlight, now: MonotonicClock.now)
    }

    private mutating func closeSocket(_ id: Int) {
        if let socket = slots[id].socket { poller.close(socket) }
        slots[id].socket = nil
    }

    // MARK: Time

    private mutating func grow(_ now: UInt64) {
        if slowStart.hasStarted { slowStart.grow(now: now) }
        lanes.grow(now: now)
    }

    private func waitMilliseconds(_ now: UInt64) -> Int32 {
        var wake = nextLook
        if let deadline = timers.earliest { wake = min(wake, deadline) }
        if hasWork { wake = min(wake, pacing.nextStart) }
        if lanes.isGrowing || slowStart.isGrowing { wake = min(wake, now + SlowStart.tickNanoseconds) }
        return wake > now ? Int32(clamping: (wake - now + 999_999) / 1_000_000) : 0
    }

    private mutating func report() {
        control.settled(endpoints: reported - unsettled)
        reported = unsettled
    }
}
