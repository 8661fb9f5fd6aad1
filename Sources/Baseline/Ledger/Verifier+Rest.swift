import Migrations
import PortCore

extension Verifier {
    /// The file as SQLite sees it.
    func checkFile() throws(StoreError) {
        let verdict = try database.first("PRAGMA integrity_check(1)") { $0.text(0) } ?? ""
        guard verdict.hasBytes(of: "ok") else { throw database.damaged(verdict.filter { !$0.isNewline }) }
    }

    /// The first table, index, view or trigger that is not as the migrations made it.
    func schemaDiscrepancy() throws(StoreError) -> Discrepancy? {
        let known = try Self.made(by: database.first("PRAGMA user_version") { Int($0.int(0)) } ?? 0)
        var rest = known
        for object in try Self.schema(database) where object != Self.statistics(object.name) {
            // Each once.
            if let index = rest.firstIndex(of: object) {
                rest.remove(at: index)
            } else if known.contains(where: { $0.title.hasBytes(of: object.title) }) {
                return Discrepancy(object.title, "it is not the one that portbase made")
            } else {
                return Discrepancy(object.title, "portbase did not make it")
            }
        }
        return rest.first.map { Discrepancy($0.title, "it is missing") }
    }

    /// Everything in a schema by kind and name.
    private static func schema(_ database: Database) throws(StoreError) -> [SchemaObject] {
        try database.rows(
            "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name, tbl_name, 4"
        ) { SchemaObject(type: $0.text(0), name: $0.text(1), table: $0.text(2), sql: $0.text(3)) }
    }

    /// The table that ANALYZE makes, to the letter, which decides no answer; `nil` for any other name.
    private static func statistics(_ name: String) -> SchemaObject? {
        let columns = ["sqlite_stat1": "tbl,idx,stat", "sqlite_stat4": "tbl,idx,neq,nlt,ndlt,sample"]
        return columns[name].map {
            SchemaObject(type: "table", name: name, table: name, sql: "CREATE TABLE \(name)(\($0))")
        }
    }

    /// The schema that the migrations make up to `version`.
    private static func made(by version: Int) throws(StoreError) -> [SchemaObject] {
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
        let last = try database.rows("SELECT name, seq FROM sqlite_sequence") {
            Bytewise("\($0.text(0)) \($0.text(1))")
        }
        guard last == lastRun.map({ [Bytewise("runs \($0)")] }) ?? [] else {
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
        ) { (number: $0.int(0), name: $0.optionalText(1)) }
        for (number, name) in unentered {
            let check = name.flatMap { CheckName($0) }
            let isKnown = kind.hasCheck && imported.contains(LedgerItem(kind: kind, name: check, number: number))
            guard isKnown else {
                let subject = "\(kind.rawValue) \(number)" + (name.map { " of \($0)" } ?? "")
                throw .doesNotHold(Discrepancy(subject, "it has no entry in the ledger"))
            }
        }
    }

    /// Throws what `discrepancy` makes of the first row of a query that has to have none.
    private func refuse(_ sql: String, _ discrepancy: (borrowing Statement) -> Discrepancy) throws(StoreError) {
        if let found = try database.first(sql, [], { discrepancy($0) }) { throw .doesNotHold(found) }
    }
}

/// A table, index, view or trigger, as the row of `sqlite_schema` has it.
private struct SchemaObject: Hashable {
    @Bytewise var type: String
    @Bytewise var name: String
    @Bytewise var table: String
    @Bytewise var sql: String

    /// `trigger runs_no_update`.
    var title: String { "\(type) \(name)" }
}
