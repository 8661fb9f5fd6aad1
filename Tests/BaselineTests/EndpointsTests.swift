import PortCore
import Testing

@testable import Baseline

@Suite("Parts of a drift, by endpoints")
struct EndpointsTests {
    @Test(
        "An endpoint is read as outputs write it",
        arguments: [
            ("web01", "web01", ""), ("WEB01.", "web01", ""), ("10.0.0.1", "10.0.0.1", ""),
            ("2001:db8::1", "2001:db8::1", ""), ("[2001:db8::1]", "2001:db8::1", ""), ("web01:443", "web01", "443"),
            ("10.0.0.1:22,8000-8010", "10.0.0.1", "22,8000-8010"), ("[2001:db8::1]:22", "2001:db8::1", "22"),
        ])
    func read(_ text: String, _ host: String, _ list: String) throws {
        let endpoints = try #require(Endpoints(text))
        #expect(endpoints == Endpoints(Host(host)!, list.isEmpty ? nil : ports(list)))
        #expect(Endpoints("\(endpoints)") == endpoints)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", ":22", "web01:", "web01:0", "web01:65536", "web01:x", "web01:22-21", "[web01]:22", "[10.0.0.1]:22",
            "[2001:db8::1]:", "[web01]", "[10.0.0.1]", "[]", "web 01:22", "10.0.0.1/24:22", "a:b:22",
        ])
    func refuse(_ text: String) { #expect(Endpoints(text) == nil) }

    @Test("What is named has its new state, everything else its old one", arguments: 1...12 as ClosedRange<UInt64>)
    func parts(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<12 {
            let results = RandomNetwork.results(&random)
            let (old, new) = (Snapshot(results), Snapshot(RandomNetwork.successor(of: results, &random)))
            let drift = Drift(from: old, to: new)
            let named = drift.hosts.compactMap { host -> Endpoints? in
                let some = host.changes.filter { _ in Bool.random(using: &random) }.map(\.ports)
                guard !some.isEmpty else { return nil }
                return Endpoints(host.host, Bool.random(using: &random) ? PortSet(some) : nil)
            }
            let (taken, missing) = drift.only(named)
            #expect(missing.isEmpty)
            let made = taken.applied(to: old)
            var expected: [Host: PortStates] = [:]
            for host in Set((old.entries + new.entries).map(\.host)) {
                let (before, after) = (share(old, host), share(new, host))
                let name = named.first { $0.host == host }
                let changed = name.map { $0.ports ?? before.scope.union(after.scope) } ?? PortSet()
                var made = PortStates()
                for state in PortState.allCases {
                    made[state] = before[state].subtracting(changed).union(after[state].intersection(changed))
                }
                if !made.scope.isEmpty { expected[host] = made }
            }
            let actual = Dictionary(uniqueKeysWithValues: made.entries.map { ($0.host, $0.states) })
            #expect(actual == expected, "seed \(seed)")
            for entry in made.entries {
                let sides = (old.entries + new.entries).filter { $0.host == entry.host }
                let isWhole = named.contains { $0.host == entry.host && $0.ports == nil }
                #expect(entry.address == (isWhole ? sides.last : sides.first)?.address, "seed \(seed)")
            }
            #expect(try SnapshotFormat.parse(SnapshotFormat.text(made)) == made)
        }
    }

    private func share(_ snapshot: Snapshot, _ host: Host) -> PortStates {
        snapshot.entries.first { $0.host == host }?.states ?? PortStates()
    }

    @Test("All hosts named make the newer snapshot", arguments: 1...6 as ClosedRange<UInt64>)
    func whole(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let results = RandomNetwork.results(&random)
        let (old, new) = (Snapshot(results), Snapshot(RandomNetwork.successor(of: results, &random)))
        let drift = Drift(from: old, to: new)
        let (taken, missing) = drift.only(drift.hosts.map { Endpoints($0.host, nil) })
        #expect(missing.isEmpty && taken.applied(to: old) == new)
    }

    @Test("What did not drift is told, by port")
    func missing() {
        let drift = Drift(
            from: Snapshot([entry("10.0.0.1", states(open: "22,80"))]),
            to: Snapshot([entry("10.0.0.1", states(open: "22", closed: "80"))]))
        #expect(drift.only([Endpoints("10.0.0.1:22,80")!]).missing.map(\.description) == ["10.0.0.1:22"])
        #expect(drift.only([Endpoints("10.0.0.2")!]).missing.map(\.description) == ["10.0.0.2"])
        #expect(drift.only([Endpoints("10.0.0.1")!]).missing.isEmpty)
    }

    @Test("A part of what a name shows leaves its address as it was; the host as a whole takes it along")
    func address() {
        let old = Snapshot([entry("web01", at: "10.0.0.1", states(open: "22,80"))])
        let new = Snapshot([entry("web01", at: "10.0.0.2", states(closed: "22,80"))])
        let drift = Drift(from: old, to: new)
        let part = drift.only([Endpoints("web01:22")!]).drift.applied(to: old)
        #expect(part == Snapshot([entry("web01", at: "10.0.0.1", states(open: "80", closed: "22"))]))
        #expect(drift.only([Endpoints("web01")!]).drift.applied(to: old) == new)
    }

    @Test("A host that left the scope stays as long as ports of it do")
    func leaving() {
        let old = Snapshot([entry("10.0.0.1", states(open: "22,80")), entry("10.0.0.2", states(open: "22"))])
        let new = Snapshot([entry("10.0.0.2", states(open: "22"))])
        let drift = Drift(from: old, to: new)
        func made(_ text: String) -> Snapshot { drift.only([Endpoints(text)!]).drift.applied(to: old) }
        #expect(made("10.0.0.1:80").entries.map(\.states) == [states(open: "22"), states(open: "22")])
        #expect(made("10.0.0.1:22,80") == new)
        #expect(made("10.0.0.1") == new)
    }
}
