import Foundation
import PortCore
import Testing

@testable import Baseline

/// What somebody does who can write the file and knows SQL, through the `sqlite3` shell.
@Suite(
    "Whatever is changed behind the back of portbase is found and named",
    .enabled(if: Tool.sqlite3 != nil, "the sqlite3 program is missing: apt-get install sqlite3"))
struct LedgerTamperTests {
    static let tables: [String] = {
        let history = try? RecordedHistory()
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_stat%' ORDER BY name"
        return (try? history?.folder.texts(sql)) ?? []
    }()

    private func name(_ history: RecordedHistory, _ sql: String) throws -> String? {
        guard let copy = try history.changed(by: sql) else { return nil }
        let discrepancy = try #require(try RecordedHistory.discrepancy(copy), "not found: \(sql)")
        #expect(discrepancy.entry != nil || discrepancy.subject != nil, "not named: \(sql)")
        return "\(discrepancy)"
    }

    /// The rows of `table` in an order of their own, as a condition for the first of them.
    static func isFirst(of table: String, _ direction: String, _ history: RecordedHistory) throws -> String {
        let key = try history.folder.texts("SELECT name FROM pragma_table_info('\(table)') WHERE pk ORDER BY pk")
        let columns = key.isEmpty ? ["rowid"] : key
        let list = columns.joined(separator: ", ")
        let order = columns.map { "\($0) \(direction)" }.joined(separator: ", ")
        return "(\(list)) = (SELECT \(list) FROM \(table) ORDER BY \(order) LIMIT 1)"
    }

    @Test("There are tables, each with rows")
    func rows() throws {
        let history = try RecordedHistory()
        #expect(Self.tables.count > 15)
        for table in Self.tables {
            #expect(try history.folder.numbers("SELECT count(*) FROM \(table)")[0] > 0, "\(table)")
        }
        #expect(try RecordedHistory.discrepancy(history.folder) == nil)
    }

    @Test(
        "Every column of every table: another value in the first row, and in the last", arguments: tables,
        [false, true])
    func update(table: String, isSigned: Bool) throws {
        let history = try RecordedHistory(key: isSigned ? SigningKey() : nil)
        for column in try history.folder.texts("SELECT name FROM pragma_table_info('\(table)')") {
            var count = 0
            for direction in ["ASC", "DESC"] {
                let row = try Self.isFirst(of: table, direction, history)
                for value in Self.values(besides: column) {
                    let changes = "\(row) AND \(column) IS NOT \(value)"
                    let rows = try history.folder.numbers("SELECT count(*) FROM \(table) WHERE \(changes)")
                    guard rows == [1] else { continue }
                    if try name(history, "UPDATE \(table) SET \(column) = \(value) WHERE \(changes)") != nil {
                        count += 1
                    }
                }
            }
            #expect(count > 0, "\(table).\(column) could not be changed at all")
        }
    }

    /// Values of every type; SQLite refuses those that a STRICT table cannot hold.
    private static func values(besides column: String) -> [String] {
        [
            "\(column) + 1", "\(column) + 1000", "1 - \(column)", "\(column) || 'x'", "'10.9.9.9'", "zeroblob(32)",
            "NULL", "1",
        ]
    }

    @Test("Every table: its first row, its last row, or all rows deleted", arguments: tables)
    func delete(table: String) throws {
        let history = try RecordedHistory()
        for condition in try [
            Self.isFirst(of: table, "ASC", history), Self.isFirst(of: table, "DESC", history), "true",
        ] {
            #expect(try name(history, "DELETE FROM \(table) WHERE \(condition)") != nil)
        }
    }

    /// A row that is copied with other values in some columns, and what is told of it.
    struct Copy: CustomTestStringConvertible {
        let table: String
        let condition: String
        let values: [String: String]
        let expected: String

        init(_ table: String, _ condition: String, _ values: [String: String], _ expected: String) {
            (self.table, self.condition, self.values, self.expected) = (table, condition, values, expected)
        }

        var testDescription: String { "\(table) \(values)" }
    }

