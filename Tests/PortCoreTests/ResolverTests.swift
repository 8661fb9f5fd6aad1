import Glibc
import Synchronization
import Testing

@testable import PortCore

@Suite("The resolver")
struct ResolverTests {
    private let address = IPAddress(family: .v4, bits: 0x0a00_0001)

    @Test("looks up each name once, and gives each its addresses")
    func once() throws {
        let names = (1...200).map { "host\($0)" }
        let asked = SharedState<[String]>([])
        let resolver = Resolver { name, _ in
            asked.value.withLock { $0.append(name) }
            return .success([IPAddress(family: .v4, bits: UInt128(name.dropFirst(4), radix: 10) ?? 0)])
        }
        let answers = try resolver.resolve(names, nil, Cancellation())
        #expect(asked.value.withLock { $0 }.sorted() == names.sorted())
        #expect(answers.count == names.count)
        for number in 1...200 {
            #expect(answers["host\(number)"] == [IPAddress(family: .v4, bits: UInt128(number))])
        }
    }

    @Test("looks up names side by side")
    func sideBySide() throws {
        let names = (1...40).map { "host\($0)" }
        let resolver = Resolver { [address] _, _ in
            usleep(50_000)
            return .success([address])
        }
        let time = try milliseconds { _ = try resolver.resolve(names, nil, Cancellation()) }
        // One after another they take 2,000.
        #expect(time < 900)
    }

    @Test("has nothing to do for no names")
    func noNames() throws {
        let resolver = Resolver { name, _ in .failure(.undecided(name: name, reason: "asked")) }
        #expect(try resolver.resolve([], nil, Cancellation()).isEmpty)
    }

    @Test("asks for the family that the request asks for", arguments: [nil, .v4, .v6] as [IPAddress.Family?])
    func family(family: IPAddress.Family?) throws {
        let asked = SharedState<[IPAddress.Family?]>([])
        let resolver = Resolver { _, family in
            asked.value.withLock { $0.append(family) }
            return .success([])
        }
        _ = try resolver.resolve(["web01"], family, Cancellation())
        #expect(asked.value.withLock { $0 } == [family])
    }

    @Test("fails for the first name, in order, that cannot be decided, whichever answers first")
    func undecided() {
        let resolver = Resolver { name, _ in
            name == "ok" ? .success([]) : .failure(.undecided(name: name, reason: "no name server"))
        }
        let error = #expect(throws: ResolverError.self) {
            try resolver.resolve(["db02", "ok", "db01"], nil, Cancellation())
        }
        #expect(
            error?.description
                == "Cannot resolve 'db01' now: no name server. Nothing was probed; check the name servers and run "
                + "again.")
    }

    @Test("gives up within a second when it is cancelled while a lookup hangs")
    func cancelled() {
        let cancellation = Cancellation()
        let isOver = SharedState(false)
        defer { isOver.value.withLock { $0 = true } }
        let resolver = Resolver { _, _ in
            cancellation.cancel(signal: SIGTERM)
            while !isOver.value.withLock({ $0 }) { usleep(1000) }
            return .success([])
        }
        let time = milliseconds {
            #expect(throws: ResolverError.cancelled(signal: SIGTERM)) {
                try resolver.resolve(["web01", "web02"], nil, cancellation)
            }
        }
        #expect(time < 1000)
    }

    @Test(
        "names the signal that interrupted it",
        arguments: [(SIGINT, "SIGINT"), (SIGTERM, "SIGTERM"), (SIGHUP, "signal 1")])
    func interruption(signal: Int32, name: String) {
        #expect(ResolverError.cancelled(signal: signal).description == "Interrupted by \(name); nothing was recorded.")
        #expect(ProbeError.cancelled(signal: signal).description == "Interrupted by \(name); nothing was recorded.")
    }

    @Test("of the system reads addresses without asking a name server")
    func system() throws {
        #expect(try Resolver.system("127.0.0.1", nil).get() == [#require(IPAddress("127.0.0.1"))])
        #expect(try Resolver.system("::1", .v6).get() == [#require(IPAddress("::1"))])
        #expect(try Resolver.system("::1", .v4).get() == [])
        #expect(try Resolver.system("127.0.0.1", .v6).get() == [])
    }
}
