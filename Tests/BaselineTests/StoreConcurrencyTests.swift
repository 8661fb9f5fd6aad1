import Foundation
import Glibc
import PortCore
import Testing

@testable import Baseline

@Suite("Several writers of one database")
struct StoreConcurrencyTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("Runs that are recorded at once are all recorded, and numbered in the order of their commits")
    func atOnce() throws {
        let folder = folder
        let (threads, each) = (8, 6)
        let recorded = onThreads(threads) { thread in
            let store = try folder.store()
            var random = SplitMix64(seed: UInt64(thread))
            return try (0..<each).map { _ in
                let draft = try draft(thread % 2 == 0 ? "shared" : "own\(thread)", RandomNetwork.results(&random))
                return (run: try store.record(draft), snapshot: draft.snapshot, evidence: draft.evidence)
            }
        }
        let runs = try recorded.flatMap { try $0.get() }
        #expect(runs.map(\.run.id).sorted() == Array(1...Int64(threads * each)))
        for thread in try recorded.map({ try $0.get().map(\.run.id) }) { #expect(thread == thread.sorted()) }
        let reader = try Store(reading: folder.database)
        for (run, snapshot, evidence) in runs {
            #expect(try reader.snapshot(of: run) == snapshot, "run \(run.id)")
            #expect(try reader.evidence(of: run) == evidence, "run \(run.id)")
        }
        #expect(try folder.texts("PRAGMA integrity_check") == ["ok"])
        #expect(try folder.texts("PRAGMA foreign_key_check").isEmpty)
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }

    @Test("Several that make the same new database at once all succeed")
    func creators() throws {
        for round in 1...15 {
            let path = folder.path + "/round\(round)/portbase.db"
            let runs = onThreads(6) { thread in
                let store = try Store(recordingIn: path)
                _ = try store.latestRequest(of: CheckName("x")!)
                return try store.record(draft("x", [found("10.0.0.\(thread + 1)", [.connected: "22"])]))
            }
            let failures = runs.compactMap { if case .failure(let error) = $0 { "\(error)" } else { nil } }
            #expect(failures.isEmpty, "round \(round)")
            #expect(runs.compactMap { try? $0.get().id }.sorted() == [1, 2, 3, 4, 5, 6], "round \(round)")
        }
    }

    @Test("A reader sees whole runs while others record")
    func readers() throws {
        let folder = folder
        _ = try folder.store().record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        let results = onThreads(4) { thread in
            if thread == 0 {
                let store = try folder.store()
                for port in 1...40 as ClosedRange<UInt16> {
                    _ = try store.record(
                        draft(
                            "x", [found(Host("10.0.0.1")!, at: nil, [(.connected, PortSet([port...port]))])],
                            request: request(ports: "\(port)"), redefines: true))
                }
            } else {
                let store = try Store(reading: folder.database)
                for _ in 0..<100 {
                    let run = try store.run(.latest(CheckName("x")!, back: 0))
                    _ = try store.findings(of: run)
                    _ = try store.latestRequest(of: CheckName("x")!)
                    var question = Question()
                    question.subject = .states(at: .distantFuture)
                    #expect(try store.answers(to: question).rows.count == 1)
                }
            }
        }
        for result in results { #expect(throws: Never.self) { try result.get() } }
    }

    // MARK: Locks

    @Test(
        "A writer that waits longer than its patience says that the database is locked",
        arguments: ["IMMEDIATE", "EXCLUSIVE"])
    func locked(kind: String) throws {
        let run = try folder.store().record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        let other = try folder.connection()
        let store = try folder.store(patience: 400)
        try other.execute("BEGIN \(kind)")
        let before = try folder.bytes()
        #expect(throws: StoreError.locked(path: folder.database)) {
            try store.record(draft("x", [found("10.0.0.1", [.refused: "22"])]))
        }
        #expect(throws: StoreError.locked(path: folder.database)) { try store.setBaseline(run, acceptance()) }
        #expect(try folder.bytes() == before)
        #expect(try Store(reading: folder.database).runs(of: nil, limit: 9) == [run])
        try other.execute("ROLLBACK")
        #expect(try store.record(draft("x", [found("10.0.0.1", [.refused: "22"])])).id == 2)
    }

    @Test("A writer that waits writes as soon as the other is done")
    func waits() throws {
        let store = try folder.store()
        nonisolated(unsafe) let other = try folder.connection()
        try other.execute("BEGIN IMMEDIATE")
        Thread.detachNewThread {
            usleep(300_000)
            #expect(throws: Never.self) { try other.execute("ROLLBACK") }
        }
        let start = ContinuousClock.now
        #expect(try store.record(draft("x", [found("10.0.0.1", [.connected: "22"])])).id == 1)
        #expect(ContinuousClock.now - start >= .milliseconds(290))
    }

    @Test("Opening waits as patiently as recording, also where the log is yet to be switched on")
    func openingWaits() throws {
        _ = try folder.store()
        try folder.execute("PRAGMA journal_mode = DELETE")
        let other = try folder.connection()
        try other.execute("BEGIN IMMEDIATE")
        let waited = ContinuousClock().measure {
            #expect(throws: StoreError.locked(path: folder.database)) { try folder.store(patience: 1000) }
        }
        #expect(waited >= .milliseconds(900))
        try other.execute("ROLLBACK")
        #expect(throws: Never.self) { try folder.store(patience: 1000) }
    }

    @Test("A check waits for locks five seconds in all, and then says what was found and that it is not recorded")
    func check() throws {
        let network = ScriptedNetwork(["10.0.0.1:22": .connected])
        let checker = network.checker(folder.database)
        _ = try checker.run(order("x", parts(["10.0.0.1"], ports: "22")))
        try folder.execute("PRAGMA journal_mode = DELETE")
        nonisolated(unsafe) let other = try folder.connection()
        try other.execute("BEGIN EXCLUSIVE")
        // Reading has to wait, too; then a second process has the lock for recording.
        Thread.detachNewThread {
            usleep(2_000_000)
            #expect(throws: Never.self) {
                try other.execute("ROLLBACK")
                try other.execute("BEGIN IMMEDIATE")
            }
        }
        var report: CheckReport?
        let waited = try ContinuousClock().measure {
            report = try checker.run(order("x", parts(["10.0.0.1"], ports: "22")))
        }
        #expect(waited > .seconds(4) && waited < .seconds(6), "\(waited)")
        #expect(report?.verdict.line.hasPrefix("OK - Port 22 is open; the run was not recorded: ") == true)
        #expect(report?.run == nil)
        #expect(report?.warnings.first?.contains("is locked by another process") == true)
        try other.execute("ROLLBACK")
        #expect(try Store(reading: folder.database).runs(of: nil, limit: 9).count == 1)
    }

    @Test("A check that cannot read whether there is a baseline is not known, after five seconds")
    func checkWithoutReading() throws {
        let checker = ScriptedNetwork(["10.0.0.1:22": .connected]).checker(folder.database)
        _ = try checker.run(order("x", parts(["10.0.0.1"], ports: "22")))
        try folder.execute("PRAGMA journal_mode = DELETE")
        let other = try folder.connection()
        try other.execute("BEGIN EXCLUSIVE")
        let waited = ContinuousClock().measure {
            #expect(throws: StoreError.locked(path: folder.database)) {
                try checker.run(order("x", parts(["10.0.0.1"], ports: "22")))
            }
        }
        #expect(waited > .seconds(4) && waited < .seconds(6), "\(waited)")
    }

    /// Asks to stop after a moment.
    private func cancelSoon(_ cancellation: Cancellation) {
        Thread.detachNewThread {
            usleep(300_000)
            cancellation.cancel(signal: SIGTERM)
        }
    }

    @Test("A request to stop ends the wait of a writer within a second")
    func cancelled() throws {
        let cancellation = Cancellation()
        let store = try Store(recordingIn: folder.database, cancellation: cancellation)
        let other = try folder.connection()
        try other.execute("BEGIN IMMEDIATE")
        cancelSoon(cancellation)
        let waited = ContinuousClock().measure {
            #expect(throws: StoreError.interrupted(signal: SIGTERM)) {
                try store.record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
            }
        }
        #expect(waited < .seconds(1))
    }

    @Test("A request to stop ends the wait of a reader, too")
    func cancelledReader() throws {
        _ = try folder.store()
        try folder.execute("PRAGMA journal_mode = DELETE")
        let other = try folder.connection()
        try other.execute("BEGIN EXCLUSIVE")
        let cancellation = Cancellation()
        cancelSoon(cancellation)
        let waited = ContinuousClock().measure {
            #expect(throws: StoreError.interrupted(signal: SIGTERM)) {
                try Store(reading: folder.database, cancellation: cancellation)
            }
        }
        #expect(waited < .seconds(1))
    }

    @Test("A request to stop in the middle of recording leaves nothing, and the next recording works")
    func cancelledRecording() throws {
        let cancellation = Cancellation()
        let store = try Store(recordingIn: folder.database, cancellation: cancellation)
        #expect(throws: StoreError.interrupted(signal: SIGINT)) {
            try store.database.write { () throws(StoreError) in
                try store.database.execute("INSERT INTO checks (name) VALUES ('x')")
                cancellation.cancel(signal: SIGINT)
            }
        }
        #expect(try folder.numbers("SELECT count(*) FROM checks") == [0])
        #expect(try folder.store().record(draft("x", [found("10.0.0.1", [.connected: "22"])])).id == 1)
    }

    @Test("A write that fails half way leaves nothing, and the next one works")
    func rolledBack() throws {
        let store = try folder.store()
        #expect(throws: StoreError.noRun("stop")) {
            try store.database.write { () throws(StoreError) in
                try store.database.execute("INSERT INTO checks (name) VALUES ('x')")
                throw .noRun("stop")
            }
        }
        #expect(try folder.numbers("SELECT count(*) FROM checks") == [0])
        #expect(try store.record(draft("x", [found("10.0.0.1", [.connected: "22"])])).id == 1)
    }

    // MARK: Death

    @Test(
        "A writer that is killed in the middle leaves nothing of its run, and no lock",
        .enabled(if: Tool.sqlite3 != nil, "the sqlite3 program is missing: apt-get install sqlite3"))
    func killed() throws {
        let store = try folder.store()
        let run = try store.record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        let writer = Process()
        let (input, output) = (Pipe(), Pipe())
        writer.executableURL = URL(fileURLWithPath: try #require(Tool.sqlite3))
        writer.arguments = ["-batch", folder.database]
        writer.standardInput = input
        writer.standardOutput = output
        try writer.run()
        // A cache of a few pages makes SQLite write to the log before the commit.
        input.fileHandleForWriting.write(
            Data(
                """
                PRAGMA cache_size = 5;
                BEGIN IMMEDIATE;
                INSERT INTO runs SELECT NULL, check_id, request_version, context_id, started_at, finished_at, digest,
                    states_digest, hosts, open, closed, filtered, answers, min_us, median_us, p95_us, max_us FROM runs;
                WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                INSERT INTO hosts SELECT i, hex(randomblob(100)) FROM n;
                .shell echo written

                """.utf8))
        #expect(output.fileHandleForReading.availableData == Data("written\n".utf8))
        let log = try FileManager.default.attributesOfItem(atPath: folder.database + "-wal")[.size] as? Int
        #expect(try #require(log) > 500_000)
        kill(writer.processIdentifier, SIGKILL)
        writer.waitUntilExit()
        #expect(writer.terminationReason == .uncaughtSignal)
        #expect(try store.runs(of: nil, limit: 9) == [run])
        #expect(try store.record(draft("x", [found("10.0.0.1", [.refused: "22"])])).id == 2)
        #expect(try folder.numbers("SELECT count(*) FROM hosts") == [1])
        #expect(try folder.texts("PRAGMA integrity_check") == ["ok"])
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }
}
