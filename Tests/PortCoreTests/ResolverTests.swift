import Foundation
import Glibc
import Synchronization
import Testing

@testable import PortCore

@Suite("The resolver")
struct ResolverTests {
    private let address = IPAddress(family: .v4, bits: 0x0a00_0001)

    @Test("looks up each name once in each family, and gives each its addresses")
    func once() throws {
        let names = (1...200).map { "host\($0)" }
        let asked = SharedState<[String]>([])
        let resolver = Resolver { name, family in
            asked.value.withLock { $0.append(name) }
            return .success(
                family == .v6 ? [] : [IPAddress(family: .v4, bits: UInt128(name.dropFirst(4), radix: 10) ?? 0)])
        }
        let answers = try resolver.resolve(names, nil, Cancellation(), isUsable: { _ in false })
        #expect(asked.value.withLock { $0 }.sorted() == (names + names).sorted())
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

    @Test(
        "asks for the family that the request asks for, for both apart, and once for a name in the file of hosts",
        arguments: [(nil, [.v4, .v6]), (.v4, [.v4]), (.v6, [.v6])] as [(IPAddress.Family?, [IPAddress.Family])])
    func family(family: IPAddress.Family?, expected: [IPAddress.Family]) throws {
        let asked = SharedState<[String: [IPAddress.Family?]]>([:])
        let hosts = try HostsFixture("::1 other listed\n")
        let resolver = Resolver(
            lookUp: { name, family in
                asked.value.withLock { $0[name, default: []].append(family) }
                return .success([])
            }, hostsFile: hosts.path)
        _ = try resolver.resolve(["web01", "listed"], family, Cancellation())
        let all = asked.value.withLock { $0 }
        #expect(Set(all["web01"] ?? []) == Set(expected) && all["web01"]?.count == expected.count)
        #expect(all["listed"] == [family])
    }

    @Test("finds the names that the file of hosts lists, as the system's resolver does")
    func hostsFile() throws {
        let hosts = try HostsFixture(
            "127.0.0.1\tlocalhost\n# 10.0.0.1 comment\n10.0.0.2 WEB01 web01.example  db01#last\r\n"
                + "fe80::zz broken\n\n10.0.0.3\n  ::1 ip6 \u{00e9}\n10.0.0.4 end")
        let asked: Set = [
            "localhost", "comment", "web01", "web01.example", "db01", "last", "broken", "ip6", "end", "no",
        ]
        #expect(
            HostsFile.names(in: hosts.path, among: asked) == [
                "localhost", "web01", "web01.example", "db01", "ip6", "end",
            ])
        #expect(HostsFile.names(in: "/nonexistent/hosts", among: asked).isEmpty)
    }

    private static let six = IPAddress(family: .v6, bits: 0x20010db8 << 96 | 6)
    private static let four = IPAddress(family: .v4, bits: 0x0a00_0004)
    private static let failed = ResolverError.undecided(name: "web01", reason: "no server")

    @Test(
        "lets an address of IPv6 stand in only where it is known that there is no usable one of IPv4",
        arguments: [
            (.success([four]), .success([six]), .success([four])),
            (.success([four]), .failure(failed), .success([four])),
            (.success([]), .success([six]), .success([six])),
            (.success([]), .success([]), .success([])),
            (.failure(failed), .success([six]), .failure(failed)),
            (.failure(failed), .success([]), .failure(failed)),
            (.success([]), .failure(failed), .failure(failed)),
            (.success([IPAddress(family: .v4, bits: 0)]), .failure(failed), .failure(failed)),
            (
                .success([IPAddress(family: .v4, bits: 0)]), .success([six]),
                .success([IPAddress(family: .v4, bits: 0), six])
            ),
        ]
            as [(
                Result<[IPAddress], ResolverError>, Result<[IPAddress], ResolverError>,
                Result<[IPAddress], ResolverError>
            )])
    func families(
        v4: Result<[IPAddress], ResolverError>, v6: Result<[IPAddress], ResolverError>,
        expected: Result<[IPAddress], ResolverError>
    ) {
        for slow in [IPAddress.Family.v4, .v6] {
            let resolver = Resolver { _, family in
                if family == slow { usleep(20_000) }
                return family == .v4 ? v4 : v6
            }
            let found = Result { () throws(ResolverError) in
                try resolver.resolve(["web01"], nil, Cancellation(), isUsable: \.isUnicast)["web01"] ?? []
            }
            #expect(found.map { $0.sorted() } == expected)
        }
    }

    @Test("does not wait for IPv6 where IPv4 answered")
    func slowFamily() throws {
        let isOver = SharedState(false)
        defer { isOver.value.withLock { $0 = true } }
        let resolver = Resolver { [address] _, family in
            while family == .v6, !isOver.value.withLock({ $0 }) { usleep(1000) }
            return .success(family == .v6 ? [] : [address])
        }
        let names = (1...10).map { "host\($0)" }
        let time = try milliseconds { _ = try resolver.resolve(names, nil, Cancellation()) }
        #expect(time < 1000)
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

/// A file of hosts in a folder of its own.
private final class HostsFixture {
    let path: String

    init(_ text: String) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("hosts-\(UUID().uuidString)").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    }

    deinit { unlink(path) }
}
