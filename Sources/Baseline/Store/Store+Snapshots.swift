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
    /// Of two runs of one check only the hosts are read that changed in between.
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
        return (Drift(from: before, to: after), try evidence(reasons, after))
    }

    // MARK: Rows

    /// The rows of every host in the scope of the check's run `runID`, or of the hosts `only`.
    func hostRows(checkID: Int64, at runID: Int64, only: [Int64]? = nil) throws(StoreError) -> [HostRow] {
        try latestRows(
            """
            SELECT latest.host_id, h.identity, b.digest, p.ports, b.states, latest.address
            FROM (\(Self.latest("block_id, address", in: "run_hosts", narrowed: only != nil))) AS latest
            JOIN hosts AS h ON h.id = latest.host_id
            JOIN blocks AS b ON b.id = latest.block_id
            JOIN port_sets AS p ON p.id = b.port_set_id
            """, checkID, runID, only
        ) { row throws(StoreError) in
            HostRow(
                hostID: row.int(0), identity: row.text(1), digest: try row.digest(2), ports: row.text(3),
                states: row.text(4), address: row.optionalText(5))
        }
    }

    func evidenceRows(checkID: Int64, at runID: Int64, only: [Int64]? = nil) throws(StoreError) -> [EvidenceRow] {
        try latestRows(
            """
            SELECT latest.host_id, h.identity, e.reasons
            FROM (\(Self.latest("evidence_id", in: "run_evidence", narrowed: only != nil))) AS latest
            JOIN hosts AS h ON h.id = latest.host_id
            JOIN evidence AS e ON e.id = latest.evidence_id
            """, checkID, runID, only
        ) { EvidenceRow(hostID: $0.int(0), identity: $0.text(1), reasons: $0.text(2)) }
    }

    /// For each host the columns of its latest row up to run ?2. With `max`, SQLite takes the other columns from
    /// the row that has it (sqlite.org/lang_select.html, "bare columns").
    private static func latest(_ columns: String, in table: String, narrowed: Bool) -> String {
        """
        SELECT host_id, \(columns), max(run_id) FROM \(table) \(narrowed ? "INDEXED BY \(table)_by_host" : "")
        WHERE check_id = ?1 AND run_id <= ?2 \(narrowed ? "AND host_id = ?3" : "") GROUP BY host_id
        """
    }

    private func latestRows<Row>(
        _ sql: String, _ checkID: Int64, _ runID: Int64, _ only: [Int64]?,
        _ read: (borrowing Statement) throws(StoreError) -> Row
    ) throws(StoreError) -> [Row] {
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
