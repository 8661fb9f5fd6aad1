import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("Baselines that take only a part of a drift")
struct DerivedBaselineTests {
    private let folder: TemporaryFolder
    private let store: Store
    private let web = CheckName("web")!
    private let before = [
        found("10.0.0.1", [.connected: "22,80", .timeout: "443"]), found("10.0.0.2", [.connected: "22,80,443"]),
    ]
    private let after = [
        found("10.0.0.1", [.connected: "22", .refused: "80", .hostUnreachable: "443"]),
        found("10.0.0.2", [.hostUnreachable: "22,80", .connected: "443"]),
    ]

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
        _ = try store.setBaseline(store.record(draft("web", before)), acceptance("first"))
        _ = try store.record(draft("web", after, at: 1))
    }

    private func accept(_ endpoints: String..., upTo run: RunReference? = nil) throws -> BaselineVersion {
        try store.acceptDrift(
            of: web, upTo: run, at: endpoints.map { Endpoints($0)! },
            acceptance("part", at: 2, ticket: "T-2", person: "alice"))
    }

    @Test("It has bytes and a digest of its own, and is found by its names")
    func part() throws {
        let version = try accept("10.0.0.2:80")
        #expect(version.version == 2 && version.isDerived && version.run.id == 2)
        #expect(version.person == "alice" && version.ticket == "T-2" && version.reason == "part")
        let expected = Snapshot([
            entry("10.0.0.1", states(open: "22,80", filtered: "443")),
            entry("10.0.0.2", states(open: "22,443", filtered: "80")),
        ])
        #expect(version.digest == expected.digest)
        let reader = try Store(reading: folder.database)
        for name in ["web@baseline", "sha256:\(version.digest.short)"] {
            let recorded = try reader.recorded(RunReference(name)!)
            #expect(recorded == .derived(version))
            #expect(try reader.snapshot(of: recorded) == expected)
        }
        #expect(try reader.recorded(.baseline(web, back: 1)) == .run(reader.run(.number(1))))
        #expect(throws: StoreError.self) { try reader.run(.baseline(web, back: 0)) }
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }

    @Test("It is no run, and in no history")
    func outside() throws {
        let rows = try folder.numbers("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM run_hosts)")
        _ = try accept("10.0.0.2:80")
        #expect(try folder.numbers("SELECT (SELECT count(*) FROM runs), (SELECT count(*) FROM run_hosts)") == rows)
        #expect(try store.runs(of: nil, limit: 9).map(\.id) == [2, 1])
        #expect(try folder.numbers("SELECT count(*) FROM host_states WHERE states LIKE '%filtered 80%'") == [0])
    }

    @Test("What is left of the drift is what was not taken")
    func rest() throws {
        _ = try accept("10.0.0.2:80", "10.0.0.1:80")
        let (drift, _) = try store.drift(from: store.recorded(.baseline(web, back: 0)), to: .run(store.run(.number(2))))
        #expect(
            DriftRow.rows(drift, evidence: [:]).map(\.summary) == ["lost 10.0.0.2:22"])
    }

    @Test("Its evidence is that of the baseline before, and for what was taken, that of the run")
    func evidence() throws {
        _ = try accept("10.0.0.2:80")
        let evidence = try store.evidence(of: store.recorded(.baseline(web, back: 0)))
        #expect(
            evidence.mapValues(\.lines) == [
                Host("10.0.0.1")!: "timeout *\n", Host("10.0.0.2")!: "host-unreachable *\n",
            ])
        _ = try accept("10.0.0.2:22")
        _ = try store.setBaseline(store.recorded(.baseline(web, back: 1)), acceptance("back"))
        let again = try store.recorded(.baseline(web, back: 0))
        #expect(try store.evidence(of: again) == evidence)
        #expect(try store.findings(of: again).banners == nil)
    }

    @Test("What a run found is that run, not a copy: all of the drift, or what an earlier run showed")
    func twin() throws {
        let part = try accept("10.0.0.2:22,80")
        #expect(part.isDerived)
        let rest = try accept("10.0.0.1:80")
        #expect(rest.recorded == .run(try store.run(.number(2))))
        let all = try store.acceptDrift(of: web, upTo: .number(1), at: [], acceptance("all"))
        #expect(all.recorded == .run(try store.run(.number(1))))
        _ = try store.record(draft("web", after, at: 3))
        let latest = try store.acceptDrift(of: web, upTo: nil, at: [], acceptance("all"))
        #expect(!latest.isDerived && latest.run.id == 3, "the run that was accepted comes before its twins")
        let mixed = try store.record(draft("web", [before[0], after[1]], at: 4))
        let other = try accept("10.0.0.1:80", upTo: .number(1))
        #expect(other.recorded == .run(mixed), "a part of the drift to run 1 is just what run 4 found")
    }

    @Test("The same part twice is stored once, and every version stays")
    func again() throws {
        let first = try accept("10.0.0.2:80")
        _ = try store.acceptDrift(of: web, upTo: .number(1), at: [], acceptance("back"))
        let second = try accept("10.0.0.2:80")
        #expect(first.digest == second.digest && first.derivedID == second.derivedID)
        #expect(try folder.numbers("SELECT count(*) FROM derived") == [1])
        #expect(try store.baselines(of: web).map(\.isDerived) == [false, true, false, true])
        let set = try store.setBaseline(store.recorded(.baseline(web, back: 2)), acceptance("by hand"))
        #expect(set.version == 5 && set.digest == first.digest && set.reason == "by hand")
        #expect(try store.baselines(of: web).map(\.version) == [1, 2, 3, 4, 5])
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }

    @Test("What did not drift is refused, and nothing is written")
    func refused() throws {
        func error(_ endpoints: String..., upTo run: RunReference? = nil) -> String {
            do {
                let version = try store.acceptDrift(
                    of: web, upTo: run, at: endpoints.map { Endpoints($0)! }, acceptance("x"))
                return "\(version)"
            } catch { return "\(error)" }
        }
        let suffix = "did not drift from baseline 1 of web to run 2, so there is nothing to accept."
        #expect(error("10.0.0.1:22") == "10.0.0.1:22 \(suffix)")
        #expect(error("10.0.0.2:80", "10.0.0.9", "10.0.0.1:22") == "10.0.0.9, 10.0.0.1:22 \(suffix)")
        #expect(
            error(upTo: .number(1)) == "Nothing drifted from baseline 1 of web to run 1, so there is nothing to accept."
        )
        _ = try store.record(draft("db", before))
        #expect(error(upTo: .number(3)) == "No run '3': it is a run of 'db', not of 'web'.")
        #expect(throws: StoreError.noBaseline(CheckName("db")!)) {
            try store.acceptDrift(of: CheckName("db")!, upTo: nil, at: [], acceptance("x"))
        }
        #expect(throws: StoreError.unknownCheck(CheckName("x")!)) {
            try store.acceptDrift(of: CheckName("x")!, upTo: nil, at: [], acceptance("x"))
        }
        #expect(try folder.numbers("SELECT count(*) FROM baselines") == [1])
        #expect(try folder.numbers("SELECT count(*) FROM derived") == [0])
    }

    @Test("A check is judged by it")
    func check() throws {
        var network = ScriptedNetwork(["10.0.0.1:22": .connected])
        let asked = order("x", try parts(["10.0.0.1"], ports: "22,80"))
        let first = try network.checker(folder.database).run(asked)
        _ = try store.setBaseline(try #require(first.run), acceptance())
        network = ScriptedNetwork(["10.0.0.1:80": .connected])
        let checker = network.checker(folder.database)
        _ = try checker.run(asked)
        let port = [Endpoints("10.0.0.1:80")!]
        _ = try store.acceptDrift(of: CheckName("x")!, upTo: nil, at: port, acceptance())
        var report = try checker.run(asked)
        #expect(report.comparison?.name == "baseline 2 (derived from run 4)")
        #expect(report.verdict.message == "Drift from baseline 2 (derived from run 4): 1 closed: closed 10.0.0.1:22")
        var byName = asked
        byName.reference = .run(.baseline(CheckName("x")!, back: 0))
        report = try checker.run(byName)
        #expect(report.verdict.message.hasPrefix("Drift from baseline 2 of x (derived from run 4): 1 closed"))
    }

    @Test("What it changed against the version before is a drift like any other")
    func change() throws {
        _ = try accept("10.0.0.2:80")
        let (drift, evidence) = try store.drift(
            from: store.recorded(.baseline(web, back: 1)), to: store.recorded(.baseline(web, back: 0)))
        let rows = DriftRow.rows(drift, evidence: evidence)
        #expect(rows.map(\.summary) == ["lost 10.0.0.2:80"] && rows.map(\.reason) == [.hostUnreachable])
    }

    @Test("A correlation with it asks for a run, since nobody probed it")
    func correlation() throws {
        _ = try accept("10.0.0.2:80")
        let correlator = Correlator(
            databasePath: folder.database, vantage: "probe1", user: "op", cancellation: Cancellation())
        func run(from: RunReference?) throws -> [Correlation] {
            try correlator.run(
                CorrelationOrder(.run(.latest(web, back: 0), from: from), files: [], map: InterfaceMap([])))
        }
        #expect(throws: StoreError.notProbed("baseline 2 of web (derived from run 2)")) { try run(from: nil) }
        #expect(try run(from: .number(1)).count == 1)
    }
}
