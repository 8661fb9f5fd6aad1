import PortCore
import Testing

@testable import Baseline

@Suite("Drift between two snapshots")
struct DriftTests {
    private static func drift(_ old: [HostResult], _ new: [HostResult]) -> Drift {
        Drift(from: Snapshot(old), to: Snapshot(new))
    }

    @Test(
        "The kind of a change follows from both states",
        arguments: [
            (PortState.closed, PortState.open, DriftKind.opened), (.filtered, .open, .opened),
            (.open, .closed, .closed), (.open, .filtered, .lost),
            (.closed, .filtered, .changed), (.filtered, .closed, .changed),
            (.open, nil, .unscoped), (.closed, nil, .unscoped), (.filtered, nil, .unscoped),
            (nil, .open, .newlyScoped), (nil, .closed, .newlyScoped), (nil, .filtered, .newlyScoped),
        ] as [(PortState?, PortState?, DriftKind)])
    func kinds(from: PortState?, to: PortState?, kind: DriftKind) {
        #expect(PortChange(ports: 22...22, from: from, to: to).kind == kind)
        func snapshot(_ state: PortState?) -> Snapshot {
            var states = states(open: "1")
            if let state { states[state] = states[state].union(ports("22")) }
            return Snapshot([entry("10.0.0.1", states)])
        }
        let drift = Drift(from: snapshot(from), to: snapshot(to))
        #expect(drift.hosts.flatMap(\.changes) == [PortChange(ports: 22...22, from: from, to: to)])
        #expect(drift.counts == [kind: 1])
    }

