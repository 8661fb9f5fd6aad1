import PortCore
import Testing

@testable import Baseline

/// One row of the table: readings, and what they come to for port 22 of `host`. It was open in minute 10, and is lost
/// in minute 20; in minute 30 the check finds something else.
struct CorrelationCase: CustomTestStringConvertible {
    let testDescription: String
    let outcome: Correlation.Outcome
    /// The machine, the interface, when it was last read otherwise, and when so.
    let trace: String
    let readings: [InterfaceReading]
    var host = "10.0.0.5"
    var addresses: [String?] = [nil, nil]
    var map: [String] = []

    init(
        _ description: String, _ outcome: Correlation.Outcome, _ trace: String, host: String = "10.0.0.5",
        at addresses: [String?] = [nil, nil], map: [String] = [], _ readings: [InterfaceReading]
    ) {
        testDescription = description
        self.outcome = outcome
        self.trace = trace
        self.readings = readings
        self.host = host
        self.addresses = addresses
        self.map = map
    }
}

@Suite("Correlation of lost ports with interfaces")
struct CorrelationTests {
    private static func found(_ item: CorrelationCase) throws -> Correlation.Finding? {
        let old = Snapshot([entry(item.host, at: item.addresses[0], states(open: "22"))])
        let new = Snapshot([entry(item.host, at: item.addresses[1], states(filtered: "22"))])
        let map = InterfaceMap(try item.map.map { try InterfaceMap.Entry($0) })
        return Correlation.Finding.all(
            Drift(from: old, to: new), evidence: [:],
            history: InterfaceHistory(item.readings.compactMap { $0.mapped(by: map) }),
            losses: LossTimes(CorrelationWindow(open: minute(10), gone: minute(20), until: minute(30)))
        ).first
    }

    private static func check(_ item: CorrelationCase) throws {
        let trace = try #require(try found(item)).trace
        func minutes(_ time: Timestamp?) -> String {
            time.map { "\(($0.milliseconds - minute(0).milliseconds) / 60_000)" } ?? "-"
        }
        let text =
            "\(trace.machine ?? "-") \(trace.interface ?? "-") \(minutes(trace.otherwiseAt)) \(minutes(trace.readAt))"
        #expect(trace.outcome == item.outcome)
        #expect(text == item.trace)
    }

    private static func web(_ time: Int, _ links: Link...) throws -> InterfaceReading {
        switch links.count {
        case 1: try reading("web01", at: time, links[0])
        default: try reading("web01", at: time, links[0], links[1])
        }
    }

    private static func eth0(_ time: Int, _ addresses: [String] = ["10.0.0.5"], up: Bool? = true) throws
        -> InterfaceReading
    { try web(time, Link("eth0", addresses, up: up)) }

