import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("What verify proves, and what it needs a head or a key for")
struct LedgerVerifyTests {
    /// Cuts off the last run with its entry.
    private static let cut = """
        DELETE FROM ledger WHERE sequence = (SELECT max(sequence) FROM ledger);
        DELETE FROM run_hosts WHERE run_id = 10; DELETE FROM run_evidence WHERE run_id = 10; DELETE FROM runs WHERE id = 10;
        UPDATE sqlite_sequence SET seq = 9
        """

    @Test("A history that nobody touched holds, and its head is the one that was noted", arguments: [false, true])
    func untouched(isSigned: Bool) throws {
        let key = SigningKey()
        let history = try RecordedHistory(key: isSigned ? key : nil)
        let verification = try Verifier(
            Store(reading: history.folder.database), expected: history.head, keys: isSigned ? [key.publicKey] : nil
        ).run { _, _ in }
        #expect(verification.head == history.head)
        #expect(verification.counts == [.request: 3, .run: 8, .baseline: 3, .report: 2, .prune: 1, .import: 1])
        #expect(verification.prunedRuns == 1 && verification.importedRuns == 2)
        #expect(verification.signedFrom == (isSigned ? 1 : nil))
    }

    @Test("Progress is told for each entry")
    func progress() throws {
        let history = try RecordedHistory()
        var told: [[Int]] = []
        _ = try Verifier(Store(reading: history.folder.database), expected: nil, keys: nil).run {
            told.append([$0, $1])
        }
        #expect(told == (1...18).map { [$0, 18] })
    }

    @Test("An earlier head is proved by everything that came after it")
    func earlierHead() throws {
        let history = try RecordedHistory()
        let hashes = try history.folder.texts("SELECT lower(hex(hash)) FROM ledger ORDER BY sequence")
        for (index, hash) in hashes.enumerated() {
            for text in ["portbase ledger \(index + 1) sha256:\(hash)", hash] {
                #expect(try RecordedHistory.discrepancy(history.folder, expected: LedgerHead(text)) == nil)
            }
            let moved = LedgerHead("portbase ledger \(index + 2) sha256:\(hash)")
            #expect(try RecordedHistory.discrepancy(history.folder, expected: moved)?.entry == Int64(index + 2))
        }
    }

    @Test(
        "An end that is cut off whole is found by a head alone; a key does not help",
        .enabled(if: Tool.sqlite3 != nil, "the sqlite3 program is missing"))
    func truncation() throws {
        let key = SigningKey()
        let history = try RecordedHistory(key: key)
        let last = try history.folder.texts(
            "SELECT kind || ' ' || number FROM ledger WHERE sequence = (SELECT max(sequence) FROM ledger)")
        #expect(last == ["run 10"])
        let copy = try #require(try history.changed(by: Self.cut))
        let withoutHead = try RecordedHistory.discrepancy(copy, keys: [key.publicKey])
        #expect(withoutHead == nil)
        let found = try #require(try RecordedHistory.discrepancy(copy, expected: history.head))
        #expect(found.entry == history.head.sequence && found.problem.contains("cut or rewritten"))
    }

    @Test("A cut that leaves SQLite's own number of the last run is found by that")
    func carelessTruncation() throws {
        let history = try RecordedHistory()
        let careless = Self.cut.split(separator: "UPDATE")[0]
        let copy = try #require(try history.changed(by: String(careless)))
        #expect(try RecordedHistory.discrepancy(copy)?.subject == "the last number of sqlite_sequence")
    }

    @Test("A ledger that is rebuilt as a whole holds by itself, and is found by a head and by a key")
    func rebuilt() throws {
        let key = SigningKey()
        let (mine, forged) = (try RecordedHistory(key: key), try RecordedHistory(key: SigningKey()))
        let unsigned = try RecordedHistory()
        #expect(mine.head == forged.head, "the same history has the same hashes, whoever signs")
        for folder in [forged.folder, unsigned.folder] { #expect(try RecordedHistory.discrepancy(folder) == nil) }
        let stranger = try #require(try RecordedHistory.discrepancy(forged.folder, keys: [key.publicKey]))
        #expect("\(stranger)".contains("entry 1 (request 1 of web): it is signed with another key"))
        #expect(
            try RecordedHistory.discrepancy(unsigned.folder, keys: [key.publicKey])?.problem == "no entry is signed")
        let other = try RecordedHistory()
        let store = try other.folder.store()
        _ = try store.setBaseline(store.run(.number(1)), acceptance("forged"))
        let head = try #require(try store.ledgerHead())
        #expect(try RecordedHistory.discrepancy(other.folder) == nil)
        #expect(try RecordedHistory.discrepancy(mine.folder, expected: head)?.entry == head.sequence)
    }

