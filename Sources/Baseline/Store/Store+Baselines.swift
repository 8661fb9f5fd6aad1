extension Store {
    /// Makes `run` the next version of its check's baseline. Earlier versions stay.
    ///
    /// - Throws: `StoreError` when nothing could be written.
    public func setBaseline(_ run: Run, _ acceptance: Acceptance) throws(StoreError) -> BaselineVersion {
        try database.write { () throws(StoreError) in
            let checkID = try checkID(run.check)
            let last = try database.first(
                "SELECT coalesce(max(version), 0) FROM baselines WHERE check_id = ?", [.int(checkID)]
            ) { Int($0.int(0)) }
            let version = (last ?? 0) + 1
            try database.execute(
                """
                INSERT INTO baselines (check_id, version, run_id, recorded_at, vantage, user, person, reason, ticket)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                [
                    .int(checkID), .int(version), .int(run.id), .time(acceptance.recordedAt),
                    .text(acceptance.vantage), .text(acceptance.user), .text(acceptance.person),
                    .text(acceptance.reason), .text(acceptance.ticket),
                ])
            try enter(
                LedgerItem(kind: .baseline, name: run.check.description, number: Int64(version)),
                LedgerOrigin(acceptance))
            return BaselineVersion(
                check: run.check, version: version, run: run, recordedAt: acceptance.recordedAt,
                vantage: acceptance.vantage, user: acceptance.user, person: acceptance.person,
                reason: acceptance.reason, ticket: acceptance.ticket)
        }
    }

    /// Every version of the check's baseline, oldest first; none when no baseline was set.
    ///
    /// - Throws: `StoreError.unknownCheck`.
    public func baselines(of name: CheckName) throws(StoreError) -> [BaselineVersion] {
        try baselines("WHERE b.check_id = ? ORDER BY b.version", [.int(checkID(name))])
    }

    /// The baseline of each check that has one, in order of names.
    public func currentBaselines() throws(StoreError) -> [BaselineVersion] {
        try baselines(
            """
            WHERE b.version = (SELECT max(version) FROM baselines WHERE check_id = b.check_id)
            ORDER BY (SELECT name FROM checks WHERE id = b.check_id)
            """, [])
    }

    private func baselines(_ selection: String, _ values: [SQLValue]) throws(StoreError) -> [BaselineVersion] {
        typealias Row = (runID: Int64, make: (Run) -> BaselineVersion)
        let rows = try database.rows(
            """
            SELECT b.version, b.run_id, b.recorded_at, b.vantage, b.user, b.person, b.reason, b.ticket
            FROM baselines AS b
            \(selection)
            """, values
        ) { row throws(StoreError) -> Row in
            let (version, recordedAt) = (Int(row.int(0)), try row.time(2))
            let (vantage, user, person) = (row.text(3), row.text(4), row.optionalText(5))
            let (reason, ticket) = (row.text(6), row.optionalText(7))
            return (
                row.int(1),
                { run in
                    BaselineVersion(
                        check: run.check, version: version, run: run, recordedAt: recordedAt, vantage: vantage,
                        user: user, person: person, reason: reason, ticket: ticket)
                }
            )
        }
        var versions: [BaselineVersion] = []
        for row in rows { versions.append(row.make(try run(.number(row.runID)))) }
        return versions
    }
}
