/// A set of integers held as sorted, disjoint, non-adjacent closed ranges.
///
/// Ports and blocks of addresses are both kept like this, so 65,535 ports cost one range. Every operation is
/// linear in the number of ranges.
///
/// Inlinable, so that other modules get code for their own numbers: generic code takes ten times as long.
public struct IntervalSet<Bound: FixedWidthInteger & Sendable>: Hashable, Sendable {
    /// The ranges, ascending; between two of them at least one number is missing.
    @inlinable public var ranges: [ClosedRange<Bound>] { storage }

    @usableFromInline var storage: [ClosedRange<Bound>]

    /// The empty set.
    @inlinable public init() {
        storage = []
    }

    /// The union of `ranges`, which may overlap and come in any order.
    @inlinable public init(_ ranges: some Sequence<ClosedRange<Bound>>) {
        self.init()
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
    }

    /// The set of `values`, in any order.
    @inlinable public init(values: some Sequence<Bound>) {
        self.init(values.map { $0...$0 })
    }

    /// Whether no number is in the set.
    @inlinable public var isEmpty: Bool { ranges.isEmpty }

    /// How many numbers are in the set, `Int.max` when there are more than that.
    @inlinable public var count: Int {
        ranges.reduce(0) { total, range in
            let size = Int(clamping: range.upperBound - range.lowerBound)
            return Int(clamping: UInt(total) + UInt(size) + 1)
        }
    }

    /// The numbers, ascending.
    @inlinable public var values: some Sequence<Bound> {
        ranges.lazy.flatMap { $0 }
    }

    /// Adds a range whose lower bound is not below that of the last one; the way to build a set in order.
    @inlinable public mutating func append(_ range: ClosedRange<Bound>) {
        guard let last = storage.last else { return storage.append(range) }
        precondition(range.lowerBound >= last.lowerBound, "ranges are appended in ascending order")
        let (next, overflow) = last.upperBound.addingReportingOverflow(1)
        if overflow || range.lowerBound <= next {
            storage[storage.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
        } else {
            storage.append(range)
        }
    }

    /// Whether `value` is in the set, by binary search.
    @inlinable public func contains(_ value: Bound) -> Bool {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= value
    }

    /// What is in either set.
    @inlinable public func union(_ other: Self) -> Self {
        var result = Self()
        var (mine, theirs) = (0, 0)
        while mine < ranges.count, theirs < other.ranges.count {
            if ranges[mine].lowerBound <= other.ranges[theirs].lowerBound {
                result.append(ranges[mine])
                mine += 1
            } else {
                result.append(other.ranges[theirs])
                theirs += 1
            }
        }
        for range in ranges[mine...] { result.append(range) }
        for range in other.ranges[theirs...] { result.append(range) }
        return result
    }

    /// What is in both sets.
    @inlinable public func intersection(_ other: Self) -> Self {
        var result = Self()
        var mine = 0
        var theirs = 0
        while mine < ranges.count, theirs < other.ranges.count {
            let (a, b) = (ranges[mine], other.ranges[theirs])
            if a.overlaps(b) { result.append(a.clamped(to: b)) }
            if a.upperBound < b.upperBound { mine += 1 } else { theirs += 1 }
        }
        return result
    }

    /// What is in this set and not in `other`.
    @inlinable public func subtracting(_ other: Self) -> Self {
        var result = Self()
        var cut = 0
        for range in ranges {
            var lower = range.lowerBound
            var exhausted = false
            while cut < other.ranges.count, other.ranges[cut].lowerBound <= range.upperBound {
                let hole = other.ranges[cut]
                if hole.lowerBound > lower { result.append(lower...(hole.lowerBound - 1)) }
                if hole.upperBound >= range.upperBound {
                    exhausted = true
                    break
                }
                if hole.upperBound >= lower { lower = hole.upperBound + 1 }
                cut += 1
            }
            if !exhausted { result.append(lower...range.upperBound) }
        }
        return result
    }
}
