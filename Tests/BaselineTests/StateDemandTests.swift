import PortCore
import Testing

@testable import Baseline

@Suite("What a check asks of states")
struct StateDemandTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func demand(_ change: (inout StateDemand) -> Void) -> StateDemand {
        var demand = StateDemand()
        change(&demand)
        return demand
    }

    private func report(_ found: [String: Reason], hosts: [String] = ["10.0.0.1"], ports: String, _ demand: StateDemand)
        throws -> CheckReport
    {
        var order = order(nil, try parts(hosts, ports: ports))
        order.records = false
        order.demand = demand
        return try ScriptedNetwork(found).checker(folder.database).run(order)
    }

    /// Port 22 is open, 80 closed, 443 silent, 23 closed and 25 open, of one host.
    private static let found: [String: Reason] = [
        "10.0.0.1:22": .connected, "10.0.0.1:443": .timeout, "10.0.0.1:25": .connected,
    ]

    @Test(
        "The word, the exit code and the line agree, whatever is required",
        arguments: [
            ("22", .all, "", "OK - Port 22 is open"),
            ("80", .all, "", "CRITICAL - Port 80 is closed"),
            ("22,25", .all, "", "OK - All ports open: 22, 25"),
            ("22,80", .all, "", "CRITICAL - Problem ports: 80"),
            ("22,80,443", .all, "", "CRITICAL - Problem ports: 443, 80"),
            ("22,80", .atLeast(1), "", "OK - 1 of 2 ports open: 22; closed ports: 80"),
            ("22,80,443", .atLeast(1), "", "OK - 1 of 3 ports open: 22; problem ports: 443, 80"),
            ("80,81", .atLeast(1), "", "CRITICAL - Problem ports: 80, 81"),
            ("80", .atLeast(1), "", "CRITICAL - Port 80 is closed"),
            ("22,25,80", .atLeast(2), "", "OK - 2 of 3 ports open: 22, 25; closed ports: 80"),
            ("22,80,81", .atLeast(2), "", "CRITICAL - 1 of 3 ports open, at least 2 required; problem ports: 80, 81"),
            ("22,23", .byState, "23", "OK - All ports open: 22; ports closed as expected: 23"),
            ("22,443", .byState, "443", "OK - All ports open: 22; ports closed as expected: 443"),
            ("22,25", .byState, "25", "CRITICAL - All ports open: 22; open ports that should be closed: 25"),
            ("22,25,80", .byState, "25", "CRITICAL - Problem ports: 80; open ports that should be closed: 25"),
            ("22,25", .atLeast(1), "25", "CRITICAL - All ports open: 22; open ports that should be closed: 25"),
            ("23", .byState, "23", "OK - Port 23 is not open, as expected"),
            ("25", .byState, "25", "CRITICAL - Port 25 is open and should be closed"),
            ("23,80", .byState, "23,80", "OK - All ports closed as expected: 23, 80"),
            ("23,25", .byState, "23,25", "CRITICAL - No port has to be open; open ports that should be closed: 25"),
        ] as [(String, StateDemand.Rule, String, String)])
    func rules(ports: String, rule: StateDemand.Rule, closed: String, expected: String) throws {
        let demand = demand {
            $0.rule = rule
            $0.expectedClosed = PortSet(canonical: closed) ?? PortSet()
        }
        #expect(try report(Self.found, ports: ports, demand).verdict.line == expected)
    }

    @Test(
        "Every host has to meet what is required",
        arguments: [
            (.all, "CRITICAL - Problem ports: 10.0.0.1:80; 10.0.0.2:22,80"),
            (.atLeast(1), "CRITICAL - Problem ports: 10.0.0.1:80; 10.0.0.2:22,80"),
            (
                .atLeast(2),
                "CRITICAL - 1 of 2 ports open on 10.0.0.1; 0 of 2 ports open on 10.0.0.2, at least 2 required; "
                    + "problem ports: 10.0.0.1:80; 10.0.0.2:22,80"
            ),
        ] as [(StateDemand.Rule, String)])
    func hosts(rule: StateDemand.Rule, expected: String) throws {
        let report = try report(
            Self.found, hosts: ["10.0.0.1", "10.0.0.2"], ports: "22,80", demand { $0.rule = rule })
        #expect(report.verdict.line == expected)
    }

    @Test("A host's name keeps its case, wherever the line has it")
    func hostCase() throws {
        let report = try report([:], hosts: ["web01", "web02"], ports: "22,80", demand { $0.rule = .atLeast(2) })
        #expect(
            report.verdict.message.hasPrefix("0 of 2 ports open on web01; 0 of 2 ports open on web02, at least 2"))
    }

    @Test(
        "Given ranges for the number of problem ports, these decide",
        arguments: [
            ("1", "2", "OK - 1 of 2 ports open: 22; closed ports: 80"),
            ("0", "2", "WARNING - Closed ports: 80"),
            ("0", "0", "CRITICAL - Problem ports: 80"),
            (nil, "1", "OK - 1 of 2 ports open: 22; closed ports: 80"),
            ("@1:5", nil, "WARNING - Closed ports: 80"),
        ] as [(String?, String?, String)])
    func thresholds(warning: String?, critical: String?, expected: String) throws {
        let demand = demand {
            $0.problems = Thresholds(
                warning: warning.flatMap { AlertRange($0) }, critical: critical.flatMap { AlertRange($0) })
        }
        let report = try report(Self.found, ports: "22,80", demand)
        #expect(report.verdict.line == expected)
        #expect(report.problemCount == 1)
    }

    @Test("A port that should be closed stays critical, whatever number of problems is allowed")
    func unexpectedBeyondThresholds() throws {
        let demand = demand {
            $0.problems = Thresholds(critical: AlertRange("9"))
            $0.expectedClosed = PortSet(values: [25])
        }
        #expect(try report(Self.found, ports: "22,25", demand).verdict.level == .critical)
    }

    @Test(
        "The slowest connection can make a verdict worse, never better",
        arguments: [
            ("0.0001", nil, VerdictLevel.ok), ("0.00005", nil, .warning), ("0.00005", "0.00009", .critical),
        ] as [(String, String?, VerdictLevel)])
    func slowConnections(warning: String, critical: String?, level: VerdictLevel) throws {
        let demand = demand {
            $0.connectSeconds = Thresholds(
                warning: AlertRange(warning), critical: critical.flatMap { AlertRange($0) })
        }
        let verdict = try report(Self.found, ports: "22", demand).verdict
        #expect(verdict.level == level)
        #expect(
            verdict.message
                == (level == .ok ? "Port 22 is open" : "Port 22 is open; connecting to 10.0.0.1:22 took 100 µs"))
        #expect(try report(Self.found, ports: "443", demand).verdict.line == "CRITICAL - Port 443 timed out")
    }

    @Test("What cannot be met, or is not probed, is an error before anything is probed")
    func impossible() throws {
        let network = ScriptedNetwork([:])
        var order = order(nil, try parts(["10.0.0.1"], ports: "22,80"))
        order.demand = demand { $0.rule = .atLeast(3) }
        #expect(throws: DemandError.tooMany(3, of: 2)) { try network.checker(folder.database).run(order) }
        order.demand = demand { $0.expectedClosed = PortSet(values: [23]) }
        #expect(throws: DemandError.notProbed(23)) { try network.checker(folder.database).run(order) }
        #expect(network.probed.isEmpty)
    }

    @Test("A demand of states is judged by states, though there is a baseline; times alone are not")
    func baseline() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        let first = try checker.run(order("x", parts(["10.0.0.1"], ports: "22")))
        _ = try folder.store().setBaseline(try #require(first.run), acceptance())
        var again = order("x")
        #expect(try checker.run(again).comparison != nil)
        again.demand.connectSeconds = Thresholds(warning: AlertRange("1"))
        #expect(try checker.run(again).comparison != nil)
        again.demand.rule = .all
        let report = try checker.run(again)
        #expect(report.comparison == nil)
        #expect(report.verdict.line == "CRITICAL - Port 22 is closed")
    }
}

