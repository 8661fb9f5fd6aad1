import Glibc

/// One thread's share of a run: carries out what the machines of its endpoints ask for.
///
/// A socket is used again after a refusal, so a closed port costs three system calls: connect, connect again to read
/// the error, the read of the error queue; and its share of one epoll_wait, which loopback does without.
struct ProbeWorker: ~Copyable {
    /// How many probes are started before answers and signals are looked at again.
    private static let startsAtOnce = 512
    /// A witness that is merely late is not lost: so many likely round trips, or this part of the budget.
    static let witnessPatience: UInt64 = 4
    static let witnessShare = (part: UInt64(3), of: UInt64(5))

    let settings: Settings
    let control: RunControl
    var ways: [Way]
    /// The way that is asked first for what starts next.
    private var turn = 0
    var slots: SlotPool
    var timers = AttemptTimers()
    var pacing: Pacing
    var unsettled: Int
    private var reported: Int
    var nextLook: UInt64 = 0

    init(ways: [Way], settings: Settings, control: RunControl) throws(ProbeError) {
        slots = try SlotPool()
        self.ways = ways
        self.settings = settings
        self.control = control
        pacing = Pacing(window: settings.window, rate: settings.rate, patience: settings.patience)
        unsettled = ways.reduce(0) { $0 + $1.unsettled }
        reported = unsettled
    }

    /// Probes until every endpoint is settled, or another worker has failed.
    ///
    /// - Parameter tick: called now and then from this thread.
    /// - Returns: what was found in each lane of each way.
    mutating func run(tick: () -> Void) throws(ProbeError) -> [[Lane.Findings]] {
        while hasMore {
            let now = MonotonicClock.now
            if now >= nextLook {
                guard try control.goOn() else { break }
                report()
                tick()
                nextLook = now + UInt64(Cancellation.pollMilliseconds) * 1_000_000
            }
            moveOn(now)
            try fill()
            guard hasMore else { break }
            let count = try slots.poller.wait(milliseconds: waitMilliseconds(MonotonicClock.now))
            for event in 0..<count {
                try ready(slots.poller.token(event))
                try fill()
            }
            try expire()
        }
        for way in ways.indices { for lane in ways[way].laneIndices { reportHost(way, lane) } }
        report()
        return ways.map { way in way.laneIndices.map { way[$0].findings } }
    }

    // MARK: Starting

    /// Witnesses in flight are waited for only where what they tell could still change something.
    private var hasMore: Bool { unsettled > 0 || ways.contains(where: \.mayYetDoubt) }

    /// Whether the windows have room for one more endpoint of a way.
    func hasRoom(_ way: Int) -> Bool {
        let all = slots.boundInFlight(pacing.isShort)
        return all < pacing.window && (pacing.isShort ? all : ways[way].inFlight) < ways[way].slowStart.size
    }

    /// Whether there is room for one more of a host that seems dead, for which the windows are no bound.
    func hasRoomForDead(_ way: Int) -> Bool {
        hasRoom(way) || !pacing.isShort && slots.inFlight < settings.sockets
    }

    /// Whether an attempt of a way could start if the pace allows it: the next one of a probe in flight, or a first one.
    func hasWork(_ way: Int, _ now: UInt64) -> Bool {
        ways[way].hasWork(now: now, hasRoom: hasRoom(way), hasRoomForDead: hasRoomForDead(way))
    }

    /// Starts attempts as long as there is room: first those that wait, then one a lane in turn; of each way in turn.
    private mutating func fill() throws(ProbeError) {
        var idle = 0
        for _ in 0..<Self.startsAtOnce where idle < ways.count {
            let now = MonotonicClock.now
            guard pacing.mayStart(now: now) else { return }
            turn = (turn + 1) % ways.count
            idle = try startOne(turn, now) ? 0 : idle + 1
        }
    }

    /// Starts one attempt of a way; `false` when it has none to start.
    private mutating func startOne(_ way: Int, _ now: UInt64) throws(ProbeError) -> Bool {
        while let attempt = ways[way].takeDue(now: now) {
            let id = attempt.slot
            guard slots.isWanted(attempt) else { continue }
            ways[way].startedDue(now: now)
            slots[id].waited += now - slots[id].putOffAt
            try perform(startAttempt(id, now: now), id)
            return true
        }
        guard
            let (lane, start) = ways[way].take(
                now: now, hasRoom: hasRoom(way), hasRoomForDead: hasRoomForDead(way))
        else { return false }
        if !ways[way].slowStart.hasStarted { ways[way].slowStart.start(now: now) }
        try begin(way, lane, start, now: now)
        return true
    }

    private mutating func begin(_ way: Int, _ lane: Int, _ start: Lane.Start, now: UInt64) throws(ProbeError) {
        let isBound = !ways[way][lane].seemsDead
        let id = slots.take(ways[way][lane].address.family, isBound: isBound)
        if isBound { ways[way].inFlight += 1 }
        slots[id].way = way
        slots[id].lane = lane
        slots[id].start = start
        slots[id].startedAt = now
        slots[id].attemptedAt = now
        slots[id].waited = 0
        slots[id].localPort = 0
        slots[id].heardFor.removeAll(keepingCapacity: true)
        slots[id].keepsFirst = !start.isWitness && ways[way][lane].takeFirst()
        slots[id].machine = ProbeMachine(
            attempts: start.isWitness && !start.isCheck ? 1 : settings.schedule.attempts,
            mayBeEphemeral: EphemeralPorts.range.contains(ways[way][lane].port(at: start.index)))
        try perform(startAttempt(id, now: now), id)
    }

    /// Starts an attempt on the slot's socket, or on a new one, and says what the machine makes of it.
    mutating func startAttempt(_ id: Int, now: UInt64) -> ProbeMachine.Action {
        let (way, lane) = (slots[id].way, slots[id].lane)
        let port = ways[way][lane].port(at: slots[id].start.index)
        slots[id].serial &+= 1
        slots[id].attemptedAt = now
        pacing.started(now: now)
        let socket: ProbeSocket
        switch slots.socket(of: id, ways[way][lane].address.family, window: pacing.window) {
        case .failure(let failure): return handle(.connect(code: failure.code, first: true), id)
        case .success(let open): socket = open
        }
        if slots[id].localPort != 0 {
            slots.poller.bind(socket, toLocalPort: slots[id].localPort)
            slots[id].mayNotServeAgain = true
        }
        let code = slots.poller.connect(socket, ways[way][lane].address, port: port)
        if code == EADDRNOTAVAIL, slots[id].localPort != 0 {
            // Another of our sockets has just this pair of ports: any other port will do.
            slots.close(id)
            slots[id].localPort = 0
            return startAttempt(id, now: now)
        }
        let action = handle(.connect(code: code, first: true), id)
        guard action == .wait, ways[way][lane].isLoopback else { return action }
        // Over loopback the answer is there when connect(2) returns, so there is mostly nothing to wait for.
        let answer = slots.poller.connect(socket, ways[way][lane].address, port: port)
        return handle(.connect(code: answer, first: false), id)
    }

    mutating func reportHost(_ way: Int, _ lane: Int) {
        guard !ways[way][lane].isReported else { return }
        ways[way][lane].isReported = true
        control.settledPart(ofHost: ways[way][lane].number)
    }

    mutating func report() {
        control.settled(endpoints: reported - unsettled)
        reported = unsettled
    }
}
