/// How many probes may be in flight: of one host, and of all that a worker sends to other machines.
///
/// The first probe goes alone, since the kernel queues only few packets for a neighbour whose link-layer address it
/// does not know yet (arp(7), unres_qlen). To a host on the link that neighbour is the host; to all others it is one
/// gateway. Then the window doubles as answers come, or with time where nothing is said, so that no queue on the way
/// is flooded by one burst.
struct SlowStart {
    private(set) var size: Int
    private let limit: Int
    private var nextGrowth: UInt64 = 0

    private static let first = 32
    private static let aloneNanoseconds: UInt64 = 100_000_000
    /// How often growing windows are looked at.
    static let tickNanoseconds: UInt64 = 10_000_000
    private static let doublingNanoseconds: UInt64 = 20_000_000

    /// How long a window takes to grow to `limit` where nothing answers.
    static func longestMilliseconds(to limit: Int) -> Int {
        var (size, time) = (first, aloneNanoseconds)
        while size < limit { (size, time) = (size * 2, time + doublingNanoseconds) }
        return Int((time + doublingNanoseconds) / 1_000_000)
    }

    init(limit: Int, isLoopback: Bool) {
        self.limit = limit
        size = isLoopback ? limit : 1
    }

    var hasStarted: Bool { nextGrowth != 0 }

    mutating func start(now: UInt64) { nextGrowth = now + Self.aloneNanoseconds }

    /// Whether the window may still grow.
    var isGrowing: Bool { size < limit }

    mutating func answered() {
        if size < limit { size = min(limit, size == 1 ? Self.first : size + 1) }
    }

    /// Lets the window grow without an answer.
    mutating func grow(now: UInt64) {
        if size < limit, now >= nextGrowth {
            let doubled = size > limit / 2 ? limit : size * 2
            size = size == 1 ? min(limit, Self.first) : doubled
            nextGrowth = now + Self.doublingNanoseconds
        }
    }
}
