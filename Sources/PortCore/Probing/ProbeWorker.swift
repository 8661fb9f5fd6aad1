import Glibc

/// One thread's share of a run: carries out what the machines of its endpoints ask for.
///
/// A socket is used again after a refusal, so a closed port costs three system calls: connect, connect again to read
/// the error, the read of the error queue; and its share of one epoll_wait, which loopback does without.
struct ProbeWorker: ~Copyable {
    /// What a worker is given.
    struct Settings: Sendable {
        let window: Int
        /// How many sockets there may be, where windows are no bound.
        let sockets: Int
        /// Attempts a second; `nil` for no limit.
        let rate: Double?
        let schedule: AttemptSchedule
        let patience: UInt64
        /// Whether each outcome keeps the steps of its probe.
        var isTraced = false
    }

    /// How many probes are started before answers and signals are looked at again.
    private static let startsAtOnce = 512
    /// A witness that is merely late is not lost.
    private static let witnessPatience: UInt64 = 4

    private let settings: Settings
    private let control: RunControl
    private var lanes: LaneQueue
    private var slots: SlotPool
    private var timers = AttemptTimers()
    private var pacing: Pacing
    /// Bounds what is sent to other machines while the way there is not known to bear it.
    private var slowStart: SlowStart
    private var unsettled: Int
    private var reported: Int
    private var nextLook: UInt64 = 0

    init(lanes: [Lane], settings: Settings, control: RunControl) throws(ProbeError) {
        slots = try SlotPool()
        self.lanes = LaneQueue(lanes)
        self.settings = settings
        self.control = control
        pacing = Pacing(window: settings.window, rate: settings.rate, patience: settings.patience)
        slowStart = SlowStart(limit: settings.window, isLoopback: self.lanes.areAllLoopback)
        unsettled = self.lanes.unsettled
        reported = unsettled
    }

    /// Probes until every endpoint is settled, or another worker has failed.
    ///
    /// - Parameter tick: called now and then from this thread.
    /// - Returns: what was found in each lane.
    mutating func run(tick: () -> Void) throws(ProbeError) -> [Lane.Findings] {
        while hasMore {
            let now = MonotonicClock.now
            if now >= nextLook {
                guard try control.goOn() else { break }
                report()
                tick()
                nextLook = now + UInt64(Cancellation.pollMilliseconds) * 1_000_000
            }
            grow(now)
            try fill()
            guard hasMore else { break }
            let count = try slots.poller.wait(milliseconds: waitMilliseconds(MonotonicClock.now))
            for event in 0..<count {
                try ready(slots.poller.token(event))
                try fill()
            }
            try expire()
        }
        report()
        return lanes.findings
    }

    // MARK: Starting

    private var hasMore: Bool { unsettled > 0 || slots.inFlight > 0 }

    /// Whether the windows have room for one more endpoint.
    private var hasRoom: Bool { slots.boundInFlight(pacing.isShort) < min(pacing.window, slowStart.size) }

    /// Whether there is room for one more of a host that seems dead, for which the windows are no bound.
    private var hasRoomForDead: Bool { hasRoom || !pacing.isShort && slots.inFlight < settings.sockets }

    /// Whether an attempt could start if the pace allows it: the next one of a probe in flight, or a first one.
    private var hasWork: Bool {
        lanes.hasDue || lanes.canStart(hasRoom: hasRoom, hasRoomForDead: hasRoomForDead)
    }

    /// Starts attempts as long as there is room: first those that wait, then one a lane in turn.
    private mutating func fill() throws(ProbeError) {
        for _ in 0..<Self.startsAtOnce where hasWork {
            let now = MonotonicClock.now
            guard pacing.mayStart(now: now) else { return }
            if let id = lanes.takeDue() {
                slots[id].waited += now - slots[id].putOffAt
                try perform(startAttempt(id, now: now), id)
                continue
            }
            guard let (lane, start) = lanes.take(now: now, hasRoom: hasRoom, hasRoomForDead: hasRoomForDead)
            else { return }
            if !slowStart.hasStarted { slowStart.start(now: now) }
            try begin(lane: lane, start, now: now)
        }
    }

