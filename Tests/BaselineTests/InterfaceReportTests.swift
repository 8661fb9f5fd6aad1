import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("Reports of check_interfaces.py")
struct InterfaceReportTests {
    private func path(_ name: String) -> String { Project.fixtures.appendingPathComponent(name).path }

    private func report(_ name: String) throws -> InterfaceReport {
        try InterfaceReading(path: path(name), now: { minute(0) }).report
    }

    private func addresses(_ texts: String...) -> Set<IPAddress> { Set(texts.compactMap { IPAddress($0) }) }

    @Test("A report of the machine that it was made on has addresses and states")
    func local() throws {
        let report = try report("local-up.json")
        #expect(report.host == .name("web01") && report.machine == "web01" && report.mode == .local)
        #expect(report.address == IPAddress("10.0.0.5"))
        #expect(report.interfaces.map(\.name) == ["eth0", "eth1", "lo", "tun0"])
        #expect(report.interfaces.map(\.isUp) == [true, true, true, true])
        #expect(report.interfaces.map(\.mac) == ["52:54:00:ab:cd:01", "52:54:00:ab:cd:02", nil, nil])
        #expect(
            report.interfaces[0].addresses
                == addresses("10.0.0.5", "10.0.0.6", "2001:db8::5", "fe80::5054:ff:feab:cd01"))
    }

    @Test("One that is down may have kept some of its addresses")
    func down() throws {
        let eth0 = try report("local-down.json").interfaces[0]
        #expect(eth0.isUp == false && eth0.addresses == addresses("10.0.0.5", "10.0.0.6"))
    }

    @Test("In snmp mode, where nothing is ever up, no state was told")
    func snmp() throws {
        let report = try report("snmp.json")
        #expect(report.mode == .snmp && report.machine == "core1")
        #expect(report.interfaces.map(\.isUp) == [nil, nil, nil])
        #expect(report.interfaces.allSatisfy { $0.addresses.isEmpty })
    }

    @Test("In snmp mode, where something is up, states were told")
    func snmpWithStates() throws {
        let report = try reading("core1", at: 0, mode: "snmp", Link("e1"), Link("e2", up: false)).report
        #expect(report.interfaces.map(\.isUp) == [true, false])
    }

    @Test("Keys may be missing and more may be there, and addresses may stand alone")
    func tolerance() throws {
        let report = try InterfaceReport(
            json: """
                {"meta": {"mode": "local", "new": [1]}, "status": 7, "interfaces": {
                "b": {"oper_up": null, "ipv4": ["10.0.0.1/24"], "speed": "fast"}, "a": {"ipv4": null}}}
                """, file: "x")
        #expect(report.host == nil && report.address == nil && report.machine == "localhost")
        #expect(report.interfaces.map(\.name) == ["a", "b"])
        #expect(report.interfaces.map(\.isUp) == [nil, nil])
        #expect(report.interfaces[1].addresses == addresses("10.0.0.1"))
    }

    @Test(
        "What is no report is refused, and told by what is wrong",
        arguments: [
            ("", "'x' is not JSON."), ("nonsense", "'x' is not JSON."), ("{} {}", "'x' is not JSON."),
            ("[]", "it is no object"), ("7", "it is no object"),
            ("{}", "'meta' is missing"), (#"{"meta": {}}"#, "'meta.mode' is missing"),
            (#"{"meta": {"mode": "local"}}"#, "'interfaces' is missing"),
            (#"{"meta": {"mode": 1}}"#, "'meta.mode' has the wrong type"),
            (#"{"meta": {"mode": "ssh"}, "interfaces": {}}"#, "'meta.mode' is 'ssh', not local or snmp"),
            (#"{"meta": {"mode": "local"}, "interfaces": []}"#, "'interfaces' has the wrong type"),
            (#"{"meta": {"mode": "local"}, "interfaces": {"e": 1}}"#, "'interfaces.e' has the wrong type"),
            (
                #"{"meta": {"mode": "local"}, "interfaces": {"e": {"oper_up": "no"}}}"#,
                "'interfaces.e.oper_up' has the wrong type"
            ),
            (
                #"{"meta": {"mode": "local"}, "interfaces": {"e": {"oper_up": 0}}}"#,
                "'interfaces.e.oper_up' has the wrong type"
            ),
            (
                #"{"meta": {"mode": "local"}, "interfaces": {"e": {"ipv4": [7]}}}"#,
                "'interfaces.e.ipv4[0]' has the wrong type"
            ),
            (
                #"{"meta": {"mode": "local"}, "interfaces": {"e": {"ipv4": ["10.0.0.300"]}}}"#,
                "'10.0.0.300' of interface 'e' is no address"
            ),
        ])
    func refused(_ json: String, _ message: String) {
        let error = #expect(throws: InterfaceError.self) { try InterfaceReport(json: json, file: "x") }
        #expect(error?.description.contains(message) == true, "\(String(describing: error))")
    }

    @Test("A file that was cut off, one nested without end, one that is too large and none at all are refused")
    func files() throws {
        func error(_ path: String) -> InterfaceError? {
            #expect(throws: InterfaceError.self) { try InterfaceReading(path: path) }
        }
        #expect(error(path("damaged.json")) == .notJSON(file: path("damaged.json")))
        #expect(error(path("none")) == .unreadable(file: path("none"), reason: "No such file or directory"))
        let folder = try TemporaryFolder()
        let deep = folder.path + "/deep"
        try String(repeating: "[", count: 100_000).write(toFile: deep, atomically: true, encoding: .utf8)
        #expect(error(deep) == .notJSON(file: deep))
        let huge = folder.path + "/huge"
        try String(repeating: " ", count: InterfaceReading.limit + 1)
            .write(toFile: huge, atomically: true, encoding: .utf8)
        #expect(error(huge) == .unreadable(file: huge, reason: "larger than 8 MiB"))
    }
}

@Suite("Whose address is whose in snmp mode")
struct InterfaceMapTests {
    @Test(
        "A mapping is INTERFACE=ADDRESS or INTERFACE@HOST=ADDRESS",
        arguments: ["eth0=10.0.0.5", "Gi0/1.10=2001:db8::1", "eth0:1=10.0.0.5", "eth0@core1=10.0.0.5", "a=b=10.0.0.1"])
    func grammar(_ text: String) throws {
        #expect(try "\(InterfaceMap.Entry(text))" == text)
    }

    @Test(
        "Anything else is refused",
        arguments: ["", "eth0", "=10.0.0.5", "eth0=", "eth0=web01", "eth0@=10.0.0.1", "@h=10.0.0.1", "e@-=10.0.0.1"])
    func refused(_ text: String) {
        #expect(throws: InterfaceError.malformedMapping(text)) { try InterfaceMap.Entry(text) }
    }

    @Test("Without a mapping nothing is concluded in snmp mode")
    func unmapped() throws {
        let switches = [
            try reading("core1", at: 0, mode: "snmp", Link("e1")),
            try reading("core2", at: 0, mode: "snmp", Link("e1")),
        ]
        #expect(throws: InterfaceError.unmapped(file: "core1-0.json")) { try InterfaceMap().check(switches) }
        let one = InterfaceMap([try .init("e1@core1=10.0.0.1")])
        #expect(throws: InterfaceError.unmapped(file: "core2-0.json")) { try one.check(switches) }
        try InterfaceMap([try .init("e1=10.0.0.1")]).check(switches)
        let typo = InterfaceMap([try .init("e1=10.0.0.1"), try .init("e9=10.0.0.2")])
        #expect(throws: InterfaceError.noSuchInterface("e9=10.0.0.2")) { try typo.checkUse(in: switches) }
    }

    @Test("Two reports of one machine are refused, since neither says when it was made; of two machines they are not")
    func order() throws {
        let older = try reading("web01", at: 0, Link("eth0"))
        let newer = try reading("web01", at: 1, Link("eth0", up: false))
        #expect(throws: InterfaceError.sameMachine(file: "web01-1.json", other: "web01-0.json")) {
            try InterfaceMap().check([older, newer])
        }
        try InterfaceMap().check([older, older])
        let here = try reading("localhost", at: 0, Link("eth0", mac: "02:00:00:00:00:01"), Link("lo"))
        let there = try reading("localhost", at: 1, Link("eth0", mac: "02:00:00:00:00:02"), Link("lo"))
        try InterfaceMap().check([here, there])
        let again = try reading("localhost", at: 2, Link("eth0", mac: "02:00:00:00:00:02"), Link("lo"))
        #expect(throws: InterfaceError.self) { try InterfaceMap().check([there, again]) }
    }
}
