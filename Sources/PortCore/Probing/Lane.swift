/// One host as a worker sees it: which of its ports are still to probe, and how many may be in flight.
struct Lane {
    let host: Host
    let address: SocketAddress
    let isLoopback: Bool
    private let ports: [UInt16]
    private let stride: Int
    private var next: Int
    private var postponed: [Int] = []

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
    var roundTrip = RoundTrip()
    var inFlight = 0
    /// Whether the lane stands in the worker's queue of lanes that may start a probe.
    var isQueued = false

    /// - Parameters:
    ///   - ports: every port of the host, ascending.
    ///   - first: the worker takes the ports at `first`, `first + stride`, …
    init(
        host: Host, address: IPAddress, ports: [UInt16], first: Int, stride: Int, perHost: Int
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
    }

    var canStart: Bool { inFlight < window.size && (next < ports.count || !postponed.isEmpty) }

    func port(at index: Int) -> UInt16 { ports[index] }

    /// The next port to probe, as its index.
    mutating func take() -> Int {
        inFlight += 1
        if let index = postponed.popLast() { return index }
        defer { next += stride }
        return next
    }

    /// Puts a port back that could not be probed for want of something local.
    mutating func postpone(_ index: Int) {
        inFlight -= 1
        postponed.append(index)
    }

    mutating func settle(_ index: Int, _ outcome: Outcome) {
        inFlight -= 1
        unsettled -= 1
        findings.outcomes[index / stride] = outcome
        if outcome.reason != .timeout { window.answered() }
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
