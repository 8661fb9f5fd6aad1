/// A small seeded generator (Steele, Lea, Flood 2014), so that a property test draws the same cases everywhere.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func int(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }

    mutating func chance(_ percent: Int) -> Bool { int(1...100) <= percent }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[int(0...choices.count - 1)] }
}

/// Runs `body` for `count` seeds; it names the seed in what it expects.
func forEachSeed(_ count: UInt64 = 400, _ body: (UInt64, inout SplitMix64) throws -> Void) rethrows {
    for seed in 1...count {
        var random = SplitMix64(seed: seed)
        try body(seed, &random)
    }
}