    @Test(
        "A cause is an interface that had the address and went down since the port was open",
        arguments: try! [
            .init("down, read once after", .down, "web01 eth0 - 21", [eth0(21, up: false)]),
            .init("down, read once between the runs", .down, "web01 eth0 - 15", [eth0(15, up: false)]),
            .init("up, then down", .down, "web01 eth0 5 21", [eth0(5), eth0(21, up: false)]),
            .init(
                "the time is that of the change", .down, "web01 eth0 12 15",
                [
                    eth0(5), eth0(12), eth0(15, up: false), eth0(18, up: false), eth0(25, up: false),
                ]),
            .init("read in any order", .down, "web01 eth0 5 21", [eth0(21, up: false), eth0(5)]),
            .init("down when it was lost, and up again", .down, "web01 eth0 - 15", [eth0(15, up: false), eth0(25)]),
            .init("its address dropped as it went down", .down, "web01 eth0 5 21", [eth0(5), eth0(21, [], up: false)]),
            .init("the address taken away", .addressGone, "web01 eth0 5 21", [eth0(5), eth0(21, ["10.0.0.9"])]),
            .init(
                "taken away, and down later", .addressGone, "web01 eth0 5 15",
                [
                    eth0(5), eth0(15, []), eth0(21, [], up: false),
                ]),
            .init(
                "an IPv6 address", .down, "web01 eth0 - 21", host: "2001:db8::5",
                [
                    eth0(21, ["2001:db8:0::5"], up: false)
                ]),
            .init(
                "a name, by its address", .down, "web01 eth0 - 21", host: "www", at: ["10.0.0.5", "10.0.0.5"],
                [
                    eth0(21, up: false)
                ]),
            .init(
                "a name that leads nowhere now", .down, "web01 eth0 - 21", host: "www", at: ["10.0.0.5", nil],
                [
                    eth0(21, up: false)
                ]),
            .init(
                "a name that leads elsewhere now", .down, "web01 eth0 - 21", host: "www", at: ["10.0.0.4", "10.0.0.5"],
                [
                    eth0(21, up: false)
                ]),
            .init(
                "two interfaces with the address, both down", .down, "web01 eth0 - 21",
                [
                    web(21, Link("eth0", ["10.0.0.5"], up: false), Link("eth1", ["10.0.0.5"], up: false))
                ]),
            .init(
                "the host that is named so, of two with the address", .down, "web01 eth0 - 21", host: "web01",
                at: ["10.0.0.5", "10.0.0.5"],
                [
                    eth0(21, up: false), reading("web02", at: 21, Link("eth0", ["10.0.0.5"])),
                ]),
            .init(
                "localhost, told by its link-layer address", .down, "localhost eth0 5 21",
                [
                    reading("localhost", at: 5, Link("eth0", ["10.0.0.5"], mac: "02:00:00:00:00:01")),
                    reading("localhost", at: 15, Link("eth0", ["10.0.0.7"], mac: "02:00:00:00:00:02")),
                    reading("localhost", at: 21, Link("eth0", [], up: false, mac: "02:00:00:00:00:01")),
                ]),
            .init(
                "over SNMP, with a mapping, where states were told", .down, "core1 e1 5 21", map: ["e1=10.0.0.5"],
                [
                    reading("core1", at: 5, mode: "snmp", ip: "10.0.0.254", Link("e1"), Link("e2")),
                    reading("core1", at: 21, mode: "snmp", ip: "10.0.0.254", Link("e1", up: false), Link("e2")),
                ]),
        ] as [CorrelationCase])
    func causes(_ item: CorrelationCase) throws {
        #expect(item.outcome.conclusion == .cause)
        try Self.check(item)
    }

    @Test(
        "An interface that was up, or down already while the port was open, is no cause",
        arguments: try! [
            .init("up, read once after", .up, "web01 eth0 - 21", [eth0(21)]),
            .init("up, read between the runs", .up, "web01 eth0 - 15", [eth0(15)]),
            .init(
                "down for a while between the runs", .up, "web01 eth0 - 25",
                [
                    eth0(12, up: false), eth0(15), eth0(25),
                ]),
            .init(
                "another interface down", .up, "web01 eth0 - 21",
                [
                    web(21, Link("eth0", ["10.0.0.5"]), Link("eth1", ["10.0.0.6"], up: false))
                ]),
            .init(
                "one of two with the address up", .up, "web01 eth1 - 21",
                [
                    web(21, Link("eth0", ["10.0.0.5"], up: false), Link("eth1", ["10.0.0.5"]))
                ]),
            .init(
                "the address moved to another interface", .up, "web01 eth1 - 21",
                [
                    eth0(5), web(21, Link("eth0", [], up: false), Link("eth1", ["10.0.0.5"])),
                ]),
            .init(
                "the address moved to another host", .up, "web02 eth0 - 22",
                [
                    eth0(5), eth0(21, [], up: false), reading("web02", at: 22, Link("eth0", ["10.0.0.5"])),
                ]),
            .init("down all the time", .before, "web01 eth0 - 5", [eth0(5, up: false), eth0(21, up: false)]),
            .init(
                "down before, and the time of it", .before, "web01 eth0 2 5",
                [
                    eth0(2), eth0(5, up: false), eth0(21, up: false),
                ]),
            .init("without the address before", .before, "web01 eth0 2 5", [eth0(2), eth0(5, []), eth0(21, [])]),
        ] as [CorrelationCase])
    func noCauses(_ item: CorrelationCase) throws {
        #expect(item.outcome.conclusion == .noCause)
        try Self.check(item)
    }

