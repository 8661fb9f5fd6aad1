import Testing

@testable import PortCore

@Suite("A set of targets")
struct TargetSetTests {
    /// Tokens of every kind, from a small space so that they overlap.
    private func tokens(_ random: inout SplitMix64) -> [String] {
        (0..<random.int(1...10)).map { _ in
            let (a, b) = (random.int(1...40), random.int(0...20))
            return random.pick([
                "10.0.0.\(a)", "10.0.0.\(a)-\(a + b)", "10.0.0.\(a)/29", "::ffff:10.0.0.\(a)", "2001:db8::\(a)",
                "[2001:db8::\(a)]", "2001:db8::\(a)/124", "host\(a)", "HOST\(a).", "10.0.255.250-10.1.0.\(a)",
            ])
        }
    }

    @Test("collapses duplicates, however they are written")
    func duplicates() throws {
        let targets = try TargetSet(parsing: [
            "Web01", "web01.", "10.0.0.1", "10.0.0.0/30", "::ffff:10.0.0.2", "[2001:db8::1]", "2001:DB8::1",
        ])
        #expect(targets.tokens == ["10.0.0.0-10.0.0.3", "2001:db8::1", "web01"])
    }

    @Test("is the same in whatever order its targets are named")
    func orderDoesNotCount() throws {
        try forEachSeed { seed, random in
            let tokens = tokens(&random)
            let shuffled = tokens.shuffled(using: &random)
            let (one, other) = (try TargetSet(parsing: tokens), try TargetSet(parsing: shuffled + tokens))
            #expect(one == other, "seed \(seed): \(tokens)")
        }
    }

    @Test("writes tokens that read back to the same set")
    func tokensRoundTrip() throws {
        try forEachSeed { seed, random in
            let targets = try TargetSet(parsing: tokens(&random))
            let again = try TargetSet(parsing: targets.tokens)
            #expect(again == targets, "seed \(seed): \(targets.tokens)")
        }
    }

    @Test("lists each host once, in host order")
    func hosts() throws {
        try forEachSeed(200) { seed, random in
            let tokens = tokens(&random)
            let hosts = try TargetSet(parsing: tokens).hosts
            let each = try Set(tokens.flatMap { try TargetSet(parsing: [$0]).hosts })
            #expect(hosts == each.sorted(), "seed \(seed): \(tokens)")
        }
    }

    @Test("has no target that was excluded, and all others")
    func exclusion() throws {
        try forEachSeed(200) { seed, random in
            let (wanted, unwanted) = (tokens(&random), tokens(&random))
            let left = try TargetSet(parsing: wanted).subtracting(TargetSet(parsing: unwanted))
            let expected = try Set(TargetSet(parsing: wanted).hosts).subtracting(TargetSet(parsing: unwanted).hosts)
            #expect(left.hosts == expected.sorted(), "seed \(seed): \(wanted) without \(unwanted)")
        }
    }

    @Test("contains an address exactly when it lists it")
    func contains() throws {
        let targets = try TargetSet(parsing: ["10.0.0.4-10.0.0.6", "2001:db8::/127"])
        for (text, isIn) in [
            ("10.0.0.3", false), ("10.0.0.4", true), ("10.0.0.6", true), ("10.0.0.7", false), ("2001:db8::1", true),
            ("2001:db8::2", false), ("::ffff:10.0.0.5", true), ("::a00:5", false),
        ] {
            #expect(try targets.contains(#require(IPAddress(text))) == isIn, "\(text)")
        }
    }

    @Test("stops at the first token that cannot be used")
    func firstError() {
        #expect(throws: TargetError.reversedRange("10.0.0.2-1")) {
            try TargetSet(parsing: ["ok", "10.0.0.2-1", "b ad"])
        }
    }

    @Test("of one family refuses an address of the other, and lets names pass")
    func family() throws {
        let mixed = try TargetSet(parsing: ["web01", "10.0.0.1", "2001:db8::1"])
        let six = #expect(throws: TargetError.self) { try mixed.require(.v4) }
        #expect(six?.description == "Target '2001:db8::1' is not IPv4, but -4 asks for IPv4 only.")
        let four = #expect(throws: TargetError.self) { try mixed.require(.v6) }
        #expect(four?.description == "Target '10.0.0.1' is not IPv6, but -6 asks for IPv6 only.")
        #expect(throws: Never.self) { try TargetSet(parsing: ["web01", "10.0.0.1"]).require(.v4) }
        #expect(throws: Never.self) { try TargetSet(parsing: ["web01", "::1"]).require(.v6) }
    }

    @Test("holds exclusions of any size, and of addresses that nobody can probe")
    func exclusions() throws {
        let excluded = try TargetSet(parsing: ["10.0.0.0/8", "224.0.0.0/4", "2001:db8::/32"], blockLimit: nil)
        let left = try TargetSet(parsing: ["10.1.2.3", "192.0.2.1", "2001:db8::1"]).subtracting(excluded)
        #expect(left.tokens == ["192.0.2.1"])
    }
}
