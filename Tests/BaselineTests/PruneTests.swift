import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("A prune drops what no answer needs, and nothing else")
struct PruneTests {
    private let folder: TemporaryFolder
    private let store: Store
    private let up = found("10.0.0.1", [.connected: "22", .timeout: "23"])
    private let down = found("10.0.0.1", [.refused: "22", .timeout: "23"])

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    private func record(_ name: String, _ results: [[HostResult]]) throws {
        for (index, results) in results.enumerated() { _ = try store.record(draft(name, results, at: index)) }
    }

    private func prune(
        since: Int = 1_000_000, newest: Int = 0, check: String? = nil
    ) throws -> PruneReport {
        try store.prune(
            by: RetentionPolicy(since: minute(since), newest: newest, check: check.map { CheckName($0)! }),
            acceptance("retention", at: 2000, person: "alice"))
    }

    private var kept: [Int64] { get throws { try folder.numbers("SELECT id FROM runs ORDER BY id").map(Int64.init) } }

    @Test("The first and the last run stay, each change with the run before it, and what a baseline names")
    func keeps() throws {
        try record("web", Array(repeating: [up], count: 5) + Array(repeating: [down], count: 4))
        _ = try store.setBaseline(store.run(.number(3)), acceptance())
        let report = try prune()
        #expect(report.checks.map(\.dropped) == [[2, 4, 7, 8]] && report.checks[0].kept == 5)
        #expect(try kept == [1, 3, 5, 6, 9])
        #expect(try prune().count == 0)
        #expect(try folder.texts("SELECT kind || ' ' || person FROM ledger WHERE kind = 'prune'") == ["prune alice"])
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }

    @Test("Younger runs, the newest ones and those of other checks stay")
    func bounds() throws {
        for name in ["db", "web"] { try record(name, Array(repeating: [up], count: 6)) }
        #expect(try store.prunable(by: RetentionPolicy(since: minute(3), check: CheckName("web")!)).count == 2)
        #expect(try store.prunable(by: RetentionPolicy(since: minute(100), newest: 4)).count == 2)
        #expect(try kept.count == 12, "what would go is still there")
        #expect(try prune(since: 3, check: "web").checks.map(\.dropped) == [[8, 9]])
        #expect(throws: StoreError.unknownCheck(CheckName("x")!)) { try prune(check: "x") }
    }

    @Test("A run that was finished before an earlier one stays: it decides what was known at its time")
    func clockSetBack() throws {
        for time in [10, 30, 20, 40, 50] { _ = try store.record(draft("web", [time == 10 ? down : up], at: time)) }
        let reference = RunReference.at(CheckName("web")!, minute(25))
        let before = try store.recorded(reference)
        #expect(before.run.id == 3)
        _ = try prune()
        #expect(try kept == [1, 2, 3, 5])
        #expect(try store.recorded(reference) == before)
    }

