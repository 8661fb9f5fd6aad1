import PortCore
import Testing

@testable import Baseline

@Suite("Recording runs and rebuilding them")
struct StoreRecordTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("A recorded run is read back as it was, with its snapshot, evidence and request")
    func wholeRun() throws {
        let draft = try draft(
            "web", GoldenSnapshot.example, at: 3,
            request: request(["web01"], limits: LoadLimits(parallelism: 9, rate: 5)))
        let run = try folder.store().record(draft)
        let store = try Store(reading: folder.database)
        #expect(try store.run(.number(run.id)) == run)
        #expect(try store.snapshot(of: run) == draft.snapshot)
        #expect(try store.evidence(of: run) == draft.evidence)
        #expect(try store.request(of: run) == draft.request)
        #expect(run.digest == draft.snapshot.digest)
        #expect(run.statesDigest == draft.snapshot.statesDigest)
        #expect(run.counts == RunCounts(hosts: 4, open: 6, closed: 22, filtered: 4))
        #expect(run.counts.endpoints == 32)
        #expect((run.startedAt, run.finishedAt) == (draft.startedAt, draft.finishedAt))
        #expect(run.context == draft.context)
        #expect((run.id, run.requestVersion, run.check) == (1, 1, draft.check))
    }

    @Test("Times are those of answers, percentiles by nearest rank")
    func times() {
        func times(_ microseconds: ClosedRange<UInt32>) -> AnswerTimes {
            let ports = PortSet([1...UInt16(microseconds.count + 1)])
            let outcomes = microseconds.shuffled().map { Outcome(reason: .refused, elapsedMicroseconds: $0) }
            let silent = Outcome(reason: .timeout, elapsedMicroseconds: 5_000_000)
            let host = Host("10.0.0.1")!
            return AnswerTimes([HostResult(host: host, address: nil, ports: ports, outcomes: outcomes + [silent])])
        }
        #expect(times(1...100) == AnswerTimes(count: 100, minimum: 1, median: 50, percentile95: 95, maximum: 100))
        #expect(times(1...3) == AnswerTimes(count: 3, minimum: 1, median: 2, percentile95: 3, maximum: 3))
        #expect(times(7...7) == AnswerTimes(count: 1, minimum: 7, median: 7, percentile95: 7, maximum: 7))
        let silent = AnswerTimes([found("10.0.0.1", [.timeout: "22"])])
        #expect(silent == AnswerTimes(count: 0, minimum: 0, median: 0, percentile95: 0, maximum: 0))
    }

    @Test("A host has a row only in the runs where it differs from the run before")
    func rows() throws {
        let store = try folder.store()
        let quiet = (1...4).map { found("10.0.0.\($0)", [.connected: "22", .timeout: "80"]) }
        var changed = quiet
        changed[2] = found("10.0.0.3", [.connected: "22", .refused: "80"])
        for results in [quiet, quiet, changed, changed, Array(quiet.prefix(3)), quiet] {
            _ = try store.record(draft("x", results))
        }
        func rows(_ table: String) throws -> [Int] {
            try (1...6).map { try folder.numbers("SELECT count(*) FROM \(table) WHERE run_id = \($0)")[0] }
        }
        #expect(try rows("run_hosts") == [4, 0, 1, 0, 2, 1])
        #expect(try rows("run_evidence") == [4, 0, 1, 0, 2, 1])
        #expect(try folder.numbers("SELECT count(*) FROM run_hosts WHERE block_id IS NULL") == [1])
    }

    @Test("Reasons that change while states do not are evidence, and no change of the snapshot")
    func evidenceAlone() throws {
        let store = try folder.store()
        let first = try store.record(draft("x", [found("10.0.0.1", [.timeout: "22"])]))
        let second = try draft("x", [found("10.0.0.1", [.hostUnreachable: "22"])])
        let run = try store.record(second)
        #expect(run.digest == first.digest)
        #expect(try folder.numbers("SELECT count(*) FROM run_hosts") == [1])
        #expect(try store.evidence(of: run) == second.evidence)
        #expect(try store.evidence(of: first) != second.evidence)
    }

    @Test("What hosts show alike is stored once, whatever check, run or host shows it")
    func shared() throws {
        let store = try folder.store()
        let alike = (1...5).map { found("10.0.0.\($0)", [.connected: "22", .timeout: "80,443"]) }
        _ = try store.record(draft("a", alike))
        _ = try store.record(draft("b", alike + [found("10.0.0.9", [.refused: "22,80,443"])]))
        let counts = try ["port_sets", "blocks", "evidence", "hosts", "contexts", "checks"].map {
            try folder.numbers("SELECT count(*) FROM \($0)")[0]
        }
        #expect(counts == [1, 2, 1, 6, 1, 2])
    }

    @Test("Stored texts have the digests that docs/format.md says")
    func contentAddresses() throws {
        _ = try folder.store().record(
            draft("x", [found("10.0.0.1", [.connected: "22", .refused: "80", .timeout: "443-445"])]))
        func stored(_ table: String, _ text: String) throws -> [String] {
            try folder.texts("SELECT \(text) || ' ' || lower(hex(digest)) FROM \(table)")
        }
        func line(_ text: String, addressed content: String) -> [String] { ["\(text) \(Digest(of: content))"] }
        #expect(try stored("port_sets", "ports") == line("22,80,443-445", addressed: "22,80,443-445"))
        let states = "open 22\nclosed 80\nfiltered *\n"
        #expect(try stored("blocks", "states") == line(states, addressed: "ports 22,80,443-445\n" + states))
        #expect(try stored("evidence", "reasons") == line("timeout *\n", addressed: "timeout *\n"))
    }

    @Test("Open ports are rows of ranges, which SQL finds by host, port and time")
    func openPorts() throws {
        let store = try folder.store()
        let open = [found("db01", at: "192.0.2.1", [.connected: "22,3300-3310", .refused: "80"])]
        let shut = [found("db01", at: "192.0.2.1", [.connected: "22", .refused: "80,3300-3310"])]
        for (index, results) in [open, open, shut, open].enumerated() {
            _ = try store.record(draft("db", results, at: index))
        }
        #expect(
            try folder.texts(
                "SELECT first_port || '-' || last_port FROM block_open_ports ORDER BY block_id, first_port")
                == ["22-22", "3300-3310", "22-22"])
        let history = try folder.texts(
            """
            SELECT host || ' ' || from_run || ' ' || since || ' ' || coalesce(until_run, '-') FROM open_ports
            WHERE first_port <= 3306 AND last_port >= 3306 ORDER BY from_run
            """)
        #expect(history == ["db01 1 2026-05-03T12:00:00.000Z 3", "db01 4 2026-05-03T12:03:00.000Z -"])
    }

    @Test("A question of SQL for a port begins at the index of ports, and walks no history")
    func plan() throws {
        _ = try folder.store()
        let steps = try folder.steps(of: "SELECT * FROM open_ports WHERE first_port <= 22 AND last_port >= 22")
        #expect(steps.first?.contains("block_open_ports_by_port") == true, "\(steps)")
        #expect(!steps.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(steps)")
    }

    @Test("Runs of one check do not show in another's")
    func separateHistories() throws {
        let store = try folder.store()
        let first = try store.record(draft("a", [found("10.0.0.1", [.connected: "22"])]))
        _ = try store.record(draft("b", [found("10.0.0.1", [.refused: "22"])]))
        let third = try store.record(draft("a", [found("10.0.0.1", [.connected: "22"])]))
        #expect(first.digest == third.digest)
        #expect(try store.snapshot(of: third).count(.open) == 1)
        #expect(try folder.numbers("SELECT count(*) FROM run_hosts") == [2])
        #expect(try store.runs(of: CheckName("a"), limit: 9).map(\.id) == [3, 1])
        #expect(try store.runs(of: nil, limit: 2).map(\.id) == [3, 2])
    }
}

