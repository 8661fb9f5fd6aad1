import Glibc
import Testing

@testable import PortCore

extension RealSockets {
    /// A listener whose backlog is full drops every SYN, so its port is silent without any packet filter.
    @Suite("The prober on a silent port")
    struct SilentHostTests {
        @Test("says timeout, after its budget and not much more")
        func timeout() throws {
            let listener = try Listener(backlog: 0)
            try listener.fill()
            let plan = try plan([("127.0.0.1", PortSet(values: [listener.port]))], timeout: 600, retries: 2)
            var results: [HostResult] = []
            let time = try milliseconds { results = try probe(plan) }
            #expect(results.first?.outcomes.map(\.reason) == [.timeout])
            #expect(time >= 599 && time < 1500)
        }

        @Test("keeps the life of a probe when it is traced, and only then")
        func traced() throws {
            let listener = try Listener(backlog: 0)
            try listener.fill()
            let plan = try plan([("127.0.0.1", PortSet(values: [listener.port]))], timeout: 600, retries: 1)
            let result = try #require(try Prober.run(plan, cancellation: Cancellation(), isTraced: true).first)
            let steps = try #require(result.steps[listener.port])
            #expect(
                steps.map(\.description)
                    == ["SYN, attempt 1", "nothing came back", "SYN, attempt 2", "nothing came back"])
            let times = steps.map(\.microseconds)
            #expect(times[1] >= 200_000 && times[3] >= 600_000 && times.sorted() == times)
            #expect(try probe(plan).first?.steps == [:])
        }

        @Test("hears it when a later attempt is answered")
        func laterAnswer() throws {
            let listener = try Listener(backlog: 4)
            try listener.fill()
            let plan = try plan([("127.0.0.1", PortSet(values: [listener.port]))], timeout: 3000, retries: 1)
            var looks = 0
            let results = try Prober.run(plan, cancellation: Cancellation()) { _ in
                looks += 1
                // By then the first SYN has been dropped.
                if looks == 3 { listener.drain() }
            }
            let outcome = try #require(results.first?.outcomes.first)
            #expect(outcome.reason == .connected)
            #expect(outcome.elapsedMicroseconds > 200_000)
        }

        @Test("finds a port open whose backlog its own first look has filled")
        func ownLookFillsBacklog() throws {
            // Its port is ephemeral, so it is looked at twice; the backlog has room for one.
            let listener = try Listener(backlog: 0)
            try #require(EphemeralPorts.range.contains(listener.port))
            let result = try #require(
                try probe(plan([("127.0.0.1", PortSet(values: [listener.port]))], timeout: 600)).first)
            #expect(result.outcomes.map(\.reason) == [.connected])
        }

        @Test("is cancelled before it starts")
        func cancelledBefore() throws {
            let cancellation = Cancellation()
            cancellation.cancel(signal: SIGINT)
            let plan = try plan([("127.0.0.1", PortSet([2000...2010]))])
            #expect(throws: ProbeError.cancelled(signal: SIGINT)) {
                try Prober.run(plan, cancellation: cancellation)
            }
        }

        @Test("ends within a second when it is cancelled", arguments: [SIGINT, SIGTERM])
        func cancelledDuring(signal: Int32) throws {
            let listener = try Listener(backlog: 0)
            try listener.fill()
            let plan = try plan([("127.0.0.1", PortSet(values: [listener.port]))], timeout: 60_000)
            let cancellation = Cancellation()
            let time = milliseconds {
                #expect(throws: ProbeError.cancelled(signal: signal)) {
                    try Prober.run(plan, cancellation: cancellation) { _ in cancellation.cancel(signal: signal) }
                }
            }
            #expect(time < 1000)
        }

        @Test("ends within a second when it is cancelled while two threads probe")
        func cancelledOnTwoThreads() throws {
            let plan = try plan([("127.0.0.1", .all)], limits: LoadLimits(parallelism: 100, rate: 100))
            let cancellation = Cancellation()
            let time = milliseconds {
                #expect(throws: ProbeError.cancelled(signal: SIGTERM)) {
                    try Prober.run(plan, cancellation: cancellation) { _ in cancellation.cancel(signal: SIGTERM) }
                }
            }
            #expect(time < 1000)
        }
    }
}
