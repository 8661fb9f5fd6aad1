/// When attempts may start: no sooner than an interval after one another.
struct RateGate {
    /// Attempts a second; infinite where nothing holds them back.
    var rate: Double { didSet { interval = Self.interval(rate) } }
    /// Nanoseconds from one attempt to the next; 0 where nothing holds them back.
    private(set) var interval: UInt64
    /// When the next attempt may start.
    private(set) var nextStart: UInt64 = 0

    private static let burstNanoseconds: UInt64 = 10_000_000

    /// - Parameter rate: the most attempts a second, `nil` for no limit.
    init(rate: Double?) {
        self.rate = rate ?? .infinity
        interval = Self.interval(self.rate)
    }

    private static func interval(_ rate: Double) -> UInt64 { rate.isInfinite ? 0 : UInt64(1_000_000_000 / rate) }

    func mayStart(now: UInt64) -> Bool { now >= nextStart }

    /// An attempt starts.
    mutating func started(now: UInt64) {
        guard interval > 0 else { return }
        // What was not used is kept for a short burst only, so that a pause never turns into a flood.
        let earliest = now > Self.burstNanoseconds ? now - Self.burstNanoseconds : 0
        nextStart = max(nextStart, earliest) + interval
    }

    /// Counts an attempt that starts by itself.
    mutating func charge() { nextStart += interval }

    /// Nothing starts before `time`.
    mutating func rest(until time: UInt64) { nextStart = max(nextStart, time) }
}
