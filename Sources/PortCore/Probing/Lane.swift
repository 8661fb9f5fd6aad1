/// One host as a worker sees it: which of its ports are still to probe, how many may be in flight, and how fast.
struct Lane {
    /// Which host of the run it is.
    let number: Int
    let host: Host
    let address: SocketAddress
    let isLoopback: Bool
    private let ports: [UInt16]
    private let stride: Int
    private var next: Int
    private var postponed: [Int] = []
    /// Where no answer was settled, and when, in that order.
    private var unanswered: [(index: Int, time: UInt64)] = []

    /// What a worker finds at its ports of one host.
    struct Findings: Sendable {
        /// Each at `index / stride`.
        var outcomes: [Outcome]
        /// The steps of each port, where the run is traced.
        var steps: [UInt16: [ProbeStep]] = [:]
    }

    private(set) var findings: Findings
    private(set) var unsettled: Int
    /// How many ports are settled by an answer.
    private var answers = 0
    private(set) var window: SlowStart
    var pace: Pace
    var roundTrip = RoundTrip()
    private(set) var inFlight = 0
    /// Next attempts that wait for the pace.
    var waiting = FIFO<SlotPool.PutOff>()
    /// Whether the lane stands in the worker's queue of lanes that may start a probe.
    var isQueued = false
    /// Whether the lane waits for its pace.
    var isResting = false
    /// Whether the lane is among those whose losses are looked at.
    var isWatched = false
    /// Whether it was told that the host is done.
    var isReported = false
    /// Whether attempts went unanswered.
    var metSilence = false
    private var witnesses = Witnesses()
    private var unchecked = UncheckedAnswers()
    /// Whether answers of this host were wrong, so that those of before the pace changed are not believed.
    private(set) var doubtsAnswers = false
    /// Whether an endpoint was silent for its whole budget before any had answered.
    private(set) var seemsDead = false

    /// - Parameters:
    ///   - ports: every port of the host, ascending.
    ///   - first: the worker takes the ports at `first`, `first + stride`, …
    ///   - perHost: the most endpoints in flight.
    init(
        number: Int = 0, host: Host, address: IPAddress, ports: [UInt16], first: Int, stride: Int, perHost: Int,
        pace: Pace
    ) {
        self.number = number
        self.host = host
        self.address = SocketAddress(address)
        isLoopback = address.isLoopback
        self.ports = ports
        self.stride = stride
        next = first
        unsettled = ports.count > first ? (ports.count - first + stride - 1) / stride : 0
        findings = Findings(outcomes: Array(repeating: Outcome(reason: .timeout), count: unsettled))
        window = SlowStart(limit: perHost, isLoopback: address.isLoopback)
        self.pace = pace
    }

    /// What a lane starts next.
    struct Start: Equatable {
        let index: Int
        /// Whether the port has answered already, and is probed to see whether probes get through.
        var isWitness = false
        /// Whether it is to be seen whether answers are right, too.
        var isCheck = false
    }

    /// Whether the host is settled, and nothing of it is in flight any more that could put that into doubt.
    var isDone: Bool { unsettled == 0 && inFlight == 0 }

    /// Every endpoint of a host that seems dead is in flight at once, so that they share one budget: limits are for what
    /// a host has to bear.
    var canStart: Bool {
        (seemsDead || inFlight < min(window.size, pace.window)) && (next < ports.count || !postponed.isEmpty)
    }

    /// Whether most of the host's ports have answered, so that retries are few, and each that is heard sooner saves time.
    var mostlyAnswers: Bool { 4 * answers >= 3 * findings.outcomes.count }

    func port(at index: Int) -> UInt16 { ports[index] }

    /// The next port to probe.
    mutating func take(now: UInt64) -> Start {
        inFlight += 1
        pace.started(now: now)
        if let index = postponed.popLast() { return Start(index: index) }
        defer { next += stride }
        return Start(index: next)
    }

    /// Counts a further attempt at an endpoint in flight against the pace, if it allows one now.
    mutating func takeTurn(now: UInt64) -> Bool {
        guard pace.mayStart(now: now) else { return false }
        pace.started(now: now)
        return true
    }

    /// Puts a port back that could not be probed for want of something local, or whose silence is not believed.
    mutating func postpone(_ index: Int) {
        inFlight -= 1
        postponed.append(index)
    }

