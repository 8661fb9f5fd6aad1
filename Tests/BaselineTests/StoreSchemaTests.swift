import Foundation
import Glibc
import Migrations
import PortCore
import Testing

@testable import Baseline

@Suite("The database file and its tables")
struct StoreSchemaTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return try #require(attributes[.posixPermissions] as? Int)
    }

    @Test("The file is for its owner alone, and so is every folder that had to be made")
    func modes() throws {
        let path = folder.path + "/a/b/portbase.db"
        let store = try Store(recordingIn: path)
        _ = try store.record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        #expect(try mode(path) == 0o600)
        #expect(try mode(path + "-wal") == 0o600)
        #expect(try mode(path + "-shm") == 0o600)
        #expect(try mode(folder.path + "/a/b") == 0o700)
        #expect(try mode(folder.path + "/a") == 0o700)
    }

    @Test(
        "A path may hold any character", arguments: ["a b", "a?b=c#d", "100%25", "ünïcödé", "'q\"", "a;b&c", "file:x"])
    func paths(name: String) throws {
        let path = folder.path + "/" + name + ".db"
        let run = try Store(recordingIn: path).record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        #expect(try Store(reading: path).run(.number(1)) == run)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { $0.hasPrefix(name + ".db") })
    }

    @Test("The file says that it is portbase's, which schema it has, and that it keeps a write-ahead log")
    func header() throws {
        _ = try folder.store()
        #expect(try folder.numbers("PRAGMA application_id") == [0x5042_6173])
        #expect(try folder.numbers("PRAGMA user_version") == [Migrations.all.count])
        #expect(try folder.texts("PRAGMA journal_mode") == ["wal"])
        #expect(try folder.texts("PRAGMA integrity_check") == ["ok"])
    }

    @Test("A commit survives a power cut, and keys are checked")
    func connection() throws {
        let database = try folder.store().database
        #expect(try database.first("PRAGMA synchronous") { $0.int(0) } == 2)
        #expect(try database.first("PRAGMA foreign_keys") { $0.int(0) } == 1)
    }

    @Test("Every table is STRICT")
    func strict() throws {
        _ = try folder.store()
        let tables = try folder.texts("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        #expect(tables.count > 5)
        for sql in tables {
            let options = sql[(sql.lastIndex(of: ")") ?? sql.startIndex)...]
            #expect(options.contains("STRICT"), "\(sql)")
        }
    }

    @Test("The list of migrations is the SQL files of the folder, numbered without a gap")
    func migrations() throws {
        let directory = Project.root.appendingPathComponent("migrations")
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".sql") }
            .sorted()
        #expect(Migrations.all.map(\.version) == Array(1...files.count))
        for (step, file) in zip(Migrations.all, files) {
            #expect(file.hasPrefix(String(format: "v%03d-", step.version)))
            #expect(try Data(step.sql) == Data(contentsOf: directory.appendingPathComponent(file)))
        }
    }

    @Test("Opening a database again changes nothing in it")
    func idempotent() throws {
        _ = try folder.store().record(draft("x", [found("10.0.0.1", [.connected: "22"])]))
        let before = try folder.bytes()
        _ = try folder.store()
        _ = try Store(reading: folder.database)
        #expect(try folder.bytes() == before)
    }
}

@Suite("Append-only")
struct AppendOnlyTests {
    private let folder: TemporaryFolder
    private let database: Database

    /// A database with a row in every table.
    init() throws {
        folder = try TemporaryFolder()
        let store = try folder.store()
        let run = try store.record(
            draft(
                "x", [found("10.0.0.1", [.connected: "22", .timeout: "80"])],
                banners: [Host("10.0.0.1")!: said([22: "SSH-2.0-x"])]))
        _ = try store.setBaseline(run, acceptance())
        _ = try store.record(draft("x", [found("10.0.0.1", [.refused: "22,80"])], at: 1))
        let port = [Endpoints("10.0.0.1:80")!]
        _ = try store.acceptDrift(of: run.check, upTo: nil, at: port, acceptance())
        try store.record([reading("web01", at: 0, .init("eth0", ["10.0.0.1"]))], vantage: "probe1", user: "op")
        for time in 2...3 { _ = try store.record(draft("x", [found("10.0.0.1", [.refused: "22,80"])], at: time)) }
        _ = try store.prune(by: RetentionPolicy(since: minute(9)), acceptance())
        let bundle = folder.path + "/x.bundle"
        _ = try store.export([.check(run.check)], to: bundle)
        _ = try store.importBundle(BundleReader(bundle), as: CheckName("y")!, acceptance())
        database = try folder.connection()
    }

