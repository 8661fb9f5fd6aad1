import Glibc
import PortCore

extension Store {
    /// What a prune by `policy` would drop.
    ///
    /// - Throws: `StoreError.unknownCheck`, or another case when the database cannot be read.
    public func prunable(by policy: RetentionPolicy) throws(StoreError) -> PruneReport {
        try database.read { () throws(StoreError) in try report(of: droppable(policy)) }
    }

    /// Drops the runs that no answer about the kept ones needs, and enters that into the ledger; then gives the space
    /// back to the disk where nobody else uses the database.
    ///
    /// What does not hold is not pruned: the proof of it would go, too.
    ///
    /// - Throws: `StoreError`; nothing is changed then.
    public func prune(by policy: RetentionPolicy, _ acceptance: Acceptance) throws(StoreError) -> PruneReport {
        let before = fileSize
        _ = try Verifier(self, expected: nil, keys: nil).run { _, _ in }
        var report = try database.withoutForeignKeys { () throws(StoreError) in
            try database.write { () throws(StoreError) in try drop(policy, acceptance) }
        }
        guard report.count > 0 else { return report }
        report.unreclaimed = reclaim()
        report.bytesBefore = before
        report.bytesAfter = fileSize
        return report
    }

    private func drop(_ policy: RetentionPolicy, _ acceptance: Acceptance) throws(StoreError) -> PruneReport {
        let runs = try droppable(policy)
        let report = try report(of: runs)
        guard !runs.isEmpty else { return report }
        try database.execute("DROP TABLE IF EXISTS temp.dropped")
        try database.execute("CREATE TEMP TABLE dropped (run_id INTEGER PRIMARY KEY)")
        do {
            let insert = try Statement("INSERT INTO temp.dropped VALUES (?)", in: database)
            for run in runs { try insert.run([.int(run.number)]) }
        }
        try database.withoutTriggers { () throws(StoreError) in
            try moveTexts(.evidence, heldBy: "1")
            try moveTexts(.banners, heldBy: "r.reads_banners = 1")
            try database.execute("DELETE FROM runs WHERE id IN (SELECT run_id FROM temp.dropped)")
            for (table, used) in [
                ("contexts", "SELECT context_id FROM runs"),
                ("evidence", "SELECT evidence_id FROM run_evidence WHERE evidence_id IS NOT NULL"),
                ("banners", "SELECT banner_id FROM run_banners WHERE banner_id IS NOT NULL"),
            ] { try database.execute("DELETE FROM \(table) WHERE id NOT IN (\(used))") }
        }
        try database.execute("DROP TABLE temp.dropped")
        if let table = try database.first("PRAGMA foreign_key_check", [], { $0.text(0) }) {
            throw database.damaged("a row of \(table) refers to what is not there")
        }
        try database.execute("INSERT INTO prunes (content) VALUES (?)", [.text(PruneText.text(runs))])
        try enter(LedgerItem(kind: .prune, name: nil, number: database.lastInsertID), LedgerOrigin(acceptance))
        return report
    }

    /// The runs that may go, by number: those younger, newest, first and last stay, and those that a baseline names.
    /// So does a run that changes the state of a host, the last one before it, and one that was finished before an
    /// earlier run was: with only such gaps, the latest run at any time shows what it showed.
    private func droppable(_ policy: RetentionPolicy) throws(StoreError) -> [PrunedRun] {
        let checkID = try policy.check.map { name throws(StoreError) in try self.checkID(name) }
        return try database.rows(
            """
            WITH ordered AS (
                SELECT id, check_id, finished_at,
                    row_number() OVER (PARTITION BY check_id ORDER BY id DESC) AS age,
                    lag(id) OVER history AS before, lead(id) OVER history AS after,
                    max(finished_at) OVER (
                        PARTITION BY check_id ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                    ) AS latest
                FROM runs WINDOW history AS (PARTITION BY check_id ORDER BY id)
            )
            SELECT o.id, c.name, l.record FROM ordered AS o JOIN checks AS c ON c.id = o.check_id
            JOIN ledger AS l ON l.kind = 'run' AND l.number = o.id AND l.name = c.name
            WHERE (?1 IS NULL OR o.check_id = ?1) AND o.finished_at < ?2 AND o.age > ?3
                AND o.before IS NOT NULL AND o.after IS NOT NULL AND o.finished_at >= o.latest
                AND o.id NOT IN (SELECT run_id FROM baselines)
                AND NOT EXISTS (SELECT 1 FROM run_hosts WHERE check_id = o.check_id AND run_id IN (o.id, o.after))
            ORDER BY o.id
            """, [.int(checkID), .time(policy.since), .int(policy.newest)]
        ) { row throws(StoreError) in
            PrunedRun(number: row.int(0), check: try checkName(row.text(1)), record: try row.digest(2))
        }
    }

