import Testing

@testable import PortCore

@Suite("A block or range of addresses as a target")
struct TargetRangeTests {
    private func ends(_ token: String, limit: Int = TargetSet.defaultBlockLimit) throws -> [String] {
        try TargetSet(parsing: [token], blockLimit: limit).tokens
    }

    @Test(
        "holds every address of the block, host bits or not",
        arguments: [
            ("10.0.0.0/28", "10.0.0.0-10.0.0.15"), ("10.0.0.7/28", "10.0.0.0-10.0.0.15"), ("10.0.0.7/32", "10.0.0.7"),
            ("10.0.0.7/31", "10.0.0.6-10.0.0.7"), ("10.1.2.3/16", "10.1.0.0-10.1.255.255"),
            ("2001:db8::/126", "2001:db8::-2001:db8::3"), ("[2001:db8::]/126", "2001:db8::-2001:db8::3"),
            ("2001:db8::5/126", "2001:db8::4-2001:db8::7"), ("2001:db8::5/128", "2001:db8::5"),
            ("2001:db8::/112", "2001:db8::-2001:db8::ffff"),
        ])
    func blocks(token: String, normal: String) throws {
        #expect(try ends(token) == [normal])
    }

    @Test(
        "holds both ends of the range",
        arguments: [
            ("10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"), ("10.0.0.1-9", "10.0.0.1-10.0.0.9"),
            ("10.0.0.250-10.0.1.5", "10.0.0.250-10.0.1.5"), ("10.0.0.3-10.0.0.3", "10.0.0.3"),
            ("10.0.0.3-3", "10.0.0.3"), ("2001:db8::1-2001:db8::f", "2001:db8::1-2001:db8::f"),
            ("[2001:db8::1]-[2001:db8::f]", "2001:db8::1-2001:db8::f"),
            ("::ffff:10.0.0.1-10.0.0.9", "10.0.0.1-10.0.0.9"),
        ])
    func ranges(token: String, normal: String) throws {
        #expect(try ends(token) == [normal])
    }

    @Test(
        "has a prefix length within the family's width",
        arguments: [
            ("10.0.0.0/33", 32), ("10.0.0.0/-1", 32), ("10.0.0.0/", 32), ("10.0.0.0/08", 32), ("10.0.0.0/+8", 32),
            ("10.0.0.0/8/8", 32), ("10.0.0.0/255.0.0.0", 32), ("2001:db8::/129", 128), ("2001:db8::/x", 128),
        ])
    func badPrefix(token: String, width: Int) {
        let error = #expect(throws: TargetError.malformedPrefix(token, width: width)) {
            try TargetSet(parsing: [token])
        }
        #expect(error?.description == "Invalid block '\(token)'. The prefix length is a number from 0 to \(width).")
    }

    @Test("is refused when its first part is no address", arguments: ["web01/24", "/24", "10.0.0/24", "[10.0.0.0]/24"])
    func badBlock(token: String) {
        #expect(throws: TargetError.malformed(token)) { try TargetSet(parsing: [token]) }
    }

    @Test(
        "is refused when its second part is no address",
        arguments: ["10.0.0.1-", "10.0.0.1-256", "10.0.0.1-09", "10.0.0.1-+9", "2001:db8::1-9.9", "10.0.0.1-2-3"])
    func badRange(token: String) {
        #expect(throws: TargetError.malformed(token)) { try TargetSet(parsing: [token]) }
    }

    @Test("must ascend", arguments: ["10.0.0.9-10.0.0.1", "10.0.0.9-1", "2001:db8::9-2001:db8::1"])
    func reversed(token: String) {
        let error = #expect(throws: TargetError.reversedRange(token)) { try TargetSet(parsing: [token]) }
        #expect(error?.description == "Invalid address range '\(token)': start > end.")
    }

    @Test("must be of one family", arguments: ["10.0.0.1-2001:db8::1", "2001:db8::1-10.0.0.1"])
    func mixed(token: String) {
        let error = #expect(throws: TargetError.mixedRange(token)) { try TargetSet(parsing: [token]) }
        #expect(error?.description == "Invalid address range '\(token)': both ends must be IPv4 or both IPv6.")
    }

    @Test("of 65,536 addresses is accepted, and one of more says how to raise the limit")
    func limit() throws {
        #expect(try TargetSet(parsing: ["10.1.0.0/16"]).hosts.count == 65536)
        let error = #expect(throws: TargetError.self) { try TargetSet(parsing: ["10.0.0.0/15"]) }
        #expect(
            error?.description
                == "Target '10.0.0.0/15' holds 131,072 addresses, more than 65,536. Raise the limit with "
                + "--max-block 131072.")
        #expect(try ends("10.0.0.0/15", limit: 131072) == ["10.0.0.0-10.1.255.255"])
        #expect(throws: TargetError.tooLarge("10.0.0.1-10.0.0.3", count: 3, limit: 2)) {
            try TargetSet(parsing: ["10.0.0.1-10.0.0.3"], blockLimit: 2)
        }
    }

    @Test(
        "may be larger than any number of hosts and still costs nothing to refuse",
        arguments: ["2001:db8::/32", "2000::/3"])
    func hugeBlock(token: String) {
        let error = #expect(throws: TargetError.self) { try TargetSet(parsing: [token]) }
        #expect(error?.description.hasSuffix("Give a smaller one: --max-block goes up to 1048576.") == true)
    }
}