    @Test("A signed ledger takes no entry without a signature, and every other keyed one")
    func signedOnly() throws {
        let (key, next) = (SigningKey(), SigningKey())
        let folder = try TemporaryFolder()
        let run = try folder.store().record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        _ = try Store(recordingIn: folder.database, signingKey: key).setBaseline(run, acceptance())
        #expect(throws: StoreError.unsigned(path: folder.database)) {
            try folder.store().setBaseline(run, acceptance())
        }
        #expect(throws: StoreError.unsigned(path: folder.database)) {
            try folder.store().record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        }
        #expect(try folder.numbers("SELECT count(*) FROM runs") == [1])
        _ = try Store(recordingIn: folder.database, signingKey: next).setBaseline(run, acceptance())
        let verification = try Verifier(
            Store(reading: folder.database), expected: nil, keys: [key.publicKey, next.publicKey]
        ).run { _, _ in }
        #expect(verification.signedFrom == 3 && verification.entryCount == 4)
        #expect(try RecordedHistory.discrepancy(folder, keys: [key.publicKey])?.entry == 4)
        #expect(try RecordedHistory.discrepancy(folder, keys: [next.publicKey])?.entry == 3)
        try folder.execute(
            "DROP TRIGGER ledger_no_update",
            "UPDATE ledger SET public_key = NULL, signature = NULL WHERE sequence = 4")
        #expect(try RecordedHistory.discrepancy(folder)?.problem == "it is not signed, and from entry 3 on all were")
    }

    @Test(
        "What was changed in the schema is named",
        arguments: [
            ("DROP TRIGGER runs_no_update", "trigger runs_no_update: it is missing"),
            ("DROP INDEX runs_by_check", "index runs_by_check: it is missing"),
            ("CREATE TABLE mine (x)", "table mine: portbase did not make it"),
            ("DROP VIEW open_ports; CREATE VIEW open_ports AS SELECT 1", "view open_ports: it is not the one that"),
            (
                "CREATE TRIGGER more AFTER INSERT ON runs BEGIN SELECT 1; END",
                "trigger more: portbase did not make it"
            ),
            ("DROP TABLE ledger", "table ledger: it is missing"),
        ])
    func schema(_ sql: String, _ expected: String) throws {
        let history = try RecordedHistory()
        try history.folder.connection().executeScript(Array("PRAGMA foreign_keys = OFF; \(sql)".utf8))
        let found = try #require(try RecordedHistory.discrepancy(history.folder))
        #expect("\(found)".hasPrefix(expected), "\(found)")
    }

    @Test(
        "A trigger that is written into the schema itself is named, whatever it is called",
        .enabled(if: Tool.sqlite3 != nil, "the sqlite3 program is missing"),
        arguments: [
            ("sqlite_stat1", "portbase did not make it"), ("sqlite_stats", "portbase did not make it"),
            ("SQLITE_STAT4", "portbase did not make it"), ("sqlite_autoindex_x", "portbase did not make it"),
        ])
    func plantedTrigger(_ name: String, _ problem: String) throws {
        // It makes each new run the baseline of its check, so that nothing ever drifts.
        let sql = """
            CREATE TRIGGER \(name) AFTER INSERT ON runs BEGIN INSERT INTO baselines
            SELECT NEW.check_id, 1 + max(version), NEW.id, NULL, NEW.finished_at, ''x'', ''x'', NULL, ''x'', NULL
            FROM baselines WHERE check_id = NEW.check_id; END
            """
        let history = try RecordedHistory()
        let script = """
            PRAGMA writable_schema = ON;
            INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql)
            VALUES ('trigger', '\(name)', 'runs', 0, '\(sql)');
            """
        #expect(try Tool.run(#require(Tool.sqlite3), ["-bail", history.folder.database, script]).status == 0)
        #expect(try RecordedHistory.discrepancy(history.folder).map { "\($0)" } == "trigger \(name): \(problem)")
    }

    @Test("What ANALYZE notes is no change")
    func analyze() throws {
        let history = try RecordedHistory()
        try history.folder.execute("ANALYZE")
        #expect(try RecordedHistory.discrepancy(history.folder) == nil)
    }

    @Test("A byte that is flipped anywhere in the file is found, or is one that holds nothing", arguments: 1...40)
    func flippedByte(seed: UInt64) throws {
        let history = try RecordedHistory()
        var random = SplitMix64(seed: seed)
        var bytes = try history.folder.bytes()
        let position = Int.random(in: 100..<bytes.count, using: &random)
        bytes[position] ^= UInt8(1) << Int.random(in: 0..<8, using: &random)
        let copy = try TemporaryFolder()
        try bytes.write(to: URL(fileURLWithPath: copy.database))
        let found: Discrepancy?
        do {
            found = try RecordedHistory.discrepancy(copy)
        } catch {
            return  // It cannot be read at all.
        }
        if found == nil { #expect(try dump(copy) == dump(history.folder), "byte \(position)") }
    }

    private func dump(_ folder: TemporaryFolder) throws -> String {
        try Tool.run(#require(Tool.sqlite3), [folder.database, ".dump"]).output
    }

    @Test("The entries of a random history hold, and are those of any other recording of it", arguments: 1...4)
    func randomHistories(seed: UInt64) throws {
        let heads = try (0..<2).map { _ in
            var random = SplitMix64(seed: seed)
            let folder = try TemporaryFolder()
            let store = try folder.store()
            var results = RandomNetwork.results(&random)
            for index in 0..<25 {
                _ = try store.record(draft(index % 4 == 3 ? "other" : "mine", results, at: index))
                results = RandomNetwork.successor(of: results, &random)
                if results.isEmpty { results = RandomNetwork.results(&random) }
            }
            #expect(try RecordedHistory.discrepancy(folder) == nil, "seed \(seed)")
            return try store.ledgerHead()
        }
        #expect(heads[0] == heads[1])
    }
}

@Suite("Keys that sign the ledger")
struct SigningKeyTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/key" }

    init() throws {
        folder = try TemporaryFolder()
    }

    @Test("A key is written for its owner alone, is read again, and never overwrites a file")
    func files() throws {
        let key = SigningKey()
        try key.write(to: path)
        #expect(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int == 0o600)
        #expect(try SigningKey(path: path).publicKey == key.publicKey)
        #expect(try PublicKey(path: path + ".pub") == key.publicKey)
        let text = try String(contentsOfFile: path + ".pub", encoding: .utf8)
        #expect(text == "portbase-ed25519-public \(key.publicKey)\n")
        #expect(throws: KeyError.unwritable(path: path, reason: "File exists")) { try SigningKey().write(to: path) }
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: KeyError.self) { try SigningKey().write(to: path) }
        #expect(!FileManager.default.fileExists(atPath: path), "half a pair is left behind")
        #expect(try PublicKey(path: path + ".pub") == key.publicKey)
    }

    @Test("A key that others may read is refused", arguments: [0o640, 0o604, 0o660, 0o601])
    func exposed(mode: Int) throws {
        try SigningKey().write(to: path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        #expect(throws: KeyError.exposed(path: path)) { try SigningKey(path: path) }
    }

    @Test(
        "What is no key is refused",
        arguments: ["", "x", "portbase-ed25519-private", "portbase-ed25519-private AAAA", "portbase-ed25519-private !"])
    func malformed(content: String) throws {
        for path in [path, path + ".pub"] {
            try content.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        }
        #expect(throws: KeyError.malformed(path: path, title: "portbase-ed25519-private")) {
            try SigningKey(path: path)
        }
        #expect(throws: KeyError.malformed(path: path, title: "portbase-ed25519-public")) { try PublicKey(path: path) }
        #expect(throws: KeyError.unreadable(path: "/nowhere", reason: "No such file or directory")) {
            try SigningKey(path: "/nowhere")
        }
    }

    @Test("The halves of a pair are not taken for each other")
    func halves() throws {
        try SigningKey().write(to: path)
        #expect(throws: KeyError.self) { try PublicKey(path: path) }
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path + ".pub")
        #expect(throws: KeyError.self) { try SigningKey(path: path + ".pub") }
    }
}
