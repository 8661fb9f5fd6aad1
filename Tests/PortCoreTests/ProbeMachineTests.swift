import Glibc
import Testing

@testable import PortCore

@Suite("The state machine of one endpoint")
struct ProbeMachineTests {
    typealias Event = ProbeMachine.Event
    typealias Action = ProbeMachine.Action

    static let started = Event.connect(code: EINPROGRESS, first: true)
    static let icmpPort = Event.errorQueue(ICMPError(isV6: false, type: 3, code: 3))
    static let icmpHost = Event.errorQueue(ICMPError(isV6: false, type: 3, code: 1))

    private static func ended(_ code: Int32) -> Event { .connect(code: code, first: false) }

    /// What the machine asks for after each event.
    private func actions(_ events: [Event], attempts: Int = 2, mayBeEphemeral: Bool = false) -> [Action] {
        var machine = ProbeMachine(attempts: attempts, mayBeEphemeral: mayBeEphemeral)
        return events.map { machine.handle($0) }
    }

    private func expect(
        _ steps: [(Event, Action)], attempts: Int = 2, mayBeEphemeral: Bool = false,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let actions = actions(steps.map(\.0), attempts: attempts, mayBeEphemeral: mayBeEphemeral)
        #expect(actions == steps.map(\.1), sourceLocation: sourceLocation)
    }

    @Test("Connected to another host: open")
    func open() {
        expect([
            (Self.started, .wait), (Self.ended(0), .compareEnds), (.ends(.distinct), .settle(.connected)),
        ])
    }

    @Test("Connected at once: open")
    func openAtOnce() {
        expect([(.connect(code: 0, first: true), .compareEnds), (.ends(.distinct), .settle(.connected))])
    }

    @Test("Woken for nothing: waits on", arguments: [EALREADY, EINPROGRESS, EINTR])
    func spuriousWake(code: Int32) {
        expect([(Self.started, .wait), (Self.ended(code), .wait), (Self.ended(code), .wait)])
    }

    @Test("Refused by a RST: closed")
    func refused() {
        expect([
            (Self.started, .wait), (Self.ended(ECONNREFUSED), .readErrorQueue),
            (.errorQueue(nil), .settle(.refused)),
        ])
    }

    @Test("Refused at once: closed")
    func refusedAtOnce() {
        expect([
            (.connect(code: ECONNREFUSED, first: true), .readErrorQueue), (.errorQueue(nil), .settle(.refused)),
        ])
    }

    @Test("Refused by ICMP port unreachable on every attempt: filtered, not closed")
    func refusedByICMP() {
        expect([
            (Self.started, .wait), (Self.ended(ECONNREFUSED), .readErrorQueue), (Self.icmpPort, .tryAgain),
            (Self.started, .wait), (Self.ended(ECONNREFUSED), .readErrorQueue),
            (Self.icmpPort, .settle(.portUnreachable)),
        ])
    }

    @Test("An ICMP error, then a refusal: the host's own answer wins")
    func errorThenAnswer() {
        expect([
            (Self.started, .wait), (Self.ended(EHOSTUNREACH), .readErrorQueue), (Self.icmpHost, .tryAgain),
            (Self.started, .wait), (Self.ended(ECONNREFUSED), .readErrorQueue),
            (.errorQueue(nil), .settle(.refused)),
        ])
    }

    @Test(
        "An error from the way without an ICMP message keeps what the error number says",
        arguments: [
            (EHOSTUNREACH, .hostUnreachable), (ENETUNREACH, .netUnreachable), (EACCES, .prohibited),
            (EPERM, .prohibited), (ENOPROTOOPT, .protocolUnreachable), (EPROTO, .otherError),
        ] as [(Int32, Reason)])
    func errorNumber(code: Int32, reason: Reason) {
        let events = [Self.started, Self.ended(code), .errorQueue(nil)]
        #expect(actions(events, attempts: 1).suffix(2) == [.readErrorQueue, .settle(reason)])
    }

    @Test("The kernel's own timeout ends the attempt, not the endpoint")
    func kernelTimeout() {
        expect([
            (Self.started, .wait), (Self.ended(ETIMEDOUT), .tryAgain), (Self.started, .wait),
            (Self.ended(ETIMEDOUT), .settle(.timeout)),
        ])
    }