@Suite("Histories of a check")
struct StoreHistoryTests {
    @Test(
        "Every run of a random history is rebuilt exactly, and drifts as its snapshots do",
        arguments: 1...6 as ClosedRange<UInt64>)
    func histories(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let folder = try TemporaryFolder()
        let store = try folder.store()
        var results = RandomNetwork.results(&random)
        var history: [(run: Run, draft: RunDraft)] = []
        for index in 0..<30 {
            let draft = try draft(index % 5 == 4 ? "other" : "mine", results, at: index)
            history.append((try store.record(draft), draft))
            results = RandomNetwork.successor(of: results, &random)
            if results.isEmpty { results = RandomNetwork.results(&random) }
        }
        let reader = try Store(reading: folder.database)
        for (run, draft) in history {
            #expect(try reader.snapshot(of: run) == draft.snapshot, "seed \(seed), run \(run.id)")
            #expect(try reader.snapshot(of: run).digest == run.digest, "seed \(seed), run \(run.id)")
            #expect(try reader.evidence(of: run) == draft.evidence, "seed \(seed), run \(run.id)")
        }
        for _ in 0..<150 {
            let (old, new) = (history.randomElement(using: &random)!, history.randomElement(using: &random)!)
            let (drift, evidence) = try reader.drift(from: old.run, to: new.run)
            let comment: Comment = "seed \(seed), \(old.run.id) → \(new.run.id)"
            #expect(drift == Drift(from: old.draft.snapshot, to: new.draft.snapshot), comment)
            #expect(
                DriftRow.rows(drift, evidence: evidence) == DriftRow.rows(drift, evidence: new.draft.evidence), comment)
        }
    }

    @Test("A host that went and came back as it was has a row for each")
    func comeback() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let (both, one) = (
            ["10.0.0.1", "10.0.0.2"].map { found($0, [.timeout: "22"]) }, [found("10.0.0.1", [.timeout: "22"])]
        )
        let runs = try [both, one, one, both].map { try store.record(draft("x", $0)) }
        #expect(try runs.map { try store.snapshot(of: $0).entries.count } == [2, 1, 1, 2])
        #expect(try runs.map { try store.evidence(of: $0).count } == [2, 1, 1, 2])
        #expect(try store.drift(from: runs[0], to: runs[3]).drift.hosts.isEmpty)
        #expect(try store.drift(from: runs[1], to: runs[3]).drift.counts == [.newlyScoped: 1])
        #expect(try store.drift(from: runs[3], to: runs[1]).drift.counts == [.unscoped: 1])
    }

    @Test(
        "A row that was edited so that a drift comes or goes is damage to the diff of two runs",
        arguments: [
            "UPDATE run_hosts SET block_id = (SELECT min(block_id) FROM run_hosts)",
            "UPDATE runs SET digest = (SELECT digest FROM runs WHERE id = 1)",
        ])
    func editedDrift(edit: String) throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let old = try store.record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        _ = try store.record(draft("x", [found("10.0.0.1", [.refused: "22"])]))
        try folder.execute("DROP TRIGGER run_hosts_no_update", "DROP TRIGGER runs_no_update", edit)
        let reader = try Store(reading: folder.database)
        let new = try reader.run(.number(2))
        let error = #expect(throws: StoreError.self) { try reader.drift(from: old, to: new) }
        guard case .damaged = error else { Issue.record("\(error.map { "\($0)" } ?? "no error")"); return }
    }
}
