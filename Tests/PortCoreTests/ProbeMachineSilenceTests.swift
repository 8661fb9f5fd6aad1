import Glibc
import Testing

@testable import PortCore

@Suite("The state machine of one endpoint, when nothing comes back")
struct ProbeMachineSilenceTests {
    typealias Event = ProbeMachine.Event
    typealias Action = ProbeMachine.Action

    private let started = Event.connect(code: EINPROGRESS, first: true)
    private let connected = Event.connect(code: 0, first: false)
    private let refused = Event.connect(code: ECONNREFUSED, first: false)

    @Test("Silence, but an ICMP error in the queue: the error is the reason")
    func errorOnlyInQueue() {
        var machine = ProbeMachine(attempts: 1, mayBeEphemeral: false)
        #expect(machine.handle(started) == .wait)
        #expect(machine.handle(.silence(isOver: false)) == .readErrorQueue)
        #expect(
            machine.handle(.errorQueue(ICMPError(isV6: false, type: 3, code: 3))) == .settle(.portUnreachable))
    }

    @Test("Silence, then an answer: open")
    func silenceThenOpen() {
        var machine = ProbeMachine(attempts: 2, mayBeEphemeral: false)
        #expect(silence(&machine) == .tryAgain)
        #expect(machine.handle(started) == .wait)
        #expect(machine.handle(connected) == .compareEnds)
        #expect(machine.handle(.ends(.distinct)) == .settle(.connected))
    }

    @Test("Silence, then a refusal: closed")
    func silenceThenClosed() {
        var machine = ProbeMachine(attempts: 2, mayBeEphemeral: false)
        #expect(silence(&machine) == .tryAgain)
        #expect(machine.handle(started) == .wait)
        #expect(machine.handle(refused) == .readErrorQueue)
        #expect(machine.handle(.errorQueue(nil)) == .settle(.refused))
    }

    @Test("Silence on all attempts: timeout, after exactly the attempts of the budget", arguments: [1, 2, 3, 21])
    func silenceOnly(attempts: Int) {
        var machine = ProbeMachine(attempts: attempts, mayBeEphemeral: false)
        for attempt in 1..<attempts {
            #expect(silence(&machine) == .tryAgain)
            #expect(machine.attempt == attempt)
        }
        #expect(silence(&machine) == .settle(.timeout))
    }

    @Test("Silence when the budget is used up: timeout, though there were attempts left")
    func budgetIsOver() {
        var machine = ProbeMachine(attempts: 9, mayBeEphemeral: false)
        #expect(silence(&machine) == .tryAgain)
        _ = machine.handle(started)
        #expect(machine.handle(.silence(isOver: true)) == .readErrorQueue)
        #expect(machine.handle(.errorQueue(nil)) == .settle(.timeout))
    }

    @Test("An error from the way that came twice is believed, though there were attempts left")
    func errorTwice() {
        let icmp = Event.errorQueue(ICMPError(isV6: false, type: 3, code: 13))
        var machine = ProbeMachine(attempts: 9, mayBeEphemeral: false)
        #expect(error(&machine, icmp) == .tryAgain)
        #expect(silence(&machine) == .tryAgain)
        #expect(error(&machine, icmp) == .settle(.prohibited))
    }

    @Test("An ephemeral port of the same host that is open, then silent: its backlog was full, so open")
    func openThenSilent() {
        var machine = ProbeMachine(attempts: 2, mayBeEphemeral: true)
        #expect(machine.handle(started) == .wait)
        #expect(machine.handle(connected) == .compareEnds)
        #expect(machine.handle(.ends(.sameHost)) == .tryAgain)
        #expect(silence(&machine) == .tryAgain)
        #expect(silence(&machine) == .settle(.connected))
    }

    @Test("Connected to itself, then silent: timeout, since that was no connection to anyone")
    func selfThenSilent() {
        var machine = ProbeMachine(attempts: 1, mayBeEphemeral: true)
        #expect(machine.handle(started) == .wait)
        #expect(machine.handle(connected) == .compareEnds)
        #expect(machine.handle(.ends(.same)) == .tryAgain)
        #expect(silence(&machine) == .settle(.timeout))
    }

    @Test("An ICMP error and silence, in any order: the error is the reason that stays")
    func errorTellsMore() {
        let icmp = Event.errorQueue(ICMPError(isV6: true, type: 1, code: 1))
        var first = ProbeMachine(attempts: 2, mayBeEphemeral: false)
        #expect(error(&first, icmp) == .tryAgain)
        #expect(silence(&first) == .settle(.prohibited))
        var second = ProbeMachine(attempts: 2, mayBeEphemeral: false)
        #expect(silence(&second) == .tryAgain)
        #expect(error(&second, icmp) == .settle(.prohibited))
    }

    @Test("The last of several errors is the reason")
    func lastError() {
        var machine = ProbeMachine(attempts: 2, mayBeEphemeral: false)
        #expect(error(&machine, .errorQueue(ICMPError(isV6: false, type: 3, code: 0))) == .tryAgain)
        #expect(error(&machine, .errorQueue(ICMPError(isV6: false, type: 3, code: 1))) == .settle(.hostUnreachable))
    }

    /// An attempt in which nothing came back, not even to the error queue.
    private func silence(_ machine: inout ProbeMachine) -> Action {
        _ = machine.handle(started)
        #expect(machine.handle(.silence(isOver: false)) == .readErrorQueue)
        return machine.handle(.errorQueue(nil))
    }

    /// An attempt that an error from the way ended.
    private func error(_ machine: inout ProbeMachine, _ icmp: Event) -> Action {
        _ = machine.handle(started)
        #expect(machine.handle(.connect(code: EHOSTUNREACH, first: false)) == .readErrorQueue)
        return machine.handle(icmp)
    }
}
