import PortCore
import Testing

@testable import Baseline

@Suite("Verdicts of a check")
struct CheckerVerdictTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func line(_ network: ScriptedNetwork, _ parts: RequestParts) throws -> String {
        var order = order(nil, parts)
        order.records = false
        return try network.checker(folder.database).run(order).verdict.line
    }

    /// One host `h` and its ports, and the line that check_ports.py users know.
    @Test(
        "One host is judged by its states in the words of check_ports.py",
        arguments: [
            ("22,443", [], ["22": .connected, "443": .connected], "OK - All ports open: 22, 443"),
            ("22", [], ["22": .connected], "OK - Port 22 is open"),
            ("22", [], ["22": .refused], "WARNING - Port 22 is closed"),
            ("22", [], ["22": .timeout], "CRITICAL - Port 22 timed out"),
            ("22", [], ["22": .hostUnreachable], "CRITICAL - Port 22 is unreachable"),
            ("22", [], ["22": .prohibited], "CRITICAL - Port 22 is unreachable"),
            ("", ["ssh"], ["22": .connected], "OK - ssh (22) is open"),
            ("", ["ssh"], ["22": .refused], "WARNING - ssh (22) is closed"),
            ("", ["ssh"], ["22": .timeout], "CRITICAL - ssh (22) timed out"),
            ("", ["ssh"], ["22": .netUnreachable], "CRITICAL - ssh (22) is unreachable"),
            ("22", ["ssh"], ["22": .connected], "OK - All ports open: 22"),
            ("22", ["ssh"], ["22": .refused], "WARNING - Closed ports: 22"),
            ("22", ["ssh"], ["22": .timeout], "CRITICAL - Problem ports: 22"),
            ("", ["http", "www"], ["80": .connected], "OK - All ports open: 80"),
            ("22,80,8080", [], ["22": .connected], "WARNING - Closed ports: 80, 8080"),
            (
                "22,80,443,8080", [], ["443": .timeout, "8080": .portUnreachable],
                "CRITICAL - Problem ports: 8080, 443, 22, 80"
            ),
            ("22,80", [], ["22": .timeout, "80": .connected], "CRITICAL - Problem ports: 22"),
            ("1-100", [], [:], "WARNING - Closed ports: " + (1...100).map(String.init).joined(separator: ", ")),
            ("1-101", [], [:], "WARNING - Closed ports: 1-101"),
            (
                "1-101", [], ["50": .timeout],
                "CRITICAL - Problem ports: 50, " + (1...49).map(String.init).joined(separator: ", ")
                    + ", " + (51...101).map(String.init).joined(separator: ", ")
            ),
        ] as [(String, [String], [String: Reason], String)])
    func oneHost(ports: String, services: [String], found: [String: Reason], expected: String) throws {
        let network = ScriptedNetwork(Dictionary(uniqueKeysWithValues: found.map { ("10.0.0.1:\($0)", $1) }))
        #expect(try line(network, parts(["10.0.0.1"], ports: ports, services: services)) == expected)
    }

    @Test("A name that leads nowhere is unreachable")
    func unresolved() throws {
        #expect(try line(ScriptedNetwork([:]), parts(["nowhere"], ports: "22")) == "CRITICAL - Port 22 is unreachable")
        #expect(
            try line(ScriptedNetwork([:]), parts(["nowhere"], ports: "22,80")) == "CRITICAL - Problem ports: 22, 80")
    }

    @Test(
        "Several hosts are judged together, the worst state wins, and each problem names its host",
        arguments: [
            ([:], "WARNING - Closed ports: 10.0.0.1:22,80; 10.0.0.2:22,80; web01:22,80"),
            (
                [
                    "10.0.0.1:22": .connected, "10.0.0.1:80": .connected, "10.0.0.2:22": .connected,
                    "10.0.0.2:80": .timeout,
                ],
                "CRITICAL - Problem ports: 10.0.0.2:80; web01:22,80"
            ),
            (
                [
                    "10.0.0.1:22": .connected, "10.0.0.1:80": .connected, "10.0.0.2:22": .connected,
                    "10.0.0.2:80": .connected, "web01:22": .connected, "web01:80": .connected,
                ], "OK - All 6 ports open on 3 hosts"
            ),
        ] as [([String: Reason], String)])
    func severalHosts(found: [String: Reason], expected: String) throws {
        let network = ScriptedNetwork(found)
        network.names = ["web01": "192.0.2.1"]
        #expect(try line(network, parts(["10.0.0.1-10.0.0.2", "web01"], ports: "22,80")) == expected)
    }

    @Test("An IPv6 address stands in brackets before its ports, and many numbers are grouped")
    func forms() throws {
        let all = try line(ScriptedNetwork([:]), parts(["2001:db8::1", "10.0.0.1"], ports: "22-23,80"))
        #expect(all == "WARNING - Closed ports: 10.0.0.1:22-23,80; [2001:db8::1]:22-23,80")
        let checker = ScriptedNetwork([:]).checker(folder.database)
        let first = try checker.run(order("x", parts(["10.0.0.1-10.0.0.2"], ports: "1-1500")))
        _ = try folder.store().setBaseline(try #require(first.run), acceptance())
        #expect(
            try checker.run(order("x")).verdict.line == "OK - No drift from baseline 1 (run 1): 2 hosts, 3,000 ports")
    }

    @Test("The line stays short when many hosts have problems")
    func manyHosts() throws {
        let line = try line(ScriptedNetwork([:]), parts(["10.0.0.1-10.0.0.20"], ports: "22"))
        let shown = (1...8).map { "10.0.0.\($0):22" }.joined(separator: "; ")
        #expect(line == "WARNING - Closed ports: \(shown); and 12 more hosts")
    }

    // MARK: Drift

    /// Ports 22 and 80 of two hosts and a name are open in the baseline, 443 is closed; then `found` is seen.
    private func driftReport(_ found: [String: Reason], _ change: (inout CheckOrder) -> Void = { _ in }) throws
        -> CheckReport
    {
        var before: [String: Reason] = [:]
        for host in ["10.0.0.1", "10.0.0.2", "web01"] {
            for port in [22, 80] { before["\(host):\(port)"] = .connected }
        }
        let network = ScriptedNetwork(before)
        network.names = ["web01": "192.0.2.1"]
        let checker = network.checker(folder.database)
        let first = try checker.run(order("web", parts(["10.0.0.1-10.0.0.2", "web01"], ports: "22,80,443")))
        #expect(first.comparison == nil)
        _ = try folder.store().setBaseline(try #require(first.run), acceptance())
        network.looks = [before.merging(found) { $1 }]
        if found["moved"] != nil { network.names = ["web01": "192.0.2.2"] }
        var again = order("web")
        change(&again)
        return try checker.run(again)
    }

    @Test(
        "A check that has a baseline is judged by its drift from it",
        arguments: [
            ([:], "OK - No drift from baseline 1 (run 1): 3 hosts, 9 ports"),
            (["10.0.0.1:443": .connected], "CRITICAL - Drift from baseline 1 (run 1): 1 opened: opened 10.0.0.1:443"),
            (["web01:80": .refused], "CRITICAL - Drift from baseline 1 (run 1): 1 closed: closed web01:80"),
            (["web01:80": .timeout], "CRITICAL - Drift from baseline 1 (run 1): 1 lost: lost web01:80"),
            (["web01:443": .timeout], "OK - No drift from baseline 1 (run 1): 3 hosts, 9 ports"),
            (["moved": .connected], "OK - No drift from baseline 1 (run 1): 3 hosts, 9 ports"),
            (
                [
                    "web01:22": .refused, "10.0.0.2:80": .prohibited, "10.0.0.1:443": .connected,
                    "10.0.0.1:22": .timeout,
                ],
                "CRITICAL - Drift from baseline 1 (run 1): 1 opened, 1 closed, 2 lost: "
                    + "lost 10.0.0.1:22, opened 10.0.0.1:443, lost 10.0.0.2:80, closed web01:22"
            ),
        ] as [([String: Reason], String)])
    func drift(found: [String: Reason], expected: String) throws {
        let report = try driftReport(found)
        #expect(report.verdict.line == expected)
        #expect(report.comparison?.baselineVersion == 1)
        #expect(report.run?.id == 2)
    }

    @Test("Changes between closed and filtered, and of addresses, count when asked for")
    func counted() throws {
        let report = try driftReport(["web01:443": .timeout, "moved": .connected]) {
            $0.counted.formUnion(DriftKind.countable)
        }
        #expect(
            report.verdict.line == "CRITICAL - Drift from baseline 1 (run 1): 1 changed, 1 address: "
                + "address web01 192.0.2.1 → 192.0.2.2, changed web01:443")
    }

    @Test("Drift is a warning when asked for")
    func warning() throws {
        let report = try driftReport(["web01:80": .refused]) { $0.driftLevel = .warning }
        #expect(report.verdict.line == "WARNING - Drift from baseline 1 (run 1): 1 closed: closed web01:80")
    }

    @Test("Asked for its states, a check with a baseline is judged by them")
    func states() throws {
        let report = try driftReport([:]) { $0.reference = .states }
        #expect(report.verdict.line == "WARNING - Closed ports: 10.0.0.1:443; 10.0.0.2:443; web01:443")
        #expect(report.comparison == nil)
    }

    @Test("Any run can be the reference")
    func otherRun() throws {
        let report = try driftReport(["web01:80": .refused]) { $0.reference = .run(.number(1)) }
        #expect(report.verdict.line == "CRITICAL - Drift from run 1: 1 closed: closed web01:80")
        #expect(report.comparison?.baselineVersion == nil)
    }

    @Test("Ports that only one scope has are told of and never counted")
    func scopes() throws {
        let report = try driftReport([:]) { order in
            order.redefines = true
            order.parts = try! parts(["10.0.0.1"], ports: "22,8080")
        }
        #expect(
            report.verdict.line
                == "OK - No drift from baseline 1 (run 1): 1 host, 2 ports; not compared: 8 unscoped, 1 newly-scoped")
        #expect(report.comparison?.drift.counts == [.unscoped: 8, .newlyScoped: 1])
    }

    @Test("Where nothing of the baseline was probed, nothing is known")
    func nothingInCommon() throws {
        let report = try driftReport([:]) { order in
            order.redefines = true
            order.parts = try! parts(["10.0.0.1"], ports: "8080")
        }
        #expect(
            report.verdict.line == "UNKNOWN - Nothing that baseline 1 (run 1) covers was probed; "
                + "set a new baseline, or probe what it covers")
        #expect(report.run?.id == 2)
    }

    @Test("The line stays short when much has drifted")
    func manyChanges() throws {
        let parts = try parts(["10.0.0.1"], ports: "1-30")
        let odd = Dictionary(uniqueKeysWithValues: (0..<10).map { ("10.0.0.1:\(2 * $0 + 1)", Reason.connected) })
        let network = ScriptedNetwork([:])
        let first = try network.checker(folder.database).run(order("x", parts))
        _ = try folder.store().setBaseline(try #require(first.run), acceptance())
        network.looks = [odd]
        let shown = (0..<8).map { "opened 10.0.0.1:\(2 * $0 + 1)" }.joined(separator: ", ")
        #expect(
            try network.checker(folder.database).run(order("x")).verdict.line
                == "CRITICAL - Drift from baseline 1 (run 1): 10 opened: \(shown), and 2 more changes")
    }
}