    mutating func settle(_ index: Int, _ outcome: Outcome, now: UInt64) {
        inFlight -= 1
        unsettled -= 1
        findings.outcomes[index / stride] = outcome
        if outcome.reason != .timeout { window.answered() }
        if outcome.state != .filtered {
            seemsDead = false
            answers += 1
            witnesses.add(index, isOpen: outcome.state == .open)
            if outcome.state == .closed, !isLoopback { unchecked.add(index, now: now) }
        } else {
            unanswered.append((index, now))
            if outcome.reason != .timeout { unchecked.add(index, now: now) }
            if outcome.reason == .timeout, !hasAnswered { seemsDead = true }
        }
    }

    /// Takes back what was settled without an answer since `time`.
    ///
    /// - Returns: how many endpoints that are.
    mutating func takeBack(since time: UInt64) -> Int {
        let first = unanswered.lastIndex { $0.time < time }.map { $0 + 1 } ?? 0
        let doubtful = unanswered[first...].map(\.index)
        unanswered.removeLast(doubtful.count)
        postponed += doubtful
        unsettled += doubtful.count
        unchecked.forget(doubtful)
        return doubtful.count
    }

    private var hasTakenFirst = false

    /// Whether the probe that begins is the first to a host whose round trip is not known.
    mutating func takeFirst() -> Bool {
        defer { hasTakenFirst = true }
        return !hasTakenFirst && !isLoopback
    }

    // MARK: Witnesses

    var hasAnswered: Bool { !witnesses.isEmpty }

    /// Whether a witness is to be probed next. That does not wait for the pace, but counts.
    ///
    /// - Parameter isAlone: whether the host shares its way with none.
    func wantsWitness(now: UInt64, isAlone: Bool) -> Bool {
        metSilence && unsettled > 0 && pace.wantsWitness(now: now, isAlone: isAlone) && witnesses.canTestify(now: now)
    }

    func canTestify(now: UInt64) -> Bool { witnesses.canTestify(now: now) }

    /// The witness to probe; `nil` where none may be asked now.
    mutating func takeWitness(now: UInt64) -> Start? {
        guard let index = witnesses.take(now: now) else { return nil }
        inFlight += 1
        pace.started(now: now)
        pace.askedWitness(now: now)
        return Start(index: index, isWitness: true)
    }

    mutating func settleWitness() { inFlight -= 1 }

    // MARK: Answers that are none

    /// Whether a known port is to be asked, to see whether what was answered is right.
    func wantsCheck(now: UInt64) -> Bool {
        unchecked.wantCheck(isEnd: next >= ports.count && postponed.isEmpty) && witnesses.canVouch(now: now)
    }

    /// The known port to ask; `nil` where none may be asked now.
    mutating func takeCheck(now: UInt64) -> Start? {
        guard let index = witnesses.takeOpen(now: now) ?? witnesses.take(now: now) else { return nil }
        inFlight += 1
        pace.started(now: now)
        unchecked.asked(now: now)
        return Start(index: index, isWitness: true, isCheck: true)
    }

    /// The known port was heard.
    ///
    /// - Parameter reason: how it was answered.
    /// - Returns: whether answers are wrong.
    mutating func settleCheck(_ start: Start, _ reason: Reason?) -> Bool {
        inFlight -= 1
        guard let reason, reason != .timeout else {
            unchecked.wasNotHeard()
            return false
        }
        if reason.state == findings.outcomes[start.index / stride].state {
            unchecked.wasRight()
            return false
        }
        guard unchecked.contradictions < UncheckedAnswers.most else {
            unchecked.believeAll()
            witnesses.remove(start.index)
            return false
        }
        return true
    }

    /// Takes back what was answered and that no known port has vouched for since.
    ///
    /// - Returns: how many endpoints that are.
    mutating func takeBackAnswers(isContradicted: Bool) -> Int {
        doubtsAnswers = true
        let doubtful = Set(isContradicted ? unchecked.wasWrong() : unchecked.takeAll())
        let silent = unanswered.count
        unanswered.removeAll { doubtful.contains($0.index) }
        answers -= doubtful.count - (silent - unanswered.count)
        postponed += doubtful
        unsettled += doubtful.count
        return doubtful.count
    }

    /// Whether what is settled may yet be put in doubt by what is known of losses later, or by a known port.
    var mayYetDoubt: Bool { unchecked.isAsked || settledSilence && pace.mayYetDoubt }

    /// Whether an endpoint was settled without an answer.
    var settledSilence: Bool { !unanswered.isEmpty }

    // MARK: Time

    /// Keeps what happened to the probe of a port.
    mutating func trace(_ index: Int, _ steps: [ProbeStep]) {
        findings.steps[port(at: index), default: []] += steps
    }

    /// Lets the window grow without an answer. Returns whether it may still grow.
    mutating func grow(now: UInt64) -> Bool {
        window.grow(now: now)
        return window.isGrowing
    }

    mutating func start(now: UInt64) { window.start(now: now) }
}
