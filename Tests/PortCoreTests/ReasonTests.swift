import Testing

@testable import PortCore

@Suite("A reason")
struct ReasonTests {
    @Test("of being open or closed is one only; every other gives no verdict")
    func states() {
        #expect(Reason.allCases.filter { $0.state == .open } == [.connected])
        #expect(Reason.allCases.filter { $0.state == .closed } == [.refused])
    }

    @Test("is open, closed, timeout or unreachable in the words of check_ports.py")
    func status() {
        let words = Dictionary(grouping: Reason.allCases, by: \.status).mapValues { Set($0) }
        #expect(Set(words.keys) == ["open", "closed", "timeout", "unreachable"])
        #expect(words["open"] == [.connected])
        #expect(words["closed"] == [.refused])
        #expect(words["timeout"] == [.timeout])
    }

    @Test("leaves the order of states fixed: open, closed, filtered")
    func order() {
        #expect([PortState.filtered, .open, .closed].sorted() == [.open, .closed, .filtered])
    }

    @Test(
        "of an ICMP error follows the RFCs",
        arguments: [
            (3, 0, .netUnreachable), (3, 1, .hostUnreachable), (3, 2, .protocolUnreachable), (3, 3, .portUnreachable),
            (3, 4, .otherError), (3, 5, .netUnreachable), (3, 6, .netUnreachable), (3, 7, .hostUnreachable),
            (3, 8, .hostUnreachable), (3, 9, .prohibited), (3, 10, .prohibited), (3, 11, .netUnreachable),
            (3, 12, .hostUnreachable), (3, 13, .prohibited), (11, 0, .otherError), (12, 0, .otherError),
            (1, 4, .otherError), (4, 1, .otherError),
        ] as [(UInt8, UInt8, Reason)])
    func icmp(type: UInt8, code: UInt8, reason: Reason) {
        #expect(ICMPError(isV6: false, type: type, code: code).reason == reason)
    }

    @Test(
        "of an ICMPv6 error follows the RFCs",
        arguments: [
            (1, 0, .netUnreachable), (1, 1, .prohibited), (1, 2, .otherError), (1, 3, .hostUnreachable),
            (1, 4, .portUnreachable), (1, 5, .prohibited), (1, 6, .prohibited), (2, 0, .otherError),
            (3, 0, .otherError), (3, 3, .otherError), (4, 1, .protocolUnreachable), (4, 0, .otherError),
        ] as [(UInt8, UInt8, Reason)])
    func icmp6(type: UInt8, code: UInt8, reason: Reason) {
        #expect(ICMPError(isV6: true, type: type, code: code).reason == reason)
    }

    @Test("of an ICMP error is never that the host answered")
    func icmpIsNoAnswer() {
        for isV6 in [false, true] {
            for type in UInt8.min...15 {
                for code in UInt8.min...31 {
                    let error = ICMPError(isV6: isV6, type: type, code: code)
                    #expect(error.reason.state == .filtered, "\(error)")
                    #expect(error.reason != .timeout, "\(error)")
                }
            }
        }
    }
}
