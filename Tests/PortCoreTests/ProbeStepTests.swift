import Glibc
import Testing

@testable import PortCore

@Suite("The steps of a traced probe")
struct ProbeStepTests {
    @Test(
        "say what happened, in a few words",
        arguments: [
            (.connect(code: EINPROGRESS, first: true), ["SYN, attempt 2"]),
            (.connect(code: 0, first: true), ["SYN, attempt 2", "connected"]),
            (.connect(code: EALREADY, first: false), []),
            (.connect(code: ECONNREFUSED, first: false), ["refused (111, Connection refused)"]),
            (.connect(code: EISCONN, first: false), ["connected"]),
            (.connect(code: EHOSTUNREACH, first: false), ["error (113, No route to host)"]),
            (.errorQueue(nil), []),
            (
                .errorQueue(ICMPError(isV6: false, type: 3, code: 13)), ["ICMP type 3 code 13: prohibited"]
            ),
            (
                .errorQueue(ICMPError(isV6: true, type: 1, code: 4)), ["ICMPv6 type 1 code 4: port-unreachable"]
            ),
            (.ends(.same), ["connected to itself, tried again"]), (.ends(.distinct), []),
            (.silence(isOver: false), ["nothing came back"]), (.noWay(isBroadcast: true), []),
        ] as [(ProbeMachine.Event, [String])])
    func words(event: ProbeMachine.Event, expected: [String]) {
        let steps = ProbeStep.events(of: event, attempt: 1).map { ProbeStep(microseconds: 0, event: $0) }
        #expect(steps.map(\.description) == expected)
    }
}