    private func tables() throws -> [String] {
        try folder.texts(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    }

    private func columns(_ table: String) throws -> [String] {
        try folder.texts("SELECT name FROM pragma_table_info('\(table)')")
    }

    private func content(_ table: String) throws -> [String] {
        let row = try columns(table).map { "quote(\"\($0)\")" }.joined(separator: " || ',' || ")
        return try folder.texts("SELECT \(row) FROM \(table)")
    }

    /// Runs `sql`, which the triggers of `table` must refuse.
    private func expectRefused(_ table: String, _ sql: String) throws {
        let before = try content(table)
        #expect(!before.isEmpty, "table \(table) has no row to try this on")
        let error = #expect(throws: StoreError.self, "\(sql)") { try database.execute(sql) }
        #expect(error?.description.contains("\(table) is append-only") == true, "\(sql): \(String(describing: error))")
        #expect(try content(table) == before, "\(sql)")
    }

    @Test("No table lets a column of a row be changed")
    func update() throws {
        for table in try tables() {
            for column in try columns(table) {
                try expectRefused(table, "UPDATE \(table) SET \"\(column)\" = \"\(column)\"")
                try expectRefused(table, "UPDATE OR IGNORE \(table) SET \"\(column)\" = \"\(column)\"")
            }
        }
    }

    @Test("No table lets a row be deleted")
    func delete() throws {
        for table in try tables() { try expectRefused(table, "DELETE FROM \(table)") }
    }

    @Test("No table lets a row be replaced, by its key or by any other column that is unique")
    func replace() throws {
        for table in try tables() {
            let columns = try columns(table)
            try expectRefused(table, "INSERT INTO \(table) SELECT * FROM \(table) LIMIT 1")
            try expectRefused(table, "INSERT OR REPLACE INTO \(table) SELECT * FROM \(table) LIMIT 1")
            try expectRefused(table, "REPLACE INTO \(table) SELECT * FROM \(table) LIMIT 1")
            let unique = try folder.numbers(
                "SELECT count(*) FROM pragma_index_list('\(table)') WHERE \"unique\" AND origin = 'u'")[0]
            guard unique > 0 else { continue }
            #expect(columns[0] == "id", "a table with a unique column has a number as its key")
            let others = columns.dropFirst().joined(separator: ", ")
            try expectRefused(
                table, "INSERT OR REPLACE INTO \(table) SELECT id + 1000, \(others) FROM \(table) LIMIT 1")
            try expectRefused(
                table, "INSERT OR REPLACE INTO \(table) (\(others)) SELECT \(others) FROM \(table) LIMIT 1")
        }
    }

    @Test("No table lets an insert turn into a change")
    func upsert() throws {
        for table in try tables() {
            let column = try columns(table)[1]
            try expectRefused(
                table,
                "INSERT INTO \(table) SELECT * FROM \(table) WHERE true ON CONFLICT DO UPDATE SET \(column) = 1"
            )
        }
    }

    @Test(
        "The sqlite3 shell is refused as well",
        .enabled(if: Tool.sqlite3 != nil, "the sqlite3 program is missing: apt-get install sqlite3"))
    func shell() throws {
        let shell = try #require(Tool.sqlite3)
        for table in try tables() {
            let column = try columns(table)[0]
            for sql in [
                "UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)",
                "INSERT OR REPLACE INTO \(table) SELECT * FROM \(table)",
            ] {
                let (status, output) = try Tool.run(shell, [folder.database, sql])
                #expect(status != 0 && output.contains("\(table) is append-only"), "\(sql): \(output)")
            }
        }
    }
}