    @Test(
        "Every table: a row that is added",
        arguments: [
            Copy("banners", "id = 1", ["id": "99", "digest": "zeroblob(32)"], "row 99 of banners"),
            Copy("baselines", "version = 1", ["version": "9"], "baseline 9 of web"),
            Copy("block_open_ports", "block_id = 1", ["first_port": "4000", "last_port": "4000"], "block_open_ports"),
            Copy("blocks", "id = 1", ["id": "99", "digest": "zeroblob(32)"], "row 99 of blocks"),
            Copy("checks", "id = 1", ["id": "99", "name": "'x'"], "row 99 of checks"),
            Copy("contexts", "id = 1", ["id": "99", "user": "'eve'"], "row 99 of contexts"),
            Copy("derived", "id = 1", ["id": "99", "digest": "zeroblob(32)"], "row 99 of derived"),
            Copy("derived_hosts", "host_id = 1", ["derived_id": "99"], "derived_hosts"),
            Copy("evidence", "id = 1", ["id": "99", "digest": "zeroblob(32)"], "row 99 of evidence"),
            Copy("hosts", "id = 1", ["id": "99", "identity": "'10.9.9.9'"], "row 99 of hosts"),
            Copy("imports", "id = 1", ["id": "99"], "import 99"),
            Copy("interface_reports", "id = 1", ["id": "99", "digest": "zeroblob(32)"], "report 99"),
            Copy("ledger", "sequence = 1", ["sequence": "99"], "is missing"),
            Copy("port_sets", "id = 1", ["id": "99", "digest": "zeroblob(32)"], "row 99 of port_sets"),
            Copy("prunes", "id = 1", ["id": "99"], "prune 99"),
            Copy("requests", "check_id = 3", ["version": "9"], "request 9 of far"),
            Copy("requests", "version = 2", ["version": "9"], "request 9 of web"),
            Copy("run_banners", "run_id = 1", ["run_id": "2"], "run 2 of web"),
            Copy("run_banners", "run_id = 1", ["run_id": "2", "banner_id": "NULL"], "run 2 of web"),
            Copy("run_evidence", "run_id = 1", ["run_id": "2"], "run 2 of web"),
            Copy("run_hosts", "run_id = 1", ["run_id": "2"], "run 2 of web"),
            Copy("run_hosts", "run_id = 1", ["run_id": "3"], "run_hosts"),
            Copy("run_hosts", "run_id = 1", ["run_id": "99"], "run_hosts"),
            Copy("runs", "id = 1", ["id": "99"], "run 99 of web"),
            Copy("runs", "id = 8", ["id": "99"], "run 99 of far"),
            Copy("sqlite_sequence", "true", ["name": "'hosts'"], "last number"),
        ])
    func insert(copy: Copy) throws {
        let history = try RecordedHistory()
        let columns = try history.folder.texts("SELECT name FROM pragma_table_info('\(copy.table)')")
        let values = columns.map { copy.values[$0] ?? $0 }.joined(separator: ", ")
        let sql = "INSERT INTO \(copy.table) SELECT \(values) FROM \(copy.table) WHERE \(copy.condition) LIMIT 1"
        let name = try #require(try name(history, sql), "SQLite refuses \(sql)")
        #expect(name.contains(copy.expected), "\(name)")
    }

    @Test(
        "Two rows that change places",
        arguments: [
            ("ledger", "sequence", 3, 4, "entry 3 ("),
            ("runs", "id", 1, 2, "entry 2 (run 1 of web)"),
            ("baselines", "version", 1, 2, "(baseline 1 of web)"),
            ("requests", "version", 1, 2, "entry 1 (request 1 of web)"),
            ("hosts", "id", 1, 2, "entry 2 (run 1 of web)"),
            ("blocks", "id", 1, 2, "entry 2 (run 1 of web)"),
            ("run_hosts", "run_id", 1, 2, "entry 2 (run 1 of web)"),
            ("evidence", "id", 1, 2, "entry 2 (run 1 of web)"),
            ("banners", "id", 1, 2, "entry 2 (run 1 of web)"),
            ("interface_reports", "id", 1, 2, "(report 1)"),
        ])
    func reorder(_ table: String, _ key: String, _ one: Int, _ other: Int, _ expected: String) throws {
        let swap = """
            UPDATE \(table) SET \(key) = CASE \(key) WHEN \(one) THEN -\(other) ELSE -\(one) END
            WHERE \(key) IN (\(one), \(other)); UPDATE \(table) SET \(key) = -\(key) WHERE \(key) < 0
            """
        let name = try #require(try name(RecordedHistory(), swap), "SQLite refuses \(swap)")
        #expect(name.contains(expected), "\(name)")
    }

    @Test(
        "Rows of a check whose name is canonically equivalent to that of another are no rows of that one",
        arguments: ["requests", "baselines"])
    func equivalentName(table: String) throws {
        let (source, target) = (try TemporaryFolder(), try TemporaryFolder())
        let name = CheckName("K")!
        let run = try source.store().record(draft("K", [found("10.0.0.1", [.connected: "22"])]))
        _ = try source.store().setBaseline(run, acceptance())
        let bundle = source.path + "/k.bundle"
        _ = try source.store().export([.check(name)], to: bundle)
        _ = try target.store().importBundle(BundleReader(bundle), as: nil, acceptance())
        // The Kelvin sign.
        try target.execute("INSERT INTO checks VALUES (2, '\u{212A}')")
        let columns = try target.texts("SELECT name FROM pragma_table_info('\(table)') WHERE name <> 'check_id'")
            .joined(separator: ", ")
        if table == "baselines" {
            try target.execute("INSERT INTO requests SELECT 2, version, body, recorded_at, vantage, user FROM requests")
        }
        try target.execute("INSERT INTO \(table) (check_id, \(columns)) SELECT 2, \(columns) FROM \(table)")
        let found = try #require(try RecordedHistory.discrepancy(target))
        #expect("\(found)" == "request 1 of \u{212A}: it has no entry in the ledger")
        #expect(throws: StoreError.self) { try target.store().checks(named: nil) }
    }
}
