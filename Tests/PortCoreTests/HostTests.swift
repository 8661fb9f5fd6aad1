import Testing

@testable import PortCore

@Suite("A host")
struct HostTests {
    private func host(_ random: inout SplitMix64) -> Host {
        let number = UInt128.random(in: 0...UInt128.max, using: &random) >> UInt128(random.pick([0, 64, 96, 120]))
        switch random.int(0...2) {
        case 0: return .address(IPAddress(family: .v4, bits: number & 0xffff_ffff))
        case 1: return .address(IPAddress(family: .v6, bits: number))
        default:
            let name = (0...random.int(0...5)).map { _ in random.pick(["a", "b", "-", "_", ".", "1", "z"]) }
            return .name("h" + name.joined())
        }
    }

    @Test("sorts by number, IPv4 before IPv6 before names")
    func order() throws {
        let sorted = [
            "10.0.0.9", "10.0.0.10", "192.0.2.1", "::1", "2001:db8::9", "2001:db8::10", "db01", "web-1", "web1",
        ]
        let hosts = try sorted.map { try #require(Host($0)) }
        #expect(hosts.reversed().sorted() == hosts)
    }

    @Test("reads back from its description")
    func description() throws {
        for text in ["10.0.0.1", "2001:db8::1", "web01.example.com"] {
            #expect(try #require(Host(text)).description == text)
        }
        #expect(Host("Web01.") == .name("web01"))
        #expect(Host("we b") == nil)
        #expect(Host("300.1.1.1") == nil)
    }

    @Test(
        "writes an endpoint with brackets around IPv6 only",
        arguments: [("10.0.0.1", "10.0.0.1:22"), ("2001:db8::1", "[2001:db8::1]:22"), ("web01", "web01:22")])
    func endpoint(text: String, endpoint: String) throws {
        #expect(try #require(Host(text)).endpoint("22") == endpoint)
    }
}
