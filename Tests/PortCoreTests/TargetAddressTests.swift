import Testing

@testable import PortCore

@Suite("An IP address as a target")
struct TargetAddressTests {
    private func texts(_ token: String) throws -> [String] {
        try TargetSet(parsing: [token]).hosts.map(\.description)
    }

    @Test(
        "has one text, however it is written (RFC 5952)",
        arguments: [
            ("10.0.0.1", "10.0.0.1"), ("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("[::1]", "::1"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("[2001:db8::0001]", "2001:db8::1"),
            ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"), ("64:ff9b::192.0.2.1", "64:ff9b::c000:201"),
        ])
    func canonicalText(token: String, text: String) throws {
        #expect(try texts(token) == [text])
    }

    @Test(
        "that maps an IPv4 address is that IPv4 address",
        arguments: ["::ffff:10.0.0.1", "[::ffff:10.0.0.1]", "::FFFF:0a00:0001", "0:0:0:0:0:ffff:a00:1"])
    func mapped(token: String) throws {
        #expect(try TargetSet(parsing: [token]) == TargetSet(parsing: ["10.0.0.1"]))
        #expect(try TargetSet(parsing: [token]).hosts.map(\.description) == ["10.0.0.1"])
    }

    @Test(
        "is refused when it is malformed",
        arguments: [
            "[10.0.0.1]", "[::1", "::1]", "[]", "[[::1]]", ":::", "1::2::3", "12345::", "1:2:3:4:5:6:7", "::1.2.3",
            "[::1]:22", "10.0.0.1:22", "10.0.0.1.", "10.0.0.256", "010.0.0.1",
        ])
    func malformed(token: String) {
        #expect(throws: TargetError.malformed(token)) { try TargetSet(parsing: [token]) }
    }

    @Test("is refused when it goes on after a NUL, where a C string would end")
    func embeddedNUL() {
        for token in ["10.0.0.1\u{0}x", "::1\u{0}", "10.0.0.1-9\u{0}", "10.0.0.0/8\u{0}"] {
            #expect(throws: TargetError.self, "\(token.debugDescription)") { try TargetSet(parsing: [token]) }
        }
    }

    @Test("with a zone is refused, since it means another host on every machine", arguments: ["fe80::1%eth0", "::1%1"])
    func zone(token: String) {
        let error = #expect(throws: TargetError.zone(token)) { try TargetSet(parsing: [token]) }
        #expect(error?.description.hasPrefix("Invalid target '\(token)'. An address with a zone means") == true)
    }

    @Test(
        "must be one that TCP can reach",
        arguments: [
            "0.0.0.0", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "::", "ff02::1", "[ff0e::1]",
            "0.0.0.0/0", "224.0.0.0/4", "::/0", "ff00::/8", "0.0.0.0-0.0.0.9", "223.255.255.255-224.0.0.0",
        ])
    func notUnicast(token: String) {
        let error = #expect(throws: TargetError.notUnicast(token)) { try TargetSet(parsing: [token]) }
        #expect(error?.description.contains("not multicast, broadcast or unspecified addresses") == true)
    }

    @Test("gives its bytes in network order, and comes back from them")
    func bytes() throws {
        #expect(try #require(IPAddress("10.0.0.1")).bytes == [10, 0, 0, 1])
        #expect(
            try #require(IPAddress("2001:db8::1")).bytes == [0x20, 1, 0xd, 0xb8] + Array(repeating: 0, count: 11) + [1])
        forEachSeed { seed, random in
            let family = random.pick([IPAddress.Family.v4, .v6])
            let number = UInt128.random(in: 0...UInt128.max, using: &random) >> (family == .v4 ? 96 : 0)
            let address = IPAddress(family: family, bits: number)
            #expect(IPAddress(address.description) == address, "seed \(seed)")
            #expect(address.bytes.reduce(0) { $0 << 8 | UInt128($1) } == address.bits, "seed \(seed)")
        }
    }

    @Test(
        "is loopback in 127.0.0.0/8 and ::1 only",
        arguments: [
            ("127.0.0.1", true), ("127.255.255.254", true), ("::1", true), ("126.255.255.255", false),
            ("128.0.0.1", false), ("::2", false), ("10.0.0.127", false),
        ])
    func loopback(text: String, isLoopback: Bool) throws {
        #expect(try #require(IPAddress(text)).isLoopback == isLoopback)
    }
}
