/// Holds a worker back: the rate the operator allows, and what the machine itself can give.
struct Pacing {
    private let cap: Int
    private var gate: RateGate
    private let patience: UInt64
    private var shortSince: UInt64?
    private var settledSinceGrowth = 0

    /// How many probes may be in flight.
    private(set) var window: Int

    /// Whether the machine was short of something, and is not known to have recovered.
    var isShort: Bool { window < cap }

    private static let rest: UInt64 = 10_000_000
    private static let settledPerGrowth = 64

    /// - Parameters:
    ///   - window: the most probes in flight.
    ///   - rate: the most attempts a second, `nil` for no limit.
    ///   - patience: how long a shortage may last without any progress, in nanoseconds.
    init(window: Int, rate: Double?, patience: UInt64) {
        cap = window
        self.window = window
        gate = RateGate(rate: rate)
        self.patience = patience
    }

    /// When the next attempt may start.
    var nextStart: UInt64 { gate.nextStart }

    func mayStart(now: UInt64) -> Bool { gate.mayStart(now: now) }

    /// An attempt starts.
    mutating func started(now: UInt64) { gate.started(now: now) }

    /// The machine was short of something: fewer in flight, and a moment's rest.
    mutating func fellShort(code: Int32, inFlight: Int, now: UInt64) throws(ProbeError) {
        if let since = shortSince, now - since > patience { throw .noProgress(code: code) }
        if shortSince == nil { shortSince = now }
        settledSinceGrowth = 0
        window = max(1, min(inFlight, cap - 1))
        gate.rest(until: now + Self.rest)
    }

    /// An endpoint was settled: the shortage, if there was one, is passing.
    mutating func progressed() {
        shortSince = nil
        guard isShort else { return }
        settledSinceGrowth += 1
        if settledSinceGrowth == Self.settledPerGrowth {
            settledSinceGrowth = 0
            window += 1
        }
    }
}
