import Foundation
import Glibc
import Migrations
import PortCore
import Testing

@testable import Baseline

@Suite("Databases that cannot be used")
struct StoreFaultTests {
    private let folder: TemporaryFolder
    private let results = [found("10.0.0.1", [.connected: "22", .timeout: "80"])]

    init() throws {
        folder = try TemporaryFolder()
    }

    /// Puts `bytes` where the database belongs.
    private func place(_ bytes: Data) throws {
        try bytes.write(to: URL(fileURLWithPath: folder.database))
    }

    /// Expects `error` for reading and for recording, and not a byte changed, no file more.
    private func expectUnchanged(_ error: StoreError, recording: StoreError? = nil) throws {
        let before = try folder.bytes()
        #expect(throws: error) { try Store(reading: folder.database) }
        #expect(throws: recording ?? error) { try Store(recordingIn: folder.database) }
        #expect(try folder.bytes() == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["portbase.db"])
    }

    @Test("A database that is not there is missing, and reading makes none")
    func missing() throws {
        #expect(throws: StoreError.missing(path: folder.database)) { try Store(reading: folder.database) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("A link that leads nowhere, and a path through a file, are no missing database")
    func unreachable() throws {
        try FileManager.default.createSymbolicLink(
            atPath: folder.database, withDestinationPath: folder.path + "/gone/portbase.db")
        try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
        for path in [folder.database, folder.path + "/file/portbase.db"] {
            for open in [{ try Store(reading: path) }, { try Store(recordingIn: path) }] {
                let error = #expect(throws: StoreError.self) { try open() }
                guard case .cannotOpen(path, _) = error else {
                    Issue.record("\(path): \(error.map { "\($0)" } ?? "no error")")
                    continue
                }
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/gone"))
    }

    @Test("A path may begin with two slashes, and hold what means something in a URI")
    func oddPaths() throws {
        let path = "/" + folder.path + "/a?mode=memory#b%20 c.db"
        #expect(try Store(recordingIn: path).record(draft("x", results)).id == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a?mode=memory#b%20 c.db"])
        #expect(try Store(reading: path).runs(of: nil, limit: 9).count == 1)
    }

    @Test("A database that another process holds is locked, and is never read past its journal")
    func lockedReader() throws {
        _ = try folder.store().record(draft("x", results))
        try folder.execute("PRAGMA journal_mode = DELETE")
        let other = try folder.connection()
        try other.execute("BEGIN EXCLUSIVE")
        let cancellation = Cancellation()
        cancellation.cancel(signal: SIGINT)
        #expect(throws: StoreError.interrupted(signal: SIGINT)) {
            try Store(reading: folder.database, cancellation: cancellation)
        }
    }

    @Test("An empty file holds no run yet, and is recorded in")
    func empty() throws {
        try place(Data())
        #expect(throws: StoreError.empty(path: folder.database)) { try Store(reading: folder.database) }
        #expect(try folder.bytes().isEmpty)
        #expect(try folder.store().record(draft("x", results)).id == 1)
    }

    @Test("Only a missing or empty database means that nothing is recorded yet; only some errors are of writing alone")
    func kinds() {
        let path = "x"
        let all: [StoreError] = [
            .missing(path: path), .empty(path: path), .notADatabase(path: path), .foreign(path: path),
            .newer(path: path, version: 2, known: 1), .damaged(path: path, detail: ""), .locked(path: path),
            .notWritable(path: path, reason: ""), .cannotOpen(path: path, reason: ""),
            .sqlite(path: path, code: 1, message: "", sql: ""), .interrupted(signal: 2),
            .untrusted(path: path, reason: ""), .unfinished(path: path),
        ]
        #expect(all.filter(\.isNothingYet) == [.missing(path: path), .empty(path: path)])
        #expect(
            all.filter(\.isFailureToWrite)
                == [.locked(path: path), .notWritable(path: path, reason: ""), .cannotOpen(path: path, reason: "")])
    }

    @Test("A file that is no database is told as such", arguments: ["text\n", String(repeating: "x", count: 8192)])
    func notADatabase(content: String) throws {
        try place(Data(content.utf8))
        try expectUnchanged(.notADatabase(path: folder.database))
    }

    @Test("A database whose header is damaged is no database")
    func damagedHeader() throws {
        _ = try folder.store().record(draft("x", results))
        try place(Data("SQLite wrong 3\0\0".utf8) + folder.bytes().dropFirst(16))
        try expectUnchanged(.notADatabase(path: folder.database))
    }

    @Test(
        "A database of another program is left alone",
        arguments: [
            "CREATE TABLE t (x)", "PRAGMA application_id = 1", "PRAGMA user_version = 1",
        ])
    func foreign(sql: String) throws {
        try place(Data())
        try folder.execute(sql)
        try expectUnchanged(.foreign(path: folder.database))
    }

    @Test("A pipe is no database, and nobody waits for it")
    func pipe() throws {
        #expect(mkfifo(folder.database, 0o600) == 0)
        let error = StoreError.cannotOpen(path: folder.database, reason: "it is not a regular file")
        #expect(throws: error) { try Store(reading: folder.database) }
        #expect(throws: error) { try folder.store() }
    }

    @Test("A database whose schema version was taken away is damaged, and not empty")
    func withoutVersion() throws {
        _ = try folder.store().record(draft("x", results))
        try folder.execute("PRAGMA user_version = 0")
        try expectUnchanged(
            .damaged(path: folder.database, detail: "it has tables, and its schema version is 0"))
    }

    @Test("A database of a newer portbase is left alone")
    func newer() throws {
        _ = try folder.store().record(draft("x", results))
        try folder.execute("PRAGMA user_version = 99")
        try expectUnchanged(.newer(path: folder.database, version: 99, known: Migrations.all.count))
    }

    @Test("A folder in place of the database cannot be opened")
    func directory() throws {
        try FileManager.default.createDirectory(atPath: folder.database, withIntermediateDirectories: false)
        for open in [{ try Store(reading: folder.database) }, { try Store(recordingIn: folder.database) }] {
            let error = #expect(throws: StoreError.self) { try open() }
            guard case .cannotOpen(folder.database, _) = error else {
                Issue.record("\(error.map { "\($0)" } ?? "no error")")
                continue
            }
        }
    }

    @Test("A file in place of the folder cannot be opened, and the error names the folder")
    func fileInPlaceOfFolder() throws {
        try place(Data("x".utf8))
        let error = #expect(throws: StoreError.self) { try Store(recordingIn: folder.database + "/portbase.db") }
        guard case .cannotOpen = error else { Issue.record("\(String(describing: error))"); return }
        #expect(try folder.bytes() == Data("x".utf8))
    }

    // MARK: Damage

    private func isDamage(_ error: (any Error)?) -> Bool {
        if case .damaged(folder.database, _) = error as? StoreError { true } else { false }
    }

    /// A database of several pages in which every part has been written to the main file.
    private func fill() throws -> Run {
        let store = try folder.store()
        let many = (1...200).map { index in
            found(Host("10.0.0.\(index)")!, at: nil, [(.connected, PortSet([UInt16(index)...UInt16(index)]))])
        }
        return try store.record(draft("x", many))
    }

    @Test("A page that was overwritten in the middle is damage, for reading and for recording")
    func overwrittenPage() throws {
        let run = try fill()
        let root = try folder.numbers("SELECT rootpage FROM sqlite_schema WHERE name = 'run_hosts'")[0]
        let size = try folder.numbers("PRAGMA page_size")[0]
        var bytes = try folder.bytes()
        bytes.replaceSubrange((root - 1) * size..<root * size, with: Data(repeating: 0xaa, count: size))
        try place(bytes)
        let reader = try Store(reading: folder.database)
        #expect(isDamage(#expect(throws: StoreError.self) { try reader.snapshot(of: run) }))
        let writer = try folder.store()
        #expect(isDamage(#expect(throws: StoreError.self) { try writer.record(draft("x", results)) }))
        #expect(try writer.runs(of: nil, limit: 9).map(\.id) == [run.id])
    }

    @Test("A file that was cut in half never gives a snapshot")
    func truncated() throws {
        let run = try fill()
        let bytes = try folder.bytes()
        try place(bytes.prefix(bytes.count / 2))
        #expect(isDamage(#expect(throws: StoreError.self) { try Store(reading: folder.database).snapshot(of: run) }))
    }

    @Test(
        "A row that was edited is found when the snapshot is rebuilt",
        arguments: [
            ("blocks", "UPDATE blocks SET states = 'closed *' || char(10)"),
            ("blocks", "UPDATE blocks SET states = 'nonsense'"),
            ("port_sets", "UPDATE port_sets SET ports = '22,81'"),
            ("port_sets", "UPDATE port_sets SET ports = ''"),
            ("hosts", "UPDATE hosts SET identity = '10.0.0.2'"),
            ("hosts", "UPDATE hosts SET identity = '?' WHERE id = 1"),
            ("run_hosts", "UPDATE run_hosts SET block_id = NULL"),
            ("run_hosts", "UPDATE run_hosts SET address = '192.0.2.2' WHERE address IS NOT NULL"),
        ])
    func editedRow(table: String, edit: String) throws {
        let run = try folder.store().record(
            draft("x", results + [found("web01", at: "192.0.2.1", [.connected: "22", .timeout: "80"])]))
        #expect(try Store(reading: folder.database).snapshot(of: run).digest == run.digest)
        try folder.execute(
            "DROP TRIGGER \(table)_no_update", "PRAGMA ignore_check_constraints = 1",
            edit.replacing("'10.0.0.2'", with: "identity || '9'"))
        #expect(isDamage(#expect(throws: StoreError.self) { try Store(reading: folder.database).snapshot(of: run) }))
    }

    @Test(
        "A run, request or name that cannot be read is damage",
        arguments: [
            ("runs", "UPDATE runs SET digest = x'00'"), ("runs", "UPDATE runs SET started_at = 'yesterday'"),
            ("contexts", "UPDATE contexts SET options = '{'"), ("checks", "UPDATE checks SET name = '!'"),
        ])
    func unreadableRow(table: String, edit: String) throws {
        _ = try folder.store().record(draft("x", results))
        try folder.execute("DROP TRIGGER \(table)_no_update", edit)
        #expect(isDamage(#expect(throws: StoreError.self) { try Store(reading: folder.database).run(.number(1)) }))
    }

    @Test("A request that cannot be read is damage", arguments: ["{", "{}", "[]", "null", ""])
    func unreadableRequest(body: String) throws {
        let run = try folder.store().record(draft("x", results))
        try folder.execute("DROP TRIGGER requests_no_update", "UPDATE requests SET body = '\(body)'")
        let store = try folder.store()
        #expect(isDamage(#expect(throws: StoreError.self) { try store.request(of: run) }))
        #expect(isDamage(#expect(throws: StoreError.self) { try store.record(draft("x", results)) }))
    }

    @Test("Evidence that cannot be read is damage", arguments: ["timeout 22", "connected *", "x"])
    func unreadableEvidence(reasons: String) throws {
        let run = try folder.store().record(draft("x", results))
        try folder.execute("DROP TRIGGER evidence_no_update", "UPDATE evidence SET reasons = '\(reasons)'")
        #expect(isDamage(#expect(throws: StoreError.self) { try Store(reading: folder.database).evidence(of: run) }))
    }
}
