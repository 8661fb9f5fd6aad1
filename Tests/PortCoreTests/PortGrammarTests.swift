import Testing

@testable import PortCore

@Suite("The value of --ports and --service")
struct PortGrammarTests {
    private static let hostHint = "--ports takes ports, ranges and service names; use -H/--host for hosts."

    @Test(
        "lists numbers, ranges and service names",
        arguments: [
            ("22", "22"), ("22,80", "22,80"), ("80,22,80", "22,80"), ("8000-8010", "8000-8010"),
            ("22,8000-8010,443", "22,443,8000-8010"), ("1-10,5-20", "1-20"), ("-", "1-65535"), ("22,-", "1-65535"),
            ("1,65535", "1,65535"), ("1-65535", "1-65535"), ("7-7", "7"), (" 22 , 80 ", "22,80"), ("22,,80,", "22,80"),
            ("20 - 23", "20-23"), ("20- 23 ,\t80 -81", "20-23,80-81"), ("22,\r\n  80\n", "22,80"),
            ("0022", "22"), ("22,https,8000-8001", "22,443,8000-8001"), ("www", "80"), ("http-alt", "8008,8080"),
            ("x11-0", "6000"), ("914c-g", "211"),
        ])
    func accepted(value: String, ports: String) throws {
        #expect(try Services.select(ports: [value]).all.text == ports)
    }

    @Test(
        "is refused in the words of check_ports.py, where they are true",
        arguments: [
            ("web:80", "Invalid port token 'web:80'. \(hostHint)"),
            ("web01.example.com", "Invalid port token 'web01.example.com'. \(hostHint)"),
            ("10.0.0.1", "Invalid port token '10.0.0.1'. \(hostHint)"),
            ("::1", "Invalid port token '::1'. \(hostHint)"),
            (
                "gopher",
                "Invalid port token 'gopher'. "
                    + "It is no number and no range, and /etc/services has no TCP service of that name."
            ),
            ("ssh2", "Invalid port token 'ssh2'."),
            ("22-", "Invalid port range '22-'."),
            ("-22", "Invalid port range '-22'."),
            ("1-2-3", "Invalid port range '1-2-3'."),
            ("--", "Invalid port range '--'."),
            ("5-3", "Invalid port range '5-3': start > end."),
            ("5 - 3", "Invalid port range '5 - 3': start > end."),
            ("5 -", "Invalid port range '5 -'."), ("1 2-3", "Invalid port range '1 2-3'."),
            ("70000-5", "Port range '70000-5' is out of valid TCP range."),
            ("5-0", "Port range '5-0' is out of valid TCP range."), ("2 2", "Invalid port token '2 2'."),
            ("0-3", "Port range '0-3' is out of valid TCP range."),
            ("1-65536", "Port range '1-65536' is out of valid TCP range."),
            ("70000-80000", "Port range '70000-80000' is out of valid TCP range."),
            ("1-99999999999999999999", "Port range '1-99999999999999999999' is out of valid TCP range."),
            ("70000", "Port '70000' is out of valid TCP range."),
            ("0", "Port '0' is out of valid TCP range."),
            ("99999999999999999999", "Port '99999999999999999999' is out of valid TCP range."),
            ("", "No ports resolved from --ports or --service."),
            (" , ", "No ports resolved from --ports or --service."),
        ])
    func refused(value: String, message: String) {
        let error = #expect(throws: PortError.self) { try Services.select(ports: [value]) }
        #expect(error?.description == message)
    }

    @Test(
        "is refused where Python would read a number",
        arguments: ["1_0", "+80", "٢٢", "２２", "0x16", "22.0", "1e3", "2 2", "\u{a0}22"])
    func notANumber(value: String) {
        #expect(throws: PortError.self) { try Services.select(ports: [value]) }
    }

    @Test(
        "names services",
        arguments: [("ssh", "22"), ("ssh,https", "22,443"), ("mail", "25"), (" www , ssh ", "22,80"), ("domain", "53")])
    func services(value: String, ports: String) throws {
        let selection = try Services.select(services: [value])
        #expect(selection.all.text == ports)
        #expect(selection.explicit.isEmpty)
    }

    @Test(
        "is refused when it names no TCP service",
        arguments: [
            ("22", "Invalid service '22'. Numeric ports belong in --ports, not --service."),
            ("ssh,0", "Invalid service '0'. Numeric ports belong in --ports, not --service."),
            ("x", "Service 'x' not found in /etc/services"),
            ("SSH", "Service 'SSH' not found in /etc/services"),
            ("22-80", "Service '22-80' not found in /etc/services"),
            ("ntp", "Service 'ntp' is UDP-only in /etc/services; portbase checks TCP ports."),
            (",", "No ports resolved from --ports or --service."),
        ])
    func refusedService(value: String, message: String) {
        let error = #expect(throws: PortError.self) { try Services.select(services: [value]) }
        #expect(error?.description == message)
    }

    @Test("tells a UDP-only service from a mistake in --ports, too")
    func udpOnlyInPorts() {
        #expect(throws: PortError.udpOnly("ntp", table: "/etc/services")) { try Services.select(ports: ["22,ntp"]) }
    }

    @Test("is refused at its first bad token, ports before services")
    func firstError() {
        #expect(throws: PortError.outOfBounds("0")) { try Services.select(ports: ["22,0,5-3"], services: ["x"]) }
    }

    @Test("that asks for nothing is refused")
    func nothing() {
        #expect(throws: PortError.none) { try Services.select() }
    }
}