    private func report(of runs: [PrunedRun]) throws(StoreError) -> PruneReport {
        var checks: [PruneReport.Check] = []
        for (name, dropped) in Dictionary(grouping: runs, by: \.check).sorted(by: { $0.key < $1.key }) {
            let all = try database.first(
                "SELECT count(*) FROM runs WHERE check_id = (SELECT id FROM checks WHERE name = ?)",
                [.text(name.description)]
            ) { Int($0.int(0)) }
            checks.append(
                PruneReport.Check(
                    name: name, dropped: dropped.map(\.number), kept: (all ?? 0) - dropped.count))
        }
        return PruneReport(checks: checks)
    }

    /// Moves the rows of dropped runs to the next kept run that tells of them, where later rows of the same host win;
    /// rows that change nothing there, and those that no kept run shows, go.
    private func moveTexts(_ kind: HostText, heldBy condition: String) throws(StoreError) {
        let (rows, key) = (kind.rows, kind.key)
        let affected = "(SELECT check_id FROM runs WHERE id IN (SELECT run_id FROM temp.dropped))"
        try database.execute("DROP TABLE IF EXISTS temp.moved")
        try database.execute(
            """
            CREATE TEMP TABLE moved AS
            WITH targets AS MATERIALIZED (
                SELECT r.id AS run_id, min(iif(\(condition) AND d.run_id IS NULL, r.id, NULL)) OVER (
                    PARTITION BY r.check_id ORDER BY r.id DESC
                ) AS target
                FROM runs AS r LEFT JOIN temp.dropped AS d ON d.run_id = r.id
            ), placed AS (
                SELECT x.check_id, x.host_id, x.run_id, x.\(key) AS text_id, t.target
                FROM \(rows) AS x JOIN targets AS t ON t.run_id = x.run_id WHERE x.check_id IN \(affected)
            ), latest AS (
                SELECT *, row_number() OVER (PARTITION BY check_id, host_id, target ORDER BY run_id DESC) AS rank
                FROM placed WHERE target IS NOT NULL
            ), compared AS (
                SELECT *, lag(text_id) OVER (PARTITION BY check_id, host_id ORDER BY target) AS before
                FROM latest WHERE rank = 1
            )
            SELECT check_id, target, host_id, text_id FROM compared WHERE text_id IS NOT before
            """)
        try database.execute("DELETE FROM \(rows) WHERE check_id IN \(affected)")
        try database.execute(
            "INSERT INTO \(rows) (check_id, run_id, host_id, \(key)) SELECT * FROM temp.moved ORDER BY 1, 2, 3")
        try database.execute("DROP TABLE temp.moved")
    }

    /// Gives the space of what was dropped back to the disk.
    ///
    /// - Returns: why that could not be; the space is then used for what is recorded next.
    private func reclaim() -> String? {
        do throws(StoreError) {
            try database.execute("VACUUM")
            let isBusy = try database.first("PRAGMA wal_checkpoint(TRUNCATE)") { $0.int(0) == 1 } ?? true
            return isBusy ? "other processes use the database" : nil
        } catch {
            return "\(error)"
        }
    }

    private var fileSize: Int64? {
        var status = stat()
        return stat(database.path.onDisk, &status) == 0 ? Int64(status.st_size) : nil
    }
}

extension Database {
    /// Runs `body` with foreign keys unchecked: deleting would look for referring rows one run at a time.
    fileprivate func withoutForeignKeys<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try execute("PRAGMA foreign_keys = OFF")
        defer { try? execute("PRAGMA foreign_keys = ON") }
        return try body()
    }

    /// Runs `body`, in a transaction, without the triggers that make tables append-only, and makes them again.
    fileprivate func withoutTriggers(_ body: () throws(StoreError) -> Void) throws(StoreError) {
        let triggers = try rows("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid") {
            (name: $0.text(0), sql: $0.text(1))
        }
        for trigger in triggers { try execute("DROP TRIGGER \"\(trigger.name)\"") }
        try body()
        for trigger in triggers { try execute(trigger.sql) }
    }
}
