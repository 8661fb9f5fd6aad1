import PortCore
import Testing

@testable import Baseline

@Suite("Reports of interfaces in the store, and the runs that they are held against")
struct StoreInterfaceTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    private func record(_ readings: InterfaceReading...) throws {
        try store.record(readings, vantage: "probe1", user: "op")
    }

    /// Records a run in minute `at` in which 22 is open or not.
    @discardableResult
    private func run(_ name: String = "web", at time: Int, open: Bool = true) throws -> Run {
        try store.record(draft(name, [found("10.0.0.5", [open ? .connected : .timeout: "22"])], at: time))
    }

    private func correlate(
        _ span: CorrelationOrder.Span, _ files: [InterfaceReading] = [], map: [InterfaceMap.Entry] = []
    ) throws -> [Correlation] {
        try Correlator(
            databasePath: folder.database, vantage: "probe1", user: "op", cancellation: Cancellation()
        ).run(CorrelationOrder(span, files: files, map: InterfaceMap(map)))
    }

    private func texts(_ correlations: [Correlation]) -> [String] {
        correlations.map { correlation in
            let outcomes = correlation.findings.map { $0.trace.outcome.rawValue }
            return "\(correlation.from.id) \(correlation.to.id) \(outcomes.joined(separator: " "))"
        }
    }

    @Test("What was recorded is read again, in the order of reading")
    func roundTrip() throws {
        let first = try reading("web01", at: 1, Link("eth0", ["10.0.0.5", "2001:db8::5"], mac: "02:00:00:00:00:01"))
        let second = try reading("core1", at: 2, mode: "snmp", Link("e1", up: nil))
        try record(second, first)
        #expect(try store.interfaceReadings() == [first, second])
        #expect(
            try folder.texts(
                "SELECT host || ' ' || mode || ' ' || file || ' ' || vantage || ' ' || user || ' ' || read_at "
                    + "FROM interface_reports ORDER BY id")
                == [
                    "core1 snmp core1-2.json probe1 op 2026-05-03T12:02:00.000Z",
                    "web01 local web01-1.json probe1 op 2026-05-03T12:01:00.000Z",
                ])
    }

    @Test("The same bytes are the same report: they keep the time at which they were read first")
    func readTwice() throws {
        let first = try reading("web01", at: 1, Link("eth0"))
        let again = try InterfaceReading(content: first.content, file: "copy.json", readAt: minute(9))
        try record(first)
        try record(again)
        #expect(try store.interfaceReadings() == [first])
    }

    @Test("A report that is not what was recorded is damage")
    func damage() throws {
        try record(reading("web01", at: 1, Link("eth0")))
        try folder.execute(
            "DROP TRIGGER interface_reports_no_update",
            "UPDATE interface_reports SET content = replace(content, 'true', 'false')")
        let error = #expect(throws: StoreError.self) { try store.interfaceReadings() }
        #expect(error?.description.contains("does not have its digest any more") == true)
        try folder.execute("UPDATE interface_reports SET content = 'x'")
        #expect(throws: StoreError.self) { try store.interfaceReadings() }
    }

    @Test("A run is compared with the run named, else with the baseline, else with the run before")
    func from() throws {
        for (time, isOpen) in [(0, true), (10, true), (20, false)] { try run(at: time, open: isOpen) }
        let web = try #require(CheckName("web"))
        #expect(throws: StoreError.self) { try correlate(.run(.number(1), from: nil)) }
        #expect(try texts(correlate(.run(.latest(web, back: 0), from: nil))) == ["2 3 not-covered"])
        _ = try store.setBaseline(store.run(.number(1)), acceptance())
        #expect(try texts(correlate(.run(.number(3), from: nil))) == ["1 3 not-covered"])
        #expect(try texts(correlate(.run(.number(3), from: .number(2)))) == ["2 3 not-covered"])
        #expect(try texts(correlate(.run(.number(2), from: nil))) == ["1 2 "])
    }

    @Test("A report counts for a run until the check finds something else")
    func until() throws {
        for (time, isOpen) in [(0, true), (10, false), (20, false), (30, true), (40, false)] {
            try run(at: time, open: isOpen)
        }
        func outcome(_ time: Int, of number: Int64) throws -> [String] {
            let file = try reading("web01", at: time, Link("eth0", ["10.0.0.5"], up: false))
            return try texts(correlate(.run(.number(number), from: nil), [file]))
        }
        #expect(try outcome(45, of: 2) == ["1 2 not-covered"])
        #expect(try outcome(25, of: 2) == ["1 2 down"])
    }

    @Test("What went down after a port was lost is no cause, though it did since the baseline")
    func laterThanTheLoss() throws {
        func run(_ time: Int, _ reasons: KeyValuePairs<Reason, String>) throws {
            _ = try store.record(
                draft("web", [found("10.0.0.5", reasons)], at: time, request: try request(ports: "22,80,443")))
        }
        try run(0, [.connected: "22,80,443"])
        _ = try store.setBaseline(store.run(.number(1)), acceptance())
        try run(10, [.connected: "80,443", .refused: "22"])
        try run(20, [.connected: "443", .refused: "22", .timeout: "80"])
        try run(30, [.timeout: "22,80,443"])
        try record(reading("web01", at: 5, Link("eth0", ["10.0.0.5"])))
        try record(reading("web01", at: 15, Link("eth0", ["10.0.0.5"])))
        try record(reading("web01", at: 25, Link("eth0", ["10.0.0.5"], up: false)))
        let findings = try #require(correlate(.run(.number(4), from: nil)).first).findings
        let summaries = findings.map { finding in
            finding.rows.map(\.summary).joined(separator: ", ") + ": \(finding.trace.outcome.rawValue)"
        }
        #expect(summaries == ["lost 10.0.0.5:22: up", "lost 10.0.0.5:80: down", "lost 10.0.0.5:443: down"])
    }

    @Test("Since a time, every two consecutive runs of a check, or of each, in which a port was closed or lost")
    func since() throws {
        for (name, time, isOpen) in [
            ("web", 0, true), ("db", 1, true), ("web", 10, false), ("db", 11, false), ("web", 20, true),
            ("web", 30, false),
        ] { try run(name, at: time, open: isOpen) }
        let file = try reading("web01", at: 15, Link("eth0", ["10.0.0.5"], up: false))
        #expect(
            try texts(correlate(.since(minute(0), of: nil), [file]))
                == ["1 3 down", "2 4 down", "5 6 not-covered"])
        #expect(try texts(correlate(.since(minute(0), of: CheckName("db")))) == ["2 4 down"])
        #expect(try texts(correlate(.since(minute(12), of: nil))) == ["5 6 not-covered"])
        #expect(try texts(correlate(.since(minute(31), of: nil))) == [])
        let nobody = try #require(CheckName("nobody"))
        #expect(throws: StoreError.unknownCheck(nobody)) { try correlate(.since(minute(0), of: nobody)) }
    }

    @Test("When nothing can be concluded from a file, nothing is recorded")
    func refused() throws {
        try run(at: 0)
        try run(at: 10, open: false)
        let core = try reading("core1", at: 15, mode: "snmp", Link("e1", up: false), Link("e2"))
        #expect(throws: InterfaceError.unmapped(file: "core1-15.json")) {
            try correlate(.run(.number(2), from: nil), [core])
        }
        let typo = try InterfaceMap.Entry("e9=10.0.0.5")
        let right = try InterfaceMap.Entry("e1=10.0.0.5")
        #expect(throws: InterfaceError.noSuchInterface("e9=10.0.0.5")) {
            try correlate(.run(.number(2), from: nil), [core], map: [right, typo])
        }
        #expect(throws: StoreError.self) { try correlate(.run(.number(9), from: nil), [core], map: [right]) }
        #expect(try store.interfaceReadings().isEmpty)
        #expect(try texts(correlate(.run(.number(2), from: nil), [core], map: [right])) == ["1 2 down"])
        #expect(try texts(correlate(.run(.number(2), from: nil))) == ["1 2 not-covered"])
    }
}
