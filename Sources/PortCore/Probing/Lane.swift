/// One host as a worker sees it: which of its ports are still to probe, and how many may be in flight.
struct Lane {
    let host: Host
    let address: SocketAddress
    let isLoopback: Bool
    private let ports: [UInt16]
    private let stride: Int
    private var next: Int
    private var postponed: [Int] = []

    /// Outcomes of this worker's ports, each at `index / stride`.
    private(set) var outcomes: [Outcome]
    private(set) var unsettled: Int
    private(set) var window: LaneWindow
    var inFlight = 0
    /// Whether the lane stands in the worker's queue of lanes that may start a probe.
    var isQueued = false

    /// - Parameters:
    ///   - ports: every port of the host, ascending.
    ///   - worker: this worker's number; it takes the ports at `worker`, `worker + stride`, …
    init(
        host: Host, address: IPAddress, ports: [UInt16], worker: Int, stride: Int, perHost: Int
    ) {
        self.host = host
        self.address = SocketAddress(address)
        isLoopback = address.isLoopback
        self.ports = ports
        self.stride = stride
        next = worker
        unsettled = ports.count > worker ? (ports.count - worker + stride - 1) / stride : 0
        outcomes = Array(repeating: Outcome(reason: .timeout), count: unsettled)
        window = LaneWindow(limit: perHost, isLoopback: address.isLoopback)
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
        outcomes[index / stride] = outcome
        if outcome.reason != .timeout { window.answered() }
    }

    /// Lets the window grow without an answer. Returns whether it may still grow.
    mutating func grow(now: UInt64) -> Bool { window.grow(now: now) }

    mutating func start(now: UInt64) { window.start(now: now) }
}

/// How many probes of one host may be in flight.
///
/// The first probe to a host goes alone, since the kernel queues only few packets for a neighbour whose link-layer
/// address it does not know yet (arp(7), unres_qlen). Then the window doubles as answers come, or with time on a
/// host that says nothing, so that no queue on the way is flooded by one burst.
struct LaneWindow {
    private(set) var size: Int
    private let limit: Int
    private var nextGrowth: UInt64 = 0

    private static let first = 32
    private static let aloneNanoseconds: UInt64 = 100_000_000
    /// How often growing windows are looked at.
    static let tickNanoseconds: UInt64 = 10_000_000
    private static let doublingNanoseconds: UInt64 = 20_000_000

    init(limit: Int, isLoopback: Bool) {
        self.limit = limit
        size = isLoopback ? limit : 1
    }

    var hasStarted: Bool { nextGrowth != 0 }

    mutating func start(now: UInt64) { nextGrowth = now + Self.aloneNanoseconds }

    mutating func answered() {
        if size < limit { size = min(limit, size == 1 ? Self.first : size + 1) }
    }

    mutating func grow(now: UInt64) -> Bool {
        if size < limit, now >= nextGrowth {
            let doubled = size > limit / 2 ? limit : size * 2
            size = size == 1 ? min(limit, Self.first) : doubled
            nextGrowth = now + Self.doublingNanoseconds
        }
        return size < limit
    }
}
