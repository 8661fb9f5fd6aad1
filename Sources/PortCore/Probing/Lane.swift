/// One host as a worker sees it: which of its ports are still to probe, how many may be in flight, and how fast.
struct Lane {
    let host: Host
    let address: SocketAddress
    let isLoopback: Bool
    private let ports: [UInt16]
    private let stride: Int
    private var next: Int
    private var postponed: [Int] = []
    /// Where silence was settled, and when, in that order.
    private var silent: [(index: Int, time: UInt64)] = []

    /// What a worker finds at its ports of one host.
    struct Findings: Sendable {
        /// Each at `index / stride`.
        var outcomes: [Outcome]
        /// The steps of each port, where the run is traced.
        var steps: [UInt16: [ProbeStep]] = [:]
    }

    private(set) var findings: Findings
    private(set) var unsettled: Int
    private(set) var window: SlowStart
    private(set) var pace: HostPace
    var roundTrip = RoundTrip()
    private(set) var inFlight = 0
    /// Slots whose next attempt waits for the pace.
    var waiting = FIFO<Int>()
    /// Whether the lane stands in the worker's queue of lanes that may start a probe.
    var isQueued = false
    /// Whether the lane waits for its pace.
    var isResting = false
    /// Whether attempts went unanswered.
    var metSilence = false
    /// A port that has answered, preferably by refusing: it costs the host least.
    private var witness: (index: Int, isOpen: Bool)?
    /// Whether an endpoint was silent for its whole budget before any had answered.
    private(set) var seemsDead = false

    /// - Parameters:
    ///   - ports: every port of the host, ascending.
    ///   - first: the worker takes the ports at `first`, `first + stride`, …
    ///   - perHost: the most endpoints in flight.
    init(
        host: Host, address: IPAddress, ports: [UInt16], first: Int, stride: Int, perHost: Int, pace: HostPace
    ) {
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
        /// Whether the port has answered already and is probed to see whether probes get through.
        var isWitness = false
    }

    /// Whether the host is settled, and nothing of it is in flight any more that could put that into doubt.
    var isDone: Bool { unsettled == 0 && inFlight == 0 }

    /// Every endpoint of a host that seems dead is in flight at once, so that they share one budget: limits are for what
    /// a host has to bear.
    var canStart: Bool {
        wantsWitness
            || ((seemsDead || inFlight < min(window.size, pace.window)) && (next < ports.count || !postponed.isEmpty))
    }

    /// Whether the witness is to be probed next. That does not wait for the pace, but counts.
    var wantsWitness: Bool { metSilence && unsettled > 0 && witness != nil && pace.wantsWitness }

    func port(at index: Int) -> UInt16 { ports[index] }

    /// The next port to probe.
    mutating func take(now: UInt64) -> Start {
        inFlight += 1
        pace.started(now: now)
        if wantsWitness, let witness {
            pace.askedWitness()
            return Start(index: witness.index, isWitness: true)
        }
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
    mutating func postpone(_ start: Start) {
        inFlight -= 1
        if !start.isWitness { postponed.append(start.index) }
    }

    mutating func settle(_ index: Int, _ outcome: Outcome, now: UInt64) {
        inFlight -= 1
        unsettled -= 1
        findings.outcomes[index / stride] = outcome
        if outcome.reason != .timeout { window.answered() }
        if outcome.state != .filtered {
            seemsDead = false
            if witness?.isOpen ?? true { witness = (index, outcome.state == .open) }
        } else if outcome.reason == .timeout {
            silent.append((index, now))
            if witness == nil { seemsDead = true }
        }
    }

    /// The probe of the witness that started at `start` ended. Takes back what was settled as silent while the host was
    /// probed too fast.
    ///
    /// - Returns: how many endpoints that are.
    mutating func settleWitness(answered: Bool, start: UInt64, now: UInt64) -> Int {
        inFlight -= 1
        guard let doubtfulSince = pace.witness(answered: answered, start: start, now: now) else { return 0 }
        let settled = unsettled
        while let last = silent.last, last.time >= doubtfulSince {
            silent.removeLast()
            postponed.append(last.index)
            unsettled += 1
        }
        return unsettled - settled
    }

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