@Suite("Ranges of monitoring plugins")
struct AlertRangeTests {
    @Test(
        "alert outside, and inside with @; both ends belong to the range",
        arguments: [
            ("10", [0, 5, 10], [-1, 10.5]), ("10:", [10, 1e9], [9.9, -1]), ("~:10", [-1e9, 10], [10.1]),
            ("10:20", [10, 20], [9, 21]), ("@10:20", [9, 21], [10, 15, 20]), ("@10", [-1, 11], [0, 10]),
            ("-5:5", [-5, 5], [-6, 6]), ("0.5", [0, 0.5], [0.51]), ("~:", [-1e9, 1e9], []), (":", [], []),
        ] as [(String, [Double], [Double])])
    func alerts(text: String, quiet: [Double], loud: [Double]) throws {
        guard text != ":" else { return #expect(AlertRange(text) == nil) }
        let range = try #require(AlertRange(text))
        #expect(range.description == text)
        for value in quiet { #expect(!range.alerts(at: value), "\(value)") }
        for value in loud { #expect(range.alerts(at: value), "\(value)") }
    }

    @Test(
        "that are none are refused",
        arguments: ["", "@", "a", "5:1", "1:2:3", "1,5", "0x10", "inf", "nan", "1e3", "+1", "--1", "~", "1:~", " 1"])
    func malformed(text: String) {
        #expect(AlertRange(text) == nil)
    }
}
