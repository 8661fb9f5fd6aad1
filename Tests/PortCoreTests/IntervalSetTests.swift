import Testing

@testable import PortCore

@Suite("An interval set behaves as the set of its numbers")
struct IntervalSetTests {
    /// A few ranges in any order, overlapping or adjacent, often at the edges.
    private func ranges(_ random: inout SplitMix64) -> [ClosedRange<UInt16>] {
        // Few numbers make overlaps and neighbours likely; the edges make overflow likely.
        let space = random.pick([1...40, 1...600, 65500...65535, 1...65535])
        return (0..<random.int(0...8)).map { _ in
            let first = random.int(space)
            let last = min(first + random.pick([0, 0, 1, 5, 30]), 65535)
            return UInt16(first)...UInt16(last)
        }
    }

    private func model(_ ranges: [ClosedRange<UInt16>]) -> Set<UInt16> {
        ranges.reduce(into: []) { $0.formUnion($1) }
    }

    private func isCanonical(_ set: PortSet) -> Bool {
        zip(set.ranges, set.ranges.dropFirst()).allSatisfy { Int($0.upperBound) + 1 < Int($1.lowerBound) }
    }

    @Test("Shuffled, overlapping ranges give the same set as their numbers, in canonical ranges")
    func building() {
        forEachSeed { seed, random in
            let ranges = ranges(&random)
            let set = PortSet(ranges)
            #expect(Array(set.values) == model(ranges).sorted(), "seed \(seed)")
            #expect(set.count == model(ranges).count, "seed \(seed)")
            #expect(set.isEmpty == ranges.isEmpty, "seed \(seed)")
            #expect(isCanonical(set), "seed \(seed): \(set.ranges)")
            #expect(PortSet(ranges.shuffled(using: &random)) == set, "seed \(seed)")
            #expect(PortSet(values: model(ranges)) == set, "seed \(seed)")
        }
    }

    @Test("Union, intersection and subtraction agree with Set")
    func algebra() {
        forEachSeed { seed, random in
            let (left, right) = (ranges(&random), ranges(&random))
            let (a, b) = (PortSet(left), PortSet(right))
            for (name, result, expected) in [
                ("union", a.union(b), model(left).union(model(right))),
                ("intersection", a.intersection(b), model(left).intersection(model(right))),
                ("subtracting", a.subtracting(b), model(left).subtracting(model(right))),
            ] {
                #expect(Array(result.values) == expected.sorted(), "seed \(seed): \(a.text) \(name) \(b.text)")
                #expect(isCanonical(result), "seed \(seed): \(a.text) \(name) \(b.text)")
            }
        }
    }

    @Test("A number is in the set exactly when it is in a range")
    func membership() {
        forEachSeed { seed, random in
            let ranges = ranges(&random)
            let set = PortSet(ranges)
            let edges = ranges.flatMap { [$0.lowerBound, $0.upperBound, $0.lowerBound &- 1, $0.upperBound &+ 1] }
            for value in edges + [0, 1, 65535, UInt16(random.int(1...65535))] {
                #expect(set.contains(value) == model(ranges).contains(value), "seed \(seed): \(value) in \(set.text)")
            }
        }
    }

    @Test("The edges 1 and 65535 are ports like any other")
    func portEdges() {
        let edges = PortSet([65535...65535, 1...1])
        #expect(edges.count == 2)
        #expect(edges.contains(1) && edges.contains(65535))
        #expect(PortSet.all.subtracting(edges).ranges == [2...65534])
        #expect(PortSet.all.subtracting(.all).isEmpty)
        #expect(edges.union(PortSet([2...65534])) == .all)
        #expect(PortSet.all.intersection(edges) == edges)
        #expect(PortSet.all.count == 65535)
    }

    @Test("The last number of 128 bits neither overflows nor is lost")
    func widestEdge() {
        typealias Wide = IntervalSet<UInt128>
        let top = Wide([UInt128.max - 3...UInt128.max, UInt128.max...UInt128.max])
        #expect(top.ranges == [UInt128.max - 3...UInt128.max])
        #expect(top.count == 4)
        #expect(top.contains(.max))
        #expect(top.subtracting(Wide(values: [.max])).ranges == [UInt128.max - 3...UInt128.max - 1])
        #expect(top.subtracting(Wide(values: [.max - 3])).ranges == [UInt128.max - 2...UInt128.max])
        #expect(top.union(Wide(values: [0])).ranges == [0...0, UInt128.max - 3...UInt128.max])
        #expect(top.intersection(Wide([0...UInt128.max])) == top)
    }

    @Test("A count that no Int can hold is Int.max")
    func countIsClamped() {
        #expect(IntervalSet<UInt128>([0...UInt128.max]).count == Int.max)
        #expect(IntervalSet<UInt128>([0...(1 << 63), (1 << 64)...(1 << 65)]).count == Int.max)
        #expect(IntervalSet<UInt128>([1...UInt128(Int.max)]).count == Int.max)
        #expect(IntervalSet<UInt128>([2...UInt128(Int.max)]).count == Int.max - 1)
    }
}