    @Test(
        "Where the reports do not tell, nothing is claimed",
        arguments: try! [
            .init("no report", .notCovered, "- - - -", []),
            .init(
                "a report of another host", .notCovered, "- - - -",
                [
                    reading("web02", at: 21, Link("eth0", ["10.0.0.9"], up: false))
                ]),
            .init("only from before the port was lost", .notCovered, "- - - -", [eth0(10, up: false)]),
            .init("only from after things had changed", .notCovered, "- - - -", [eth0(30, up: false)]),
            .init(
                "the host, without the address on any interface", .noInterface, "www - - 21", host: "www",
                at: ["10.0.0.5", "10.0.0.5"],
                [
                    reading("www", at: 21, ip: "10.0.0.8", Link("eth0", ["10.0.0.8"], up: false))
                ]),
            .init(
                "the host by its address only", .noInterface, "nat - - 21",
                [
                    reading("nat", at: 21, ip: "10.0.0.5", Link("eth0", ["192.168.0.2"], up: false))
                ]),
            .init(
                "an interface that a filter left out", .noInterface, "10.0.0.5 - - 21",
                [
                    reading("10.0.0.5", at: 5, ip: "10.0.0.5", Link("eth0", ["10.0.0.5"])),
                    reading("10.0.0.5", at: 21, ip: "10.0.0.5", Link("eth1", ["10.0.0.6"])),
                ]),
            .init("a report that tells no state", .stateUnknown, "web01 eth0 - 21", [eth0(21, up: nil)]),
            .init(
                "an address that several hosts have", .severalHosts, "- - - -",
                [
                    eth0(21, up: false), reading("web02", at: 21, Link("docker0", ["10.0.0.5"], up: false)),
                ]),
            .init(
                "loopback, which every machine has", .notCovered, "- - - -", host: "127.0.0.1",
                [
                    reading("web01", at: 21, ip: "10.0.0.5", Link("lo", ["127.0.0.1"], up: false))
                ]),
            .init(
                "link-local, which every link has", .notCovered, "- - - -", host: "fe80::1",
                [
                    reading("web01", at: 21, Link("eth0", ["fe80::1%eth0"], up: false))
                ]),
            .init(
                "localhost with another link-layer address", .notCovered, "- - - -",
                [
                    reading("localhost", at: 5, Link("eth0", ["10.0.0.5"], mac: "02:00:00:00:00:01")),
                    reading("localhost", at: 21, Link("eth0", [], up: false, mac: "02:00:00:00:00:02")),
                ]),
            .init(
                "localhost without a link-layer address", .notCovered, "- - - -",
                [
                    reading("localhost", at: 5, Link("tun0", ["10.0.0.5"])),
                    reading("localhost", at: 21, Link("tun0", [], up: false)),
                ]),
            .init(
                "over SNMP, without a mapping", .notCovered, "- - - -",
                [
                    reading("core1", at: 21, mode: "snmp", ip: "10.0.0.5", Link("e1", up: false))
                ]),
            .init(
                "over SNMP, with a mapping, where nothing is ever up", .stateUnknown, "core1 e1 - 21",
                map: ["e1=10.0.0.5"],
                [
                    reading("core1", at: 5, mode: "snmp", Link("e1", up: false), Link("e2", up: false)),
                    reading("core1", at: 21, mode: "snmp", Link("e1", up: false), Link("e2", up: false)),
                ]),
            .init(
                "a mapping for two hosts with such an interface", .severalHosts, "- - - -", map: ["e1=10.0.0.5"],
                [
                    reading("core1", at: 21, mode: "snmp", Link("e1", up: false), Link("e2")),
                    reading("core2", at: 21, mode: "snmp", Link("e1", up: false), Link("e2")),
                ]),
        ] as [CorrelationCase])
    func unknowns(_ item: CorrelationCase) throws {
        #expect(item.outcome.conclusion == .unknown)
        try Self.check(item)
    }

    @Test("Only closed and lost ports are looked at, by host and then by port")
    func rows() throws {
        let old = Snapshot([
            entry("10.0.0.5", states(open: "22,80-82", closed: "90")), entry("10.0.0.6", states(open: "22")),
            entry("10.0.0.7", states(closed: "22", filtered: "23")),
        ])
        let new = Snapshot([
            entry("10.0.0.5", states(open: "90", closed: "80-82", filtered: "22")),
            entry("10.0.0.6", states(closed: "22")), entry("10.0.0.7", states(open: "22", closed: "23")),
        ])
        let findings = Correlation.Finding.all(
            Drift(from: old, to: new), evidence: [:], history: InterfaceHistory([try Self.eth0(21, up: false)]),
            losses: LossTimes(CorrelationWindow(open: minute(10), gone: minute(20), until: nil)))
        #expect(findings.map { "\($0.host)" } == ["10.0.0.5", "10.0.0.6"])
        #expect(findings[0].rows.map(\.summary) == ["lost 10.0.0.5:22", "closed 10.0.0.5:80-82"])
        #expect(findings.map(\.portCount) == [4, 1])
        #expect(findings.map(\.trace.outcome) == [.down, .notCovered])
    }
}