    private mutating func begin(lane: Int, _ start: Lane.Start, now: UInt64) throws(ProbeError) {
        let id = slots.take(lanes[lane].address.family, isBound: !lanes[lane].seemsDead)
        slots[id].lane = lane
        slots[id].start = start
        slots[id].startedAt = now
        slots[id].waited = 0
        slots[id].machine = ProbeMachine(
            attempts: start.isWitness ? 1 : settings.schedule.attempts,
            mayBeEphemeral: EphemeralPorts.range.contains(lanes[lane].port(at: start.index)))
        try perform(startAttempt(id, now: now), id)
    }

    /// Starts an attempt on the slot's socket, or on a new one, and says what the machine makes of it.
    private mutating func startAttempt(_ id: Int, now: UInt64) -> ProbeMachine.Action {
        let lane = slots[id].lane
        let port = lanes[lane].port(at: slots[id].start.index)
        slots[id].serial &+= 1
        slots[id].attemptedAt = now
        pacing.started(now: now)
        let socket: ProbeSocket
        switch slots.socket(of: id, lanes[lane].address.family, window: pacing.window) {
        case .failure(let failure): return handle(.connect(code: failure.code, first: true), id)
        case .success(let open): socket = open
        }
        let code = slots.poller.connect(socket, lanes[lane].address, port: port)
        let action = handle(.connect(code: code, first: true), id)
        guard action == .wait, lanes[lane].isLoopback else { return action }
        // Over loopback the answer is there when connect(2) returns, so there is mostly nothing to wait for.
        let answer = slots.poller.connect(socket, lanes[lane].address, port: port)
        return handle(.connect(code: answer, first: false), id)
    }

    /// Starts the timer of the attempt under way, once. What was waited for the pace is no part of the budget.
    private mutating func startTimer(_ id: Int) {
        guard slots[id].timedSerial != slots[id].serial else { return }
        slots[id].timedSerial = slots[id].serial
        let slot = slots[id]
        let likely = lanes[slot.lane].roundTrip.timeout
        let wait = settings.schedule.wait(
            attempt: slot.machine.attempt, spent: slot.attemptedAt - slot.startedAt - slot.waited, timeout: likely)
        slots[id].isLastAttempt = wait.isLast
        let length =
            slot.start.isWitness ? min(settings.schedule.budget, Self.witnessPatience * likely) : wait.length
        timers.start(slot: id, serial: slot.serial, deadline: slot.attemptedAt + length)
    }

    // MARK: Events

    private mutating func ready(_ token: UInt64) throws(ProbeError) {
        let id = Int(token & 0xffff_ffff)
        guard slots[id].isActive, slots[id].registration == UInt32(token >> 32), let socket = slots[id].socket
        else { return }
        let lane = slots[id].lane
        let port = lanes[lane].port(at: slots[id].start.index)
        let code = slots.poller.connect(socket, lanes[lane].address, port: port)
        try perform(handle(.connect(code: code, first: false), id), id)
    }

    /// Ends attempts whose time is over.
    private mutating func expire() throws(ProbeError) {
        let now = MonotonicClock.now
        while let timer = timers.next(
            until: now, where: { slots[$0.slot].isActive && slots[$0.slot].serial == $0.serial })
        {
            lanes[slots[timer.slot].lane].metSilence = true
            try perform(handle(.silence(isOver: slots[timer.slot].isLastAttempt), timer.slot), timer.slot)
        }
    }

