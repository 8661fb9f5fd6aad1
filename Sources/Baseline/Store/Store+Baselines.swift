extension Store {
    /// Makes `run` the next version of its check's baseline. Earlier versions stay.
    ///
    /// - Throws: `StoreError` when nothing could be written.
    public func setBaseline(_ run: Run, _ acceptance: Acceptance) throws(StoreError) -> BaselineVersion {
        try setBaseline(.run(run), acceptance)
    }

    /// Makes `recorded`, which may be an earlier version, the next version of its check's baseline.
    ///
    /// - Throws: `StoreError` when nothing could be written.
    public func setBaseline(_ recorded: Recorded, _ acceptance: Acceptance) throws(StoreError) -> BaselineVersion {
        try database.write { () throws(StoreError) in
            var derivedID: Int64?
            if case .derived(let version) = recorded { derivedID = version.derivedID }
            return try insertBaseline(recorded.check, recorded.run, derivedID: derivedID, acceptance)
        }
    }

    /// Takes drift from the check's baseline to a run of it into the next version of the baseline.
    ///
    /// - Parameters:
    ///   - reference: the run; `nil` for the latest.
    ///   - endpoints: what to take; empty for all of the drift.
    /// - Throws: `StoreError.notDrifted` when there is nothing to take at one of them, or at all; other cases when nothing
    ///   could be written.
    public func acceptDrift(
        of name: CheckName, upTo reference: RunReference?, at endpoints: [Endpoints], _ acceptance: Acceptance
    ) throws(StoreError) -> BaselineVersion {
        try database.write { () throws(StoreError) in
            let run = try run(reference ?? .latest(name, back: 0))
            guard run.check == name else {
                throw .noSuchRun(reference: "\(run.id)", reason: "it is a run of '\(run.check)', not of '\(name)'")
            }
            guard let old = try baseline(of: name) else { throw .noBaseline(name) }
            let (before, after) = (try snapshot(of: old.recorded), try snapshot(of: run))
            let drift = Drift(from: before, to: after)
            let (taken, missing) = endpoints.isEmpty ? (drift, []) : drift.only(endpoints)
            guard missing.isEmpty, !taken.hosts.isEmpty else {
                throw .notDrifted(
                    endpoints: missing.map { "\($0)" }, from: "baseline \(old.version) of \(name)", to: "run \(run.id)")
            }
            let snapshot = taken.applied(to: before)
            // Where some run of the check found just this, that run is the baseline.
            let twin = try runs(
                "WHERE r.check_id = ? AND r.digest = ? ORDER BY r.id = ? DESC, r.id DESC LIMIT 1",
                [.int(checkID(name)), .digest(snapshot.digest), .int(run.id)]
            ).first
            let derivedID = twin == nil ? try id(ofDerived: snapshot) : nil
            return try insertBaseline(name, twin ?? run, derivedID: derivedID, acceptance)
        }
    }

    private func insertBaseline(
        _ name: CheckName, _ run: Run, derivedID: Int64?, _ acceptance: Acceptance
    ) throws(StoreError) -> BaselineVersion {
        try refuseImported(name)
        let checkID = try checkID(name)
        let last = try database.first(
            "SELECT coalesce(max(version), 0) FROM baselines WHERE check_id = ?", [.int(checkID)]
        ) { $0.int(0) }
        let version = try database.next(after: last ?? 0)
        try insertBaseline(checkID, version, run.id, derivedID: derivedID, acceptance)
        try enter(
            LedgerItem(kind: .baseline, name: name, number: version), LedgerOrigin(acceptance))
        let inserted = try baselines("WHERE b.check_id = ? AND b.version = ?", [.int(checkID), .int(version)])
        guard let inserted = inserted.first else { throw database.damaged("the baseline is missing") }
        return inserted
    }

    /// Inserts the row of a version of a baseline, without an entry in the ledger.
    func insertBaseline(
        _ checkID: Int64, _ version: Int64, _ runID: Int64, derivedID: Int64?, _ acceptance: Acceptance
    ) throws(StoreError) {
        try database.execute(
            """
            INSERT INTO baselines (check_id, version, run_id, derived_id, recorded_at, vantage, user, person, reason,
                ticket)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .int(checkID), .int(version), .int(runID), .int(derivedID), .time(acceptance.recordedAt),
                .text(acceptance.vantage), .text(acceptance.user), .text(acceptance.person),
                .text(acceptance.reason), .text(acceptance.ticket),
            ])
    }

    /// Every version of the check's baseline, oldest first; none when no baseline was set.
    ///
    /// - Throws: `StoreError.unknownCheck`.
    public func baselines(of name: CheckName) throws(StoreError) -> [BaselineVersion] {
        let checkID = try checkID(name)
        try proveVersions(of: name, checkID)
        return try baselines("WHERE b.check_id = ? ORDER BY b.version", [.int(checkID)])
    }

    /// The baseline of the check: the last version; `nil` when none was set.
    ///
    /// - Throws: `StoreError.unknownCheck`.
    public func baseline(of name: CheckName) throws(StoreError) -> BaselineVersion? {
        let checkID = try checkID(name)
        try proveVersions(of: name, checkID)
        return try baselines("WHERE b.check_id = ? ORDER BY b.version DESC LIMIT 1", [.int(checkID)]).first
    }

    private func proveVersions(of name: CheckName, _ checkID: Int64) throws(StoreError) {
        try proveVersions(in: "baselines", name, checkID)
        // A version that was moved to another check.
        let moved = try database.first(
            """
            SELECT 1 FROM baselines AS b LEFT JOIN runs AS r ON r.id = b.run_id LEFT JOIN checks AS c ON c.id = b.check_id
            WHERE r.check_id IS NOT b.check_id OR c.id IS NULL LIMIT 1
            """
        ) { _ in true }
        guard moved == nil else { throw database.damaged("the run of a baseline is none of its check") }
    }

    /// The baseline of each check that has one, in order of names.
    public func currentBaselines() throws(StoreError) -> [BaselineVersion] {
        for (id, name) in try checks(named: nil) { try proveVersions(of: name, id) }
        return try baselines(
            """
            WHERE b.version = (SELECT max(version) FROM baselines WHERE check_id = b.check_id)
            ORDER BY c.name
            """, [])
    }

    /// The versions that the SQL after `FROM` selects, with the values for it, each proved by its entry in the ledger.
    func baselines(_ selection: String, _ values: [SQLValue]) throws(StoreError) -> [BaselineVersion] {
        typealias Row = (runID: Int64, check: CheckName, make: (Run) -> BaselineVersion)
        let rows = try database.rows(
            """
            SELECT b.version, b.run_id, b.recorded_at, b.vantage, b.user, b.person, b.reason, b.ticket, b.derived_id,
                d.digest, c.name
            FROM baselines AS b JOIN checks AS c ON c.id = b.check_id LEFT JOIN derived AS d ON d.id = b.derived_id
            \(selection)
            """, values
        ) { row throws(StoreError) -> Row in
            let (version, recordedAt) = (Int(row.int(0)), try row.time(2))
            let (vantage, user, person) = (row.text(3), row.text(4), row.optionalText(5))
            let (reason, ticket, derivedID) = (row.text(6), row.optionalText(7), row.optionalInt(8))
            let digest = derivedID == nil ? nil : try row.digest(9)
            let check = try checkName(row.text(10))
            return (
                row.int(1), check,
                { run in
                    BaselineVersion(
                        check: check, version: version, run: run, digest: digest ?? run.digest,
                        derivedID: derivedID, recordedAt: recordedAt, vantage: vantage, user: user, person: person,
                        reason: reason, ticket: ticket)
                }
            )
        }
        var versions: [BaselineVersion] = []
        for row in rows {
            let version = row.make(try run(.number(row.runID)))
            try prove(
                LedgerItem(kind: .baseline, name: row.check, number: Int64(version.version)), at: version.recordedAt)
            versions.append(version)
        }
        return versions
    }
}
