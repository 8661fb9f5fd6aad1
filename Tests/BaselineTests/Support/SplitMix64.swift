/// A small generator with a seed, so that a failure can be repeated (Steele, Lea and Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}

/// Runs `body` for the seeds 1 to `cases`, each with a generator of its own. Expectations name the seed.
func forEachSeed(_ cases: Int, _ body: (UInt64, inout SplitMix64) throws -> Void) rethrows {
    for seed in 1...UInt64(cases) {
        var random = SplitMix64(seed: seed)
        try body(seed, &random)
    }
}
