public import PortCore

/// A host as a run shows it, in the store's terms.
struct HostRow {
    let hostID: Int64
    let identity: String
    let digest: Digest
    let ports: String
    let states: String
    let address: String?
}

/// The evidence of a host in a run, in the store's terms.
struct EvidenceRow {
    let hostID: Int64
    let identity: String
    let reasons: String
}

extension Store {
    /// The snapshot of `run`, rebuilt from its rows and proved by its digest.
    ///
    /// - Throws: `StoreError.damaged` when it does not have the digest that was recorded.
    public func snapshot(of run: Run) throws(StoreError) -> Snapshot {
        let snapshot = try rebuilt(hostRows(checkID: checkID(run.check), at: run.id))
        guard snapshot.digest == run.digest else {
            throw database.damaged("run \(run.id) does not have the digest \(run.digest) any more")
        }
        return snapshot
    }

    /// The evidence of the hosts of `run` that have any.
    public func evidence(of run: Run) throws(StoreError) -> [Host: Evidence] {
        let checkID = try checkID(run.check)
        return try evidence(evidenceRows(checkID: checkID, at: run.id), rebuilt(hostRows(checkID: checkID, at: run.id)))
    }

    /// The drift between two runs, and the evidence of the hosts that the newer one shows otherwise.
    ///
    /// Of two runs of one check only the hosts are read that changed in between; `snapshot(of:)` proves a run as a
    /// whole.
    ///
    /// - Throws: `StoreError.damaged` when what was read does not fit the digests of the runs.
    public func drift(from old: Run, to new: Run) throws(StoreError) -> (drift: Drift, evidence: [Host: Evidence]) {
        guard old.check == new.check else {
            return (try Drift(from: snapshot(of: old), to: snapshot(of: new)), try evidence(of: new))
        }
        let checkID = try checkID(new.check)
        // Neither DISTINCT nor ORDER BY: for them SQLite would walk the index by host through all of the history.
        let rows = try database.rows(
            "SELECT host_id FROM run_hosts WHERE check_id = ? AND run_id > ? AND run_id <= ?",
            [.int(checkID), .int(min(old.id, new.id)), .int(max(old.id, new.id))]
        ) { $0.int(0) }
        let changed = Set(rows).sorted()
        let before = try rebuilt(hostRows(checkID: checkID, at: old.id, only: changed))
        let after = try rebuilt(hostRows(checkID: checkID, at: new.id, only: changed))
        let reasons = try evidenceRows(checkID: checkID, at: new.id, only: changed)
        let drift = Drift(from: before, to: after)
        // The digests were taken of the whole snapshots, so they tell when rows have come or gone since.
        guard drift.hosts.isEmpty == (old.digest == new.digest) else {
            throw database.damaged("what lies between the runs \(old.id) and \(new.id) does not fit their digests")
        }
        return (drift, try evidence(reasons, after))
    }

    // MARK: Rows

    /// The rows of every host in the scope of the check's run `runID`, or of the hosts `only`.
    func hostRows(checkID: Int64, at runID: Int64, only: [Int64]? = nil) throws(StoreError) -> [HostRow] {
        try latestRows(
            of: "run_hosts", columns: "h.identity, b.digest, p.ports, b.states, latest.address",
            joins: "JOIN blocks AS b ON b.id = latest.block_id JOIN port_sets AS p ON p.id = b.port_set_id",
            checkID, runID, only
        ) { row throws(StoreError) in
            HostRow(
                hostID: row.int(0), identity: row.text(1), digest: try row.digest(2), ports: row.text(3),
                states: row.text(4), address: row.optionalText(5))
        }
    }

    func evidenceRows(checkID: Int64, at runID: Int64, only: [Int64]? = nil) throws(StoreError) -> [EvidenceRow] {
        try latestRows(
            of: "run_evidence", columns: "h.identity, e.reasons",
            joins: "JOIN evidence AS e ON e.id = latest.evidence_id", checkID, runID, only
        ) { EvidenceRow(hostID: $0.int(0), identity: $0.text(1), reasons: $0.text(2)) }
    }

    /// For each host of a check, or for the hosts `only`, its row of `table` that holds at run `runID`: the latest up
    /// to it. The cost is that of so many lookups by index, however long the history is: SQLite's own way, a GROUP BY,
    /// walks all of it.
    private func latestRows<Row>(
        of table: String, columns: String, joins: String, _ checkID: Int64, _ runID: Int64, _ only: [Int64]?,
        _ read: (borrowing Statement) throws(StoreError) -> Row
    ) throws(StoreError) -> [Row] {
        let hosts =
            only == nil
            ? """
            SELECT min(host_id) FROM \(table) WHERE check_id = ?1
            UNION ALL
            SELECT (SELECT min(host_id) FROM \(table) WHERE check_id = ?1 AND host_id > wanted.host_id)
            FROM wanted WHERE host_id IS NOT NULL
            """ : "VALUES (?3)"
        let sql = """
            WITH RECURSIVE wanted (host_id) AS (\(hosts))
            SELECT latest.host_id, \(columns)
            FROM wanted CROSS JOIN \(table) AS latest
                ON latest.check_id = ?1 AND latest.host_id = wanted.host_id AND latest.run_id = (
                    SELECT max(run_id) FROM \(table)
                    WHERE check_id = ?1 AND host_id = wanted.host_id AND run_id <= ?2
                )
            JOIN hosts AS h ON h.id = latest.host_id
            \(joins)
            """
        guard let only else { return try database.rows(sql, [.int(checkID), .int(runID)], read) }
        let statement = try Statement(sql, in: database)
        var rows: [Row] = []
        for hostID in only {
            try statement.bind([.int(checkID), .int(runID), .int(hostID)])
            while try statement.step() { rows.append(try read(statement)) }
        }
        return rows
    }

    // MARK: Values

    private func rebuilt(_ rows: [HostRow]) throws(StoreError) -> Snapshot {
        var portSets: [String: PortSet] = [:]
        var entries: [Snapshot.Entry] = []
        for row in rows {
            guard let host = Host(row.identity), let scope = portSets[row.ports] ?? PortSet(canonical: row.ports),
                let states = PortStates(lines: row.states.split(separator: "\n"), scope: scope)
            else { throw database.damaged("the state of host '\(row.identity)' cannot be read") }
            portSets[row.ports] = scope
            let address = row.address.flatMap { IPAddress($0) }
            entries.append(Snapshot.Entry(host: host, address: address, states: states))
        }
        return Snapshot(entries)
    }

    private func evidence(_ rows: [EvidenceRow], _ snapshot: Snapshot) throws(StoreError) -> [Host: Evidence] {
        let filtered = Dictionary(
            uniqueKeysWithValues: snapshot.entries.map { ($0.host, $0.states[.filtered]) })
        var result: [Host: Evidence] = [:]
        for row in rows {
            guard let host = Host(row.identity), let ports = filtered[host],
                let evidence = Evidence(lines: row.reasons, filtered: ports)
            else { throw database.damaged("the evidence of host '\(row.identity)' cannot be read") }
            result[host] = evidence
        }
        return result
    }
}
