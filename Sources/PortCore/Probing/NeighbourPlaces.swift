/// The hosts of the own link that the kernel is asked to find: its table of neighbours is a limit like descriptors
/// (arp(7), gc_thresh3), beyond which packets are dropped without a word.
struct NeighbourPlaces {
    private let limit: Int
    private var taken: [Int: UInt64] = [:]
    private var order = FIFO<(lane: Int, until: UInt64)>()

    /// So long the kernel asks for a neighbour that does not answer (mcast_solicit times retrans_time), and keeps its
    /// entry; a moment is added.
    private static let hold: UInt64 = 3_200_000_000
    /// How often it is looked whether a place is free.
    static let pause: UInt64 = 20_000_000

    init(limit: Int) { self.limit = max(1, limit) }

    /// Takes a place for the neighbour of a lane, if there is one.
    mutating func take(_ lane: Int, now: UInt64) -> Bool {
        while let first = order.first, first.until <= now || taken[first.lane] == nil {
            _ = order.popFirst()
            taken[first.lane] = nil
        }
        guard taken.count < limit else { return false }
        taken[lane] = now + Self.hold
        order.append((lane, now + Self.hold))
        return true
    }

    /// The neighbour was found: entries that are in use are not those that fill the table.
    mutating func giveBack(_ lane: Int) { taken[lane] = nil }
}
