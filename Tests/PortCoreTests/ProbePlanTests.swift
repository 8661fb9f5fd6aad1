import Testing

@testable import PortCore

@Suite("A plan")
struct ProbePlanTests {
    private static let answers: [String: [String]] = [
        "both": ["2001:db8::2", "2001:db8::1", "10.0.0.10", "10.0.0.9"],
        "six": ["2001:db8::10", "2001:db8::9"],
        "alias": ["10.0.0.10", "10.0.0.9", "2001:db8::1", "2001:db8::2"], "gone": [],
        "sinkhole": ["0.0.0.0", "::"],
    ]

    /// A plan for `targets`, its names answered from a table as a resolver of the system would.
    private func plan(
        _ targets: [String], excluding excluded: [String] = [], family: IPAddress.Family? = nil
    ) throws -> ProbePlan {
        let request = try CheckRequest(
            targets: TargetSet(parsing: targets), excluded: TargetSet(parsing: excluded),
            ports: Services.select(ports: ["22"], services: ["https"]), family: family,
            timing: Timing(timeoutMilliseconds: 700, retries: 3), limits: LoadLimits(parallelism: 9))
        let resolver = Resolver { name, family in
            let addresses = Self.answers[name, default: []].compactMap { IPAddress($0) }
            return .success(addresses.filter { family == nil || $0.family == family })
        }
        return try ProbePlan(request, resolver: resolver, cancellation: Cancellation())
    }

    private func addresses(_ plan: ProbePlan) -> [String?] { plan.items.map { $0.address?.description } }

    @Test("has every host in host order, with the ports of the request")
    func hosts() throws {
        let plan = try plan(["six", "2001:db8::1", "10.0.0.10", "10.0.0.9", "both"])
        #expect(plan.items.map(\.host.description) == ["10.0.0.9", "10.0.0.10", "2001:db8::1", "both", "six"])
        #expect(plan.items.allSatisfy { $0.ports.text == "22,443" })
        #expect(plan.endpointCount == 10)
        #expect(plan.timing == Timing(timeoutMilliseconds: 700, retries: 3))
        #expect(plan.limits.parallelism == 9)
    }

    @Test("probes a name at its first address, IPv4 first, then by number")
    func firstAddress() throws {
        #expect(try addresses(plan(["both", "six"])) == ["10.0.0.9", "2001:db8::9"])
    }

    @Test("probes a name at its first address of the wanted family")
    func wantedFamily() throws {
        #expect(try addresses(plan(["both"], family: .v6)) == ["2001:db8::1"])
        #expect(try addresses(plan(["both"], family: .v4)) == ["10.0.0.9"])
        #expect(try addresses(plan(["six"], family: .v4)) == [nil])
    }

    @Test("keeps a name that leads nowhere, without an address")
    func unresolved() throws {
        let plan = try plan(["gone", "10.0.0.1"])
        #expect(plan.items.map(\.host) == [try #require(Host("10.0.0.1")), .name("gone")])
        #expect(addresses(plan) == ["10.0.0.1", nil])
    }

    @Test("takes a name that leads to 0.0.0.0 or :: for one that leads nowhere, never for this machine")
    func sinkhole() throws {
        #expect(try addresses(plan(["sinkhole"])) == [nil])
    }

    @Test("passes over an excluded address of a name")
    func excludedAddress() throws {
        #expect(try addresses(plan(["both"], excluding: ["10.0.0.9"])) == ["10.0.0.10"])
        #expect(try addresses(plan(["both"], excluding: ["10.0.0.0/24", "2001:db8::1"])) == ["2001:db8::2"])
    }

    @Test("leaves out every address that an excluded name leads to, be it in a block or of another name")
    func excludedName() throws {
        #expect(
            try addresses(plan(["10.0.0.8/29", "2001:db8::1", "2001:db8::3"], excluding: ["both"]))
                == ["10.0.0.8", "10.0.0.11", "10.0.0.12", "10.0.0.13", "10.0.0.14", "10.0.0.15", "2001:db8::3"])
        #expect(try plan(["10.0.0.8/29"], excluding: ["both"]).idleExclusions.isEmpty)
        let error = #expect(throws: ResolverError.self) { try plan(["both", "10.0.0.1"], excluding: ["alias"]) }
        #expect(error?.description == "Host 'both' leads to 10.0.0.9, which --exclude forbids to probe.")
        #expect(throws: ResolverError.nothingLeft) { try plan(["10.0.0.9", "10.0.0.10"], excluding: ["both"]) }
    }

    @Test("tells the excluded names that lead nowhere, of the wanted family")
    func idleExclusions() throws {
        #expect(
            try plan(["10.0.0.1"], excluding: ["gone", "both", "six", "sinkhole"]).idleExclusions == [
                "gone", "sinkhole",
            ])
        #expect(try plan(["10.0.0.1"], excluding: ["six"], family: .v4).idleExclusions == ["six"])
    }

    @Test("is not made when the resolver cannot say where an excluded name leads")
    func undecidedExclusion() throws {
        let request = try CheckRequest(
            targets: TargetSet(parsing: ["10.0.0.1"]), excluded: TargetSet(parsing: ["web01"]),
            ports: Services.select(ports: ["22"]), timing: Timing(timeoutMilliseconds: 700))
        let failure = ResolverError.undecided(name: "web01", reason: "later")
        #expect(throws: failure) {
            try ProbePlan(request, resolver: Resolver { _, _ in .failure(failure) }, cancellation: Cancellation())
        }
    }

    @Test("fails for a name that leads to excluded addresses only")
    func allExcluded() {
        let error = #expect(throws: ResolverError.self) {
            try plan(["six", "both"], excluding: ["2001:db8::/120"])
        }
        #expect(error?.description == "Host 'six' leads to 2001:db8::9, which --exclude forbids to probe.")
    }
}
