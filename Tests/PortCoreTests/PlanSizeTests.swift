import Testing

@testable import PortCore

@Suite("The size of a plan is known before there is one")
struct PlanSizeTests {
    private func request(_ targets: [String], _ ports: String) throws -> CheckRequest {
        try CheckRequest(
            targets: TargetSet(parsing: targets, blockLimit: nil),
            ports: PortSelection(ports: [ports], services: []) { () throws(PortError) in try Services.table() },
            timing: Timing(timeoutMilliseconds: 1000))
    }

    @Test("hosts and ports are counted, also where nobody could list them")
    func counts() throws {
        let size = try request(["10.0.0.0/24", "web01", "2001:db8::1"], "1-10").size
        #expect(size == PlanSize(hosts: 258, ports: 10) && size.endpoints == 2580)
        #expect(try TargetSet(parsing: ["::-ffff::"], blockLimit: nil).hostCount > 1 << 127)
        #expect(try TargetSet(parsing: ["::/0", "a"], blockLimit: nil).hostCount == .max)
        #expect(PlanSize(hosts: .max, ports: 65_535).endpoints == .max)
    }

    @Test("the greatest plans are taken, and one endpoint or host more is not")
    func limits() throws {
        for (hosts, ports, fits) in [
            (256, 65_535, true), (257, 65_535, false), (1 << 20, 16, true), (1 << 20 + 1, 1, false),
            (1 << 20, 17, false),
        ] as [(UInt128, Int, Bool)] {
            #expect(PlanSize(hosts: hosts, ports: ports).isWithinLimits == fits, "\(hosts) × \(ports)")
        }
        #expect(throws: TargetError.tooMany(PlanSize(hosts: 1 << 16, ports: 65_535))) {
            try request(["10.0.0.0/16"], "-")
        }
    }

    @Test("every message names the numbers, and what would fit")
    func messages() {
        let huge = TargetError.tooMany(PlanSize(hosts: .max, ports: 2))
        #expect(
            huge.description.contains("340,282,366,920,938,463,463,374,607,431,768,211,455 hosts × 2 ports are more"))
        #expect(huge.description.contains("Check 1,048,576 hosts at a time"))
        let bound = MemoryBound(bytes: 100 << 20, source: "the machine")
        #expect(
            TargetError.tooBig(PlanSize(hosts: 1000, ports: 1000), needed: 1 << 30, bound).description
                == "1,000 hosts × 1,000 ports = 1,000,000 endpoints take about 1,024 MiB of memory, and the machine leaves "
                + "100 MiB. Check fewer hosts or ports at a time, each part under a name of its own.")
    }

    @Test("the system tells some bound of memory, and a small plan asks for none")
    func memory() throws {
        #expect(try #require(MemoryBound.narrowest).bytes > 0)
        try PlanSize(hosts: 1, ports: 1000).requireMemory(bytesPerEndpoint: 1000)
        #expect(throws: TargetError.self) {
            try PlanSize(hosts: 1, ports: 65_535).requireMemory(bytesPerEndpoint: 1 << 40)
        }
    }
}
