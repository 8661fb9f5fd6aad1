import Testing

@testable import PortCore

@Suite("The services table")
struct ServiceTableTests {
    @Test(
        "gives every TCP port of a name or alias",
        arguments: [
            ("ssh", "22"), ("mail", "25"), ("www", "80"), ("https", "443"), ("http-alt", "8008,8080"),
            ("webcache", "8080"),
        ])
    func lookUp(name: String, ports: String) throws {
        #expect(try Services.table().ports(of: name).text == ports)
    }

    @Test("says of a name without TCP that it is UDP-only, and of another that it is unknown")
    func noTCP() throws {
        let table = try Services.table()
        #expect(throws: PortError.udpOnly("ntp", table: "/etc/services")) { try table.ports(of: "ntp") }
        #expect(throws: PortError.unknownService("gopher", table: "/etc/services")) { try table.ports(of: "gopher") }
        #expect(throws: PortError.unknownService("", table: "/etc/services")) { try table.ports(of: "") }
    }

    @Test("has UDP-only aliases, too")
    func udpAlias() throws {
        let table = try ServiceTable(text: "discard 9/udp sink null\n", path: "t")
        #expect(throws: PortError.udpOnly("null", table: "t")) { try table.ports(of: "null") }
    }

    @Test("does not call a name UDP-only that has another protocol")
    func otherProtocol() throws {
        let table = try ServiceTable(text: "diameters 5868/sctp\n", path: "t")
        #expect(throws: PortError.unknownService("diameters", table: "t")) { try table.ports(of: "diameters") }
    }

    @Test("does not give what would break a plugin's line or a terminal", arguments: ["a|b", "a\u{1B}b", "ä"])
    func oddNames(name: String) throws {
        let table = try ServiceTable(text: "\(name) 22/tcp\n", path: "t")
        #expect(throws: PortError.unknownService(name, table: "t")) { try table.ports(of: name) }
    }

    @Test("may have comments, blank lines and any line ends")
    func layout() throws {
        let table = try ServiceTable(text: "# top\r\n\r\nssh\t22/tcp # x\r\n  www 80/tcp\t# 81/tcp\r\n", path: "t")
        #expect(try table.ports(of: "ssh").text == "22")
        #expect(try table.ports(of: "www").text == "80")
    }

    @Test(
        "names the first line that is malformed",
        arguments: [
            "ssh", "ssh 22", "ssh 22/", "ssh /tcp", "ssh tcp/22", "ssh 65536/tcp", "ssh -1/tcp", "ssh 22/tcp/x",
            "ssh 22 /tcp", "ssh +22/tcp",
        ])
    func malformed(line: String) {
        let error = #expect(throws: PortError.self) {
            try ServiceTable(text: "# services\nwww 80/tcp\n\(line)\nnonsense\n", path: "/srv/services")
        }
        #expect(error?.description == "/srv/services, line 3: '\(line)' is not 'name port/protocol [alias…]'.")
    }

    @Test("that cannot be read is named with the reason")
    func unreadable() {
        #expect(throws: PortError.noTable(path: "/nonexistent/s", reason: "No such file or directory")) {
            try ServiceTable(path: "/nonexistent/s")
        }
    }
}
