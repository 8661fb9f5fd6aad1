import Testing

@testable import PortCore

@Suite("A host name as a target")
struct TargetNameTests {
    @Test(
        "is kept in lower case, without its trailing dot",
        arguments: [
            ("web01", "web01"), ("Web01.Example.COM", "web01.example.com"), ("web01.example.com.", "web01.example.com"),
            ("_dmarc.example.com", "_dmarc.example.com"), ("db_1", "db_1"), ("a", "a"), ("3com.com", "3com.com"),
            ("xn--bcher-kva.example", "xn--bcher-kva.example"), ("1.2.3.4.example", "1.2.3.4.example"),
        ])
    func normalForm(token: String, name: String) throws {
        let targets = try TargetSet(parsing: [token])
        #expect(targets.names == [name])
        #expect(targets.hosts == [.name(name)])
    }

    @Test(
        "may have dashes without being taken for a range",
        arguments: ["web-01", "10-0-0-1.example.com", "a--b", "web-1-9", "2001-db8"])
    func dashes(token: String) throws {
        #expect(try TargetSet(parsing: [token]).names == [token])
    }

    @Test(
        "is refused when it cannot be one",
        arguments: [
            "", ".", "..", "a..b", ".a", "a.b..", "-a", "a-", "a.-b", "a-.b", "a b", "a/b", "a:80", "web*", "bü*",
            "ü:80", "web\u{200b}01",
            "300.1.1.1", "0x7f000001", "1.0x2", "1.2.3", "1.2.3.4.5", "42", "host.42", "10.0.0.01", "http://web",
            "user@web",
        ])
    func malformed(token: String) {
        #expect(throws: TargetError.malformed(token)) { try TargetSet(parsing: [token]) }
    }

    @Test(
        "in letters beyond ASCII is refused with its form in ASCII, where that is known without tables",
        arguments: [
            ("bücher.example", "xn--bcher-kva.example"), ("BÜCHER.Example.", "xn--bcher-kva.example"),
            ("büro", "xn--bro-hoa"), ("straße.de", "xn--strae-oqa.de"), ("пример.рф", "xn--e1afmkfd.xn--p1ai"),
            ("例え.テスト", "xn--r8jz45g.xn--zckzah"), ("α-1.gr", "xn---1-b9b.gr"), ("\u{212a}iosk", "kiosk"),
            ("도메인.한국", "xn--hq1bm8jm9l.xn--3e0b707e"), ("bu\u{308}cher", nil), ("ｗｅｂ", nil), ("ﬁ.de", nil),
            (String(repeating: "ü", count: 80), nil),
        ])
    func international(token: String, ascii: String?) {
        #expect(throws: TargetError.international(token, ascii: ascii)) { try TargetSet(parsing: [token]) }
    }

    @Test("has labels of at most 63 bytes")
    func labelLength() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try TargetSet(parsing: ["\(label).example"]).names.count == 1)
        #expect(throws: TargetError.self) { try TargetSet(parsing: ["\(label)a.example"]) }
    }

    @Test("has at most 253 bytes, its trailing dot not counted")
    func nameLength() throws {
        let label = String(repeating: "a", count: 61)
        let longest = [label, label, label, label, "bcd.e"].joined(separator: ".")
        try #require(longest.utf8.count == 253)
        #expect(try TargetSet(parsing: [longest + "."]).names == [longest])
        #expect(throws: TargetError.malformed("b" + longest)) { try TargetSet(parsing: ["b" + longest]) }
    }

    @Test("that is refused is named, with what would be right")
    func message() {
        let error = #expect(throws: TargetError.self) { try TargetSet(parsing: ["web01", "we b"]) }
        #expect(
            error?.description
                == "Invalid target 'we b'. Give a host name, an IP address, a CIDR block or a range of addresses.")
    }
}
