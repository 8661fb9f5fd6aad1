import Foundation
import Testing

@testable import PortCore

@Suite("A request")
struct CheckRequestTests {
    private func request(
        _ targets: [String] = ["web01", "10.0.0.1"], excluding excluded: [String] = [], ports: [String] = ["22,80"],
        services: [String] = [], family: IPAddress.Family? = nil, timeout: Int = 2000, retries: Int = 1,
        limits: LoadLimits = LoadLimits()
    ) throws -> CheckRequest {
        try CheckRequest(
            targets: TargetSet(parsing: targets), excluded: TargetSet(parsing: excluded),
            ports: Services.select(ports: ports, services: services), family: family,
            timing: Timing(timeoutMilliseconds: timeout, retries: retries), limits: limits)
    }

    @Test("asks the same whatever the order of targets, ports and services")
    func orderDoesNotCount() throws {
        let one = try request(["web01", "10.0.0.0/30", "::1"], ports: ["22,80"], services: ["ssh,https"])
        let other = try request(
            ["::1", "10.0.0.2-3", "WEB01.", "10.0.0.0/31"], ports: ["80", "22"], services: ["https", "ssh"])
        #expect(one.asksTheSame(as: other))
        #expect(other.asksTheSame(as: one))
    }

    @Test("asks the same under other limits")
    func limitsDoNotCount() throws {
        let limits = LoadLimits(parallelism: 1, perHost: 2, rate: 3)
        #expect(try request().asksTheSame(as: request(limits: limits)))
    }

    @Test("asks the same however its ports are named")
    func namesOfPorts() throws {
        let byNumber = try request(ports: ["22,80,443"])
        let byName = try request(ports: ["https,80"], services: ["ssh"])
        #expect(byNumber.asksTheSame(as: byName) && byName.asksTheSame(as: byNumber))
        #expect(byName.redefinitions(to: byNumber) == ["services: https (443), ssh (22) → none"])
    }

    @Test("tells what another one asks otherwise, a part each")
    func changes() throws {
        let base = try request(["web01", "web04", "10.0.0.1-9"])
        let other = try request(
            ["web01", "web05", "10.0.0.1-7"], excluding: ["web09"], ports: ["22,80,443"], family: .v4, timeout: 5000,
            retries: 3, limits: LoadLimits(parallelism: 9000, rate: 100))
        let changes = [
            "targets: +web05 -10.0.0.8-10.0.0.9 -web04", "excluded: +web09", "ports: 22,80 → 22,80,443",
            "family: both → IPv4", "timeout: 2 s → 5 s", "retries: 1 → 3",
        ]
        #expect(base.changes(to: other) == changes)
        #expect(
            base.redefinitions(to: other) == changes + ["parallelism: 4,000 → 9,000", "rate: none → 100"])
    }

    @Test("tells of many ports and targets only those that came and went, and not all of these")
    func manyChanges() throws {
        let ports = (0..<20).map { "\(100 + 10 * $0)" }.joined(separator: ",")
        let (base, other) = try (request(ports: [ports]), request(ports: ["\(ports),9", "22-23"]))
        #expect(base.changes(to: other) == ["ports: +9 +22-23"])
        #expect(other.changes(to: base) == ["ports: -9 -22-23"])
        let hosts = try request((1...50).map { "web\($0)" } + ["web01", "10.0.0.1"])
        #expect(try request().changes(to: hosts).first?.hasPrefix("targets: +web1 +web10 ") == true)
        #expect(try request().changes(to: hosts).first?.hasSuffix(" and 42 more targets") == true)
    }

    @Test("asks something else with another timeout, retry, family, port, target or exclusion")
    func whatCounts() throws {
        let base = try request(services: ["ssh"])
        for (name, other) in try [
            ("timeout", request(services: ["ssh"], timeout: 2001)),
            ("retries", request(services: ["ssh"], retries: 2)),
            ("family", request(services: ["ssh"], family: .v4)),
            ("port", request(ports: ["22,81"], services: ["ssh"])),
            ("service", request(services: ["ssh,https"])),
            ("target", request(["web01", "10.0.0.2"], services: ["ssh"])),
            ("exclusion", request(excluding: ["10.0.0.9"], services: ["ssh"])),
        ] {
            #expect(!base.asksTheSame(as: other), "\(name)")
        }
    }

    @Test("holds the targets that are left after exclusion")
    func exclusion() throws {
        let request = try request(["web01", "web02", "10.0.0.0/30"], excluding: ["WEB02", "10.0.0.0", "10.0.0.3"])
        #expect(request.targets.tokens == ["10.0.0.1-10.0.0.2", "web01"])
    }

    @Test("needs a target, and one that is left after exclusion")
    func noTarget() {
        let none = #expect(throws: TargetError.none) { try request([]) }
        #expect(none?.description == "No target. Give at least one with -H/--host or --targets.")
        let nothing = #expect(throws: TargetError.nothingLeft) {
            try request(["10.0.0.1", "web01"], excluding: ["10.0.0.0/24", "web01"])
        }
        #expect(nothing?.description == "No target is left after --exclude.")
    }

    @Test("of one family names no address of the other, unless that is excluded")
    func family() throws {
        #expect(throws: TargetError.wrongFamily("10.0.0.1", asked: .v6)) { try request(family: .v6) }
        #expect(try request(excluding: ["10.0.0.1"], family: .v6).targets.tokens == ["web01"])
    }

    @Test("reads back from JSON as the same request, its services in the order of names")
    func codable() throws {
        try forEachSeed(300) { seed, random in
            let targets = (0...random.int(0...5)).map { _ in
                let a = random.int(1...200)
                return random.pick(["10.0.0.\(a)", "10.0.0.\(a)-\(a + 20)", "2001:db8::\(a)/120", "host\(a)"])
            }
            let ports = (0...random.int(0...5)).map { _ in "\(random.int(1...65535))" }
            let names = ["ssh", "www", "https", "http-alt", "domain"].shuffled(using: &random)
            let request = try request(
                targets, excluding: random.chance(50) ? ["192.0.2.1-\(random.int(2...9))", "gone"] : [], ports: ports,
                services: Array(names.prefix(random.int(0...5))), timeout: random.int(Timing.timeoutBounds),
                retries: random.int(Timing.retryBounds),
                limits: LoadLimits(
                    parallelism: random.int(1...9999), perHost: random.pick([nil, 7]), rate: random.pick([nil, 100])))
            let decoded = try JSONDecoder().decode(CheckRequest.self, from: JSONEncoder().encode(request))
            var expected = request
            expected.ports = request.ports.inNameOrder
            #expect(decoded == expected, "seed \(seed)")
            #expect(decoded.asksTheSame(as: request), "seed \(seed)")
        }
    }

    @Test("keeps its family in JSON", arguments: [nil, .v4, .v6] as [IPAddress.Family?])
    func codableFamily(family: IPAddress.Family?) throws {
        let request = try request(["web01"], family: family)
        #expect(try JSONDecoder().decode(CheckRequest.self, from: JSONEncoder().encode(request)) == request)
    }

    @Test("is not read from JSON whose ports are not canonical")
    func damaged() throws {
        let text = try #require(String(data: JSONEncoder().encode(request()), encoding: .utf8))
        try #require(text.contains("\"22,80\""))
        let damaged = text.replacingOccurrences(of: "\"22,80\"", with: "\"80,22\"")
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(CheckRequest.self, from: Data(damaged.utf8)) }
    }
}
