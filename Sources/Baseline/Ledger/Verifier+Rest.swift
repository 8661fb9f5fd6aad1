import Migrations
import PortCore

extension Verifier {
    /// The file as SQLite sees it.
    func checkFile() throws(StoreError) {
        let verdict = try database.first("PRAGMA integrity_check(1)") { $0.text(0) } ?? ""
        guard verdict == "ok" else { throw database.damaged(verdict.filter { !$0.isNewline }) }
    }

    /// The first table, index, view or trigger that is not as the migrations made it.
    func schemaDiscrepancy() throws(StoreError) -> Discrepancy? {
        let known = try Self.made(by: database.first("PRAGMA user_version") { Int($0.int(0)) } ?? 0)
        let actual = try Self.schema(database)
        for (name, sql) in known.sorted(by: { $0.key < $1.key }) where actual[name] != sql {
            let problem = actual[name] == nil ? "it is missing" : "it is not the one that portbase made"
            return Discrepancy(name, problem)
        }
        return actual.keys.filter { known[$0] == nil }.min().map { Discrepancy($0, "portbase did not make it") }
    }

    /// Everything in a schema, as `trigger runs_no_update`, with its SQL. What ANALYZE adds decides no answer.
    private static func schema(_ database: Database) throws(StoreError) -> [String: String] {
        let rows = try database.rows(
            """
            SELECT type || ' ' || name, tbl_name || ' ' || coalesce(sql, '') FROM sqlite_schema
            WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\'
            """
        ) { ($0.text(0), $0.text(1)) }
        return Dictionary(rows) { first, _ in first }
    }

    /// The schema that the migrations make up to `version`.
    private static func made(by version: Int) throws(StoreError) -> [String: String] {
        let wait = LockWait(Patience(milliseconds: 0), cancellation: Cancellation())
        let fresh = try Database(path: ":memory:", access: .memory, lockWait: wait)
        for step in Migrations.all where step.version <= version { try fresh.executeScript(step.sql) }
        return try schema(fresh)
    }

    /// Rows that neither an entry nor an import vouches for.
    func checkRest(imported: Set<LedgerItem>, lastRun: Int64?) throws(StoreError) {
        for kind in LedgerKind.allCases { try checkUnentered(kind, imported) }
        for (table, key, users) in Self.shared {
            let used = users.map { "SELECT \($0.column) FROM \($0.table)" }.joined(separator: " UNION ALL ")
            try refuse("SELECT \(key) FROM \(table) EXCEPT SELECT * FROM (\(used)) LIMIT 1") {
                Discrepancy("row \($0.int(0)) of \(table)", "nothing that was recorded refers to it")
            }
        }
        for table in ["run_hosts", "run_evidence", "run_banners"] {
            try refuse(
                """
                SELECT run_id FROM \(table) AS x
                WHERE NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.id = x.run_id AND r.check_id = x.check_id) LIMIT 1
                """
            ) { Discrepancy("a row of \(table)", "its run \($0.int(0)) is none of its check") }
        }
        try refuse("PRAGMA foreign_key_check") {
            Discrepancy("a row of \($0.text(0))", "it refers to a row of \($0.text(2)) that is not there")
        }
        // What SQLite numbers the next run by: it tells of runs that were cut off together with their entries.
        let last = try database.rows("SELECT name, seq FROM sqlite_sequence") { "\($0.text(0)) \($0.text(1))" }
        guard last == lastRun.map({ ["runs \($0)"] }) ?? [] else {
            throw .doesNotHold(
                Discrepancy("the last number of sqlite_sequence", "it is not that of the last run in the ledger"))
        }
    }

    /// What is stored once and shared, with the columns that refer to it.
    private static let shared: [(table: String, key: String, users: [(table: String, column: String)])] = [
        ("checks", "id", [("requests", "check_id")]),
        ("contexts", "id", [("runs", "context_id")]),
        ("hosts", "id", [("run_hosts", "host_id"), ("derived_hosts", "host_id")]),
        ("port_sets", "id", [("blocks", "port_set_id")]),
        ("blocks", "id", [("run_hosts", "block_id"), ("derived_hosts", "block_id")]),
        ("derived", "id", [("baselines", "derived_id")]),
        ("evidence", "id", [("run_evidence", "evidence_id")]),
        ("banners", "id", [("run_banners", "banner_id")]),
    ]

    private func checkUnentered(_ kind: LedgerKind, _ imported: Set<LedgerItem>) throws(StoreError) {
        let rows =
            switch kind {
            case .request: "SELECT x.version, c.name FROM requests AS x JOIN checks AS c ON c.id = x.check_id"
            case .run: "SELECT x.id, c.name FROM runs AS x JOIN checks AS c ON c.id = x.check_id"
            case .baseline: "SELECT x.version, c.name FROM baselines AS x JOIN checks AS c ON c.id = x.check_id"
            case .report: "SELECT id, NULL FROM interface_reports"
            case .prune: "SELECT id, NULL FROM prunes"
            case .import: "SELECT id, NULL FROM imports"
            }
        let unentered = try database.rows(
            "\(rows) EXCEPT SELECT number, name FROM ledger WHERE kind = '\(kind.rawValue)'"
        ) { LedgerItem(kind: kind, name: $0.optionalText(1), number: $0.int(0)) }
        if let item = unentered.first(where: { !imported.contains($0) }) {
            throw .doesNotHold(Discrepancy(item.description, "it has no entry in the ledger"))
        }
    }

    /// Throws what `discrepancy` makes of the first row of a query that has to have none.
    private func refuse(_ sql: String, _ discrepancy: (borrowing Statement) -> Discrepancy) throws(StoreError) {
        if let found = try database.first(sql, [], { discrepancy($0) }) { throw .doesNotHold(found) }
    }
}