    @Test("A reset or a closed pipe right after the handshake: open", arguments: [ECONNRESET, EPIPE, EISCONN])
    func resetAfterHandshake(code: Int32) {
        expect([(Self.started, .wait), (Self.ended(code), .compareEnds), (.ends(.sameHost), .settle(.connected))])
    }

    @Test("Connected to itself again and again: the machine is short of ports, and the port is nothing yet")
    func onlySelfConnections() {
        let once = [(Self.started, Action.wait), (Self.ended(0), .compareEnds), (.ends(.same), .tryAgain)]
        let last = [
            (Self.started, Action.wait), (Self.ended(0), .compareEnds), (.ends(.same), .postpone(code: EADDRNOTAVAIL)),
        ]
        expect(Array(repeating: once, count: 7).flatMap { $0 } + last, attempts: 1, mayBeEphemeral: true)
    }

    @Test("Connected to itself: tried afresh, and no attempt is used up")
    func selfConnection() {
        let once = [(Self.started, Action.wait), (Self.ended(0), .compareEnds), (.ends(.same), .tryAgain)]
        expect(
            once + once + once + [
                (Self.started, .wait), (Self.ended(ECONNREFUSED), .readErrorQueue),
                (.errorQueue(nil), .settle(.refused)),
            ], attempts: 1, mayBeEphemeral: true)
    }

    @Test("An ephemeral port of the same host must be open twice")
    func ephemeralTwice() {
        expect(
            [
                (Self.started, .wait), (Self.ended(0), .compareEnds), (.ends(.sameHost), .tryAgain),
                (Self.started, .wait), (Self.ended(0), .compareEnds), (.ends(.sameHost), .settle(.connected)),
            ], attempts: 1, mayBeEphemeral: true)
    }

    @Test("An ephemeral port of the same host that is open once only: two probes met, so closed")
    func ephemeralOnce() {
        expect(
            [
                (Self.started, .wait), (Self.ended(0), .compareEnds), (.ends(.sameHost), .tryAgain),
                (Self.started, .wait), (Self.ended(ECONNREFUSED), .readErrorQueue),
                (.errorQueue(nil), .settle(.refused)),
            ], attempts: 1, mayBeEphemeral: true)
    }

    @Test("Any other port of the same host is open at the first connection")
    func fixedPortOnce() {
        expect([(Self.started, .wait), (Self.ended(0), .compareEnds), (.ends(.sameHost), .settle(.connected))])
    }

    @Test(
        "A shortage on this machine postpones the endpoint and decides nothing",
        arguments: [EMFILE, ENFILE, EADDRNOTAVAIL, EADDRINUSE, ENOBUFS, ENOMEM, EAGAIN])
    func shortage(code: Int32) {
        expect([(.connect(code: code, first: true), .postpone(code: code))])
        expect([(Self.started, .wait), (Self.ended(code), .postpone(code: code))])
    }

    @Test("No route from this machine: the run fails", arguments: [ENETUNREACH, EHOSTUNREACH])
    func noRoute(code: Int32) {
        expect([
            (.connect(code: code, first: true), .askWhyNoWay), (.noWay(isBroadcast: false), .fail(code: code)),
        ])
    }

    @Test("A broadcast address is a result, not a failure")
    func broadcast() {
        expect([
            (.connect(code: ENETUNREACH, first: true), .askWhyNoWay),
            (.noWay(isBroadcast: true), .settle(.broadcast)),
        ])
    }

    @Test("A local rule that forbids the packet: prohibited", arguments: [EACCES, EPERM])
    func localRule(code: Int32) {
        expect([(.connect(code: code, first: true), .settle(.prohibited))])
    }

    @Test(
        "A machine without the address family, or a mistake in the program: the run fails",
        arguments: [
            EAFNOSUPPORT, EPROTONOSUPPORT, ENETDOWN, EINVAL, EBADF, EFAULT, ENOTSOCK,
        ])
    func cannotGoOn(code: Int32) {
        expect([(.connect(code: code, first: true), .fail(code: code))])
    }

    @Test("An unknown error: fails when it is this machine's, no verdict when it comes from the way")
    func unknownError() {
        expect([(.connect(code: EPROTO, first: true), .fail(code: EPROTO))])
        expect(
            [(Self.started, .wait), (Self.ended(EPROTO), .readErrorQueue), (.errorQueue(nil), .settle(.otherError))],
            attempts: 1)
    }
}