    @Test("A signed ledger is pruned with a key alone, and a damaged one not at all")
    func refused() throws {
        try record("web", Array(repeating: [up], count: 4))
        let signed = try Store(recordingIn: folder.database, signingKey: SigningKey())
        _ = try signed.setBaseline(signed.run(.number(1)), acceptance())
        #expect(throws: StoreError.unsigned(path: folder.database)) { try prune() }
        try folder.execute("DROP TRIGGER runs_no_update", "UPDATE runs SET open = 7 WHERE id = 2")
        #expect(throws: StoreError.self) {
            try signed.prune(by: RetentionPolicy(since: minute(100)), acceptance())
        }
        #expect(try kept == [1, 2, 3, 4])
    }

    @Test("The space comes back; where somebody reads, the file keeps it")
    func space() throws {
        var random = SplitMix64(seed: 1)
        for index in 0..<400 {
            let reasons: [Reason] = (0..<40).map { _ in
                [.timeout, .prohibited, .hostUnreachable].randomElement(using: &random)!
            }
            let sets = reasons.enumerated().map { ($1, ports("\($0 * 2 + 1)")) }
            _ = try store.record(draft("web", [found(Host("10.0.0.1")!, at: nil, sets)], at: index))
        }
        try folder.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        let report = try prune(since: 200)
        #expect(report.count == 199 && report.unreclaimed == nil)
        let (before, after) = (try #require(report.bytesBefore), try #require(report.bytesAfter))
        #expect(after < before * 9 / 10, "\(before) → \(after)")
        let reader = try folder.connection()
        let impatient = try Store(recordingIn: folder.database, patience: Patience(milliseconds: 50))
        try reader.read { () throws(StoreError) in
            _ = try reader.first("SELECT count(*) FROM runs") { $0.int(0) }
            let report = try impatient.prune(by: RetentionPolicy(since: minute(300)), acceptance())
            #expect(report.count == 100 && report.unreclaimed != nil)
        }
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }

    @Test(
        "Random histories: each answer about a kept run, and the state at any time, is what it was", arguments: 1...25)
    func sameAnswers(seed: UInt64) throws {
        var history = RandomHistory(seed: seed)
        for _ in 0..<40 { try history.recordNext(in: store) }
        let before = try Answers(store, &history)
        let policy = RetentionPolicy(since: minute(.random(in: 0...40, using: &history.random)), newest: 2)
        let planned = try store.prunable(by: policy)
        let report = try store.prune(by: policy, acceptance("retention", at: 100))
        #expect(report.checks == planned.checks)
        let gone = Set(report.checks.flatMap(\.dropped))
        let after = try Answers(store, &history, times: before.times)
        #expect(after.byTime == before.byTime, "seed \(seed)")
        #expect(after.findings == before.findings.filter { !gone.contains($0.key) }, "seed \(seed)")
        #expect(after.baselines == before.baselines)
        #expect(try RecordedHistory.discrepancy(folder) == nil, "seed \(seed)")
        // What is recorded next builds on what was moved.
        for _ in 0..<10 { try history.recordNext(in: store) }
        _ = try store.prune(by: RetentionPolicy(since: minute(1000)), acceptance("again", at: 101))
        #expect(try RecordedHistory.discrepancy(folder) == nil, "seed \(seed)")
    }

    @Test(
        "A run that goes besides, or a prune without its entry, is found", .enabled(if: Tool.sqlite3 != nil),
        arguments: [
            ("DELETE FROM runs WHERE id = 3", "run 3 of db"),
            ("DELETE FROM ledger WHERE kind = 'prune'", "entry 16"),
            ("DELETE FROM prunes", "run 6 of db"),
            ("UPDATE prunes SET content = content || 'run 7 db ' || lower(hex(zeroblob(32))) || char(10)", "prune 1"),
            (
                """
                UPDATE prunes SET content = content || (SELECT 'run 7 db ' || lower(hex(record)) || char(10)
                FROM ledger WHERE kind = 'run' AND number = 7); DELETE FROM runs WHERE id = 7
                """, "prune 1"
            ),
        ])
    func tampered(_ sql: String, _ expected: String) throws {
        let copy = try #require(try RecordedHistory().changed(by: sql))
        let found = try #require(try RecordedHistory.discrepancy(copy), "not found: \(sql)")
        #expect("\(found)".contains(expected), "\(found)")
    }

    @Test("A backup is whole while others record, is for its owner alone, and never takes the place of a file")
    func backup() throws {
        try record("web", [[up], [down], [up]])
        let (path, database) = (folder.path + "/copy.db", folder.database)
        let results = onThreads(2) { index -> LedgerHead? in
            if index == 0 { return try Store(reading: database).backUp(to: path).head }
            let other = try Store(recordingIn: database)
            for port in 3..<40 {
                _ = try other.record(draft("web", [found("10.0.0.1", [.connected: "\(port)"])], at: port))
            }
            return nil
        }
        for result in results { _ = try result.get() }
        let copy = try Store(reading: path)
        #expect(try copy.ledgerHead() == results[0].get())
        #expect(try Verifier(copy, expected: nil, keys: nil).run { _, _ in }.entryCount >= 4)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(throws: StoreError.exists(path: path)) { try store.backUp(to: path) }
        #expect(throws: StoreError.self) { try store.backUp(to: folder.path + "/none/copy.db") }
        let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        #expect(!left.contains { $0.contains("partial") }, "\(left)")
    }
}

/// What a store says of its runs, and of random times.
private struct Answers {
    let times: [Timestamp]
    var byTime: [String] = []
    var findings: [Int64: String] = [:]
    var baselines: [String] = []

    init(_ store: Store, _ history: inout RandomHistory, times known: [Timestamp]? = nil) throws {
        var times = known ?? []
        if known == nil { for _ in 0..<60 { times.append(minute(.random(in: -2...45, using: &history.random))) } }
        self.times = times
        for name in ["mine", "other"].map({ CheckName($0)! }) {
            for time in times {
                let recorded = try? store.recorded(.at(name, time))
                byTime.append(try recorded.map { try store.snapshot(of: $0).digest.description } ?? "none")
            }
            for version in (try? store.baselines(of: name)) ?? [] {
                baselines.append("\(version) \(try Self.text(store.findings(of: version.recorded)))")
            }
        }
        for run in try store.runs(of: nil, limit: 1000) {
            findings[run.id] = "\(run) \(try Self.text(store.findings(of: run)))"
        }
    }

    private static func text(_ findings: Findings) -> String {
        let evidence = findings.evidence.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.lines)" }
        let banners = findings.banners?.sorted { $0.key < $1.key }.map { "\($0.key) \(BannerFormat.lines($0.value))" }
        return "\(findings.snapshot.digest) \(evidence) \(String(describing: banners))"
    }
}