    @Test("Only opened, closed and lost count unless more is asked for; what was not probed never can")
    func counted() {
        #expect(DriftKind.counted == [.opened, .closed, .lost])
        #expect(DriftKind.countable == [.changed, .address])
        #expect(
            DriftKind.allCases.map(\.rawValue)
                == ["opened", "closed", "lost", "changed", "address", "unscoped", "newly-scoped"])
    }

    @Test("Changes are ordered by host, then port")
    func order() {
        let hosts = ["web10", "web2", "2001:db8::1", "10.0.0.10", "10.0.0.9"]
        let drift = Self.drift(
            hosts.map { found($0, at: "192.0.2.1", [.connected: "1-3", .refused: "4-6,9", .timeout: "7-8"]) },
            hosts.map { found($0, at: "192.0.2.1", [.refused: "1,6-7", .timeout: "2-3,9", .connected: "4-5,8"]) })
        #expect(drift.hosts.map(\.host.description) == ["10.0.0.9", "10.0.0.10", "2001:db8::1", "web10", "web2"])
        for host in drift.hosts {
            #expect(host.changes.map(\.ports) == [1...1, 2...3, 4...5, 7...7, 8...8, 9...9])
            #expect(host.changes.map(\.kind) == [.closed, .lost, .opened, .changed, .opened, .changed])
        }
        #expect(drift.counts == [.closed: 5, .lost: 10, .opened: 15, .changed: 10])
    }

    @Test("A change of address is told of a name that both runs probed, beside its ports")
    func addresses() {
        let drift = Self.drift(
            [
                found("gone", at: "192.0.2.1", [.connected: "22"]), found("moved", at: "192.0.2.1", [.connected: "22"]),
                found("lost", at: "192.0.2.1", [.connected: "22"]), found("same", at: "192.0.2.1", [.connected: "22"]),
            ],
            [
                found("moved", at: "192.0.2.2", [.connected: "22"]), found("lost", [.nameUnresolved: "22"]),
                found("same", at: "192.0.2.1", [.connected: "22"]), found("come", at: "192.0.2.2", [.connected: "22"]),
            ])
        #expect(drift.hosts.map(\.host.description) == ["come", "gone", "lost", "moved"])
        #expect(drift.hosts.map(\.changedAddress) == [false, false, true, true])
        #expect(drift.counts == [.newlyScoped: 1, .unscoped: 1, .lost: 1, .address: 2])
        #expect(drift.hosts[3].changes.isEmpty)
        #expect(drift.hosts[3].oldAddress == IPAddress("192.0.2.1"))
        #expect(drift.hosts[3].newAddress == IPAddress("192.0.2.2"))
    }

    @Test(
        "A host is lost as a whole when several ports were open and none answers any more",
        arguments: [
            ([.connected: "22,80"], [.timeout: "22,80"], true),
            ([.connected: "22,80", .refused: "443"], [.timeout: "22,80,443"], true),
            ([.connected: "22"], [.timeout: "22"], false),
            ([.connected: "22,80"], [.timeout: "22", .connected: "80"], false),
            ([.connected: "22,80", .refused: "443"], [.timeout: "22,80", .refused: "443"], false),
            ([.refused: "22,80"], [.timeout: "22,80"], false),
        ] as [(KeyValuePairs<Reason, String>, KeyValuePairs<Reason, String>, Bool)])
    func lostWhole(old: KeyValuePairs<Reason, String>, new: KeyValuePairs<Reason, String>, isLost: Bool) {
        let drift = Self.drift([found("10.0.0.1", old)], [found("10.0.0.1", new)])
        #expect(drift.hosts.map(\.lostWhole) == [isLost])
    }

    // MARK: Properties

    @Test("The drift applied to the older snapshot gives the newer one")
    func applied() {
        forEachSeed(400) { seed, random in
            let (old, new) = (RandomNetwork.results(&random), RandomNetwork.results(&random))
            let drift = Self.drift(old, new)
            #expect(drift.applied(to: Snapshot(old)) == Snapshot(new), "seed \(seed)")
            #expect(drift.applied(to: Snapshot(old)).digest == Snapshot(new).digest, "seed \(seed)")
        }
    }

    @Test("Two snapshots have no drift when they are equal, and only then")
    func equal() {
        forEachSeed(300) { seed, random in
            let old = RandomNetwork.results(&random)
            #expect(Self.drift(old, old.shuffled(using: &random)).hosts.isEmpty, "seed \(seed)")
            let new = RandomNetwork.successor(of: old, &random)
            #expect(Self.drift(old, new).hosts.isEmpty == (Snapshot(old) == Snapshot(new)), "seed \(seed)")
        }
    }

    @Test("The drift back is the mirror of the drift there")
    func mirror() {
        forEachSeed(300) { seed, random in
            let (old, new) = (RandomNetwork.results(&random), RandomNetwork.results(&random))
            let (there, back) = (Self.drift(old, new), Self.drift(new, old))
            #expect(there.hosts.map(\.host) == back.hosts.map(\.host), "seed \(seed)")
            for (a, b) in zip(there.hosts, back.hosts) {
                #expect(
                    a.changes.map { PortChange(ports: $0.ports, from: $0.to, to: $0.from) } == b.changes, "seed \(seed)"
                )
                #expect((a.oldAddress, a.newAddress) == (b.newAddress, b.oldAddress), "seed \(seed)")
                #expect((a.wasScoped, a.isScoped) == (b.isScoped, b.wasScoped), "seed \(seed)")
            }
        }
    }

    @Test("Every endpoint that differs is in exactly one change")
    func complete() {
        forEachSeed(200) { seed, random in
            let (old, new) = (RandomNetwork.results(&random), RandomNetwork.results(&random))
            let drift = Self.drift(old, new)
            let differing = drift.hosts.reduce(0) { $0 + $1.changes.reduce(0) { $0 + $1.ports.count } }
            func states(_ results: [HostResult]) -> [String: PortState] {
                let pairs = results.flatMap { result in
                    zip(result.ports.values, result.outcomes).map { ("\(result.host)|\($0)", $1.state) }
                }
                return Dictionary(uniqueKeysWithValues: pairs)
            }
            let (before, after) = (states(old), states(new))
            let expected = Set(before.keys).union(after.keys).count { before[$0] != after[$0] }
            #expect(differing == expected, "seed \(seed)")
        }
    }
}