    /// Asks the machine of a slot what to do about `event`.
    private mutating func handle(_ event: ProbeMachine.Event, _ id: Int) -> ProbeMachine.Action {
        if settings.isTraced, !slots[id].start.isWitness {
            let elapsed = UInt32(clamping: (MonotonicClock.now - slots[id].startedAt) / 1000)
            lanes[slots[id].lane].trace(
                slots[id].start.index,
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
                let code = slots.watch(id)
                return code == 0 ? () : try postpone(id, code)
            case .readErrorQueue:
                let error = slots[id].socket.flatMap { slots.poller.icmpError($0) }
                action = handle(.errorQueue(error), id)
            case .compareEnds:
                let ends = slots[id].socket.map { slots.poller.ends($0) } ?? .sameHost
                action = handle(.ends(ends), id)
            case .askWhyNoWay:
                let isBroadcast = slots.poller.isBroadcast(lanes[slots[id].lane].address)
                action = handle(.noWay(isBroadcast: isBroadcast), id)
            case .tryAgain:
                slots.close(id)
                guard let next = tryAgain(id) else { return }
                action = next
            case .postpone(let code):
                return try postpone(id, code)
            case .settle(let reason):
                return settle(id, reason)
            case .fail(let code):
                throw .noRoute(host: lanes[slots[id].lane].host, code: code)
            }
        }
    }

    /// Starts the next attempt, unless it has to wait for the pace, or those before were too fast to count.
    private mutating func tryAgain(_ id: Int) -> ProbeMachine.Action? {
        let now = MonotonicClock.now
        let lane = slots[id].lane
        guard isBelieved(id) else {
            lanes[lane].postpone(slots[id].start)
            release(id)
            return nil
        }
        slots[id].serial &+= 1
        slots[id].putOffAt = now
        guard lanes.takeTurn(id, lane: lane, now: now) else { return nil }
        guard pacing.mayStart(now: now) else {
            lanes.putOff(id)
            return nil
        }
        return startAttempt(id, now: now)
    }

    /// Whether silence says something of the port: not while its host was probed too fast.
    private func isBelieved(_ id: Int) -> Bool { slots[id].startedAt >= lanes[slots[id].lane].pace.believesSince }

    private mutating func settle(_ id: Int, _ reason: Reason) {
        let now = MonotonicClock.now
        let (lane, start) = (slots[id].lane, slots[id].start)
        let hasAnswered = reason.state != .filtered
        if hasAnswered { lanes[lane].roundTrip.answered(after: now - slots[id].attemptedAt) }
        if start.isWitness {
            unsettled += lanes[lane].settleWitness(answered: hasAnswered, start: slots[id].startedAt, now: now)
        } else if reason == .timeout, !isBelieved(id) {
            lanes[lane].postpone(start)
        } else {
            let elapsed = UInt32(clamping: (now - slots[id].startedAt) / 1000)
            lanes[lane].settle(start.index, Outcome(reason: reason, elapsedMicroseconds: elapsed), now: now)
            unsettled -= 1
        }
        if reason != .timeout, !lanes[lane].isLoopback { slowStart.answered() }
        // Only after a refusal a socket is as good as new.
        if reason != .refused { slots.close(id) }
        pacing.progressed()
        release(id)
    }

    private mutating func postpone(_ id: Int, _ code: Int32) throws(ProbeError) {
        lanes[slots[id].lane].postpone(slots[id].start)
        slots.close(id)
        release(id)
        try pacing.fellShort(code: code, inFlight: slots.inFlight, now: MonotonicClock.now)
    }

    private mutating func release(_ id: Int) {
        let lane = slots[id].lane
        slots.release(id)
        if lanes[lane].isDone { control.settledPart(ofHost: lane) }
        lanes.enqueue(lane)
    }

    // MARK: Time

    private mutating func grow(_ now: UInt64) {
        if slowStart.hasStarted { slowStart.grow(now: now) }
        lanes.grow(now: now)
        lanes.wake(now: now)
    }

    private func waitMilliseconds(_ now: UInt64) -> Int32 {
        var wake = nextLook
        if let deadline = timers.earliest { wake = min(wake, deadline) }
        if let rested = lanes.nextWake { wake = min(wake, rested) }
        if hasWork { wake = min(wake, pacing.nextStart) }
        if lanes.isGrowing || slowStart.isGrowing { wake = min(wake, now + SlowStart.tickNanoseconds) }
        return wake > now ? Int32(clamping: (wake - now + 999_999) / 1_000_000) : 0
    }

    private mutating func report() {
        control.settled(endpoints: reported - unsettled)
        reported = unsettled
    }
}
