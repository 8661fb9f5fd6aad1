import Testing

@testable import PortCore

@Suite("The time of one endpoint")
struct TimingTests {
    @Test(
        "is shared out as 1, 2, 3 … parts",
        arguments: [
            (2000, 0, [2_000_000_000]), (3000, 1, [1_000_000_000, 2_000_000_000]),
            (6000, 2, [1_000_000_000, 2_000_000_000, 3_000_000_000]), (10, 0, [10_000_000]),
        ] as [(Int, Int, [UInt64])])
    func shares(timeout: Int, retries: Int, shares: [UInt64]) {
        #expect(Timing(timeoutMilliseconds: timeout, retries: retries).attemptNanoseconds == shares)
    }

    @Test("adds up to the budget, and grows from attempt to attempt")
    func sum() {
        forEachSeed { seed, random in
            let timing = Timing(
                timeoutMilliseconds: random.pick([10, 3_600_000, random.int(Timing.timeoutBounds)]),
                retries: random.int(Timing.retryBounds))
            let shares = timing.attemptNanoseconds
            let budget = UInt64(timing.timeoutMilliseconds) * 1_000_000
            let sum = shares.reduce(0, +)
            #expect(shares.count == timing.retries + 1, "seed \(seed)")
            // Each share is rounded down to a nanosecond.
            #expect(sum <= budget && budget - sum < UInt64(shares.count), "seed \(seed)")
            #expect(zip(shares, shares.dropFirst()).allSatisfy { $0 < $1 }, "seed \(seed)")
            #expect(shares.allSatisfy { $0 > 0 }, "seed \(seed)")
        }
    }
}
