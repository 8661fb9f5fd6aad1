public import PortCore

/// A host as a run shows it, in the store's terms.
struct HostRow {
    let hostID: Int64
    let identity: String
    let digest: Digest
    let ports: String
    let states: String
    let address: String?

    /// What `ports` and `states` say; `nil` where they cannot be read.
    var portStates: PortStates? {
        PortSet(canonical: ports).flatMap { PortStates(lines: states.split(separator: "\n"), scope: $0) }
    }

    /// From the columns host_id, identity, digest, ports, states and address.
    init(_ row: borrowing Statement) throws(StoreError) {
        hostID = row.int(0)
        identity = row.text(1)
        digest = try row.digest(2)
        ports = row.text(3)
        states = row.text(4)
        address = row.optionalText(5)
    }
}

/// What a run tells of a host beside its state: a text that is stored once, and rows where it changes.
enum HostText {
    case evidence
    case banners

    /// Where the texts stand.
    var table: String { self == .evidence ? "evidence" : "banners" }
    /// The column of the text.
    var column: String { self == .evidence ? "reasons" : "lines" }
    /// Where hosts refer to texts.
    var rows: String { self == .evidence ? "run_evidence" : "run_banners" }
    /// The column that refers.
    var key: String { self == .evidence ? "evidence_id" : "banner_id" }
}

/// The evidence or the banners of a host in a run, in the store's terms.
struct TextRow {
    let hostID: Int64
    let identity: String
    let text: String
}

extension Store {
    /// The snapshot of `run`, rebuilt from its rows and proved by its digest.
    ///
    /// - Throws: `StoreError.damaged` when it does not have the digest that was recorded.
    public func snapshot(of run: Run) throws(StoreError) -> Snapshot {
        let snapshot = try rebuilt(hostRows(checkID: checkID(run.check), at: run.id))
        guard snapshot.digest == run.digest else { throw otherDigest(run) }
        try proveDigest(of: run)
        return snapshot
    }

    func otherDigest(_ run: Run) -> StoreError {
        database.damaged("run \(run.id) does not have the digest \(run.digest) any more")
    }

    /// The evidence of the hosts of `run` that have any.
    ///
    /// - Throws: `StoreError.damaged` when something that is recorded of the run is not what was entered.
    public func evidence(of run: Run) throws(StoreError) -> [Host: Evidence] { try findings(of: run).evidence }

    /// The banners of the hosts of `run` that have any; `nil` when it did not read them.
    ///
    /// - Throws: `StoreError.damaged` when something that is recorded of the run is not what was entered.
    public func banners(of run: Run) throws(StoreError) -> [Host: HostBanners]? { try findings(of: run).banners }

    /// The rows of the hosts of `run` that said something; `nil` when it did not read banners.
    func bannerRows(of run: Run, _ checkID: Int64, only: [Int64]? = nil) throws(StoreError) -> [TextRow]? {
        run.readsBanners ? try textRows(.banners, checkID: checkID, at: run.id, only: only) : nil
    }

    private func banners(_ rows: [TextRow]?) throws(StoreError) -> [Host: HostBanners]? {
        guard let rows else { return nil }
        var result: [Host: HostBanners] = [:]
        for row in rows {
            guard let host = Host(row.identity), let banners = BannerFormat.read(row.text) else {
                throw database.damaged("the banners of host '\(row.identity)' cannot be read")
            }
            result[host] = banners
        }
        return result
    }

    /// All that `run` found, proved with everything else that is recorded of it.
    ///
    /// - Throws: `StoreError.damaged` when something is not what was entered.
    public func findings(of run: Run) throws(StoreError) -> Findings {
        try atOneMoment { () throws(StoreError) in
            let checkID = try checkID(run.check)
            let snapshot = try snapshot(of: run)
            let reasons = try textRows(.evidence, checkID: checkID, at: run.id)
            let said = try bannerRows(of: run, checkID)
            try prove(run, evidence: reasons, banners: said)
            return Findings(snapshot: snapshot, evidence: try evidence(reasons, snapshot), banners: try banners(said))
        }
    }

    /// The drift between two runs, and the evidence of the hosts that the newer one shows otherwise.
    ///
    /// Of two runs of one check only the hosts are read that changed in between; `prove(_:)` proves a run as a whole.
    ///
    /// - Throws: `StoreError.damaged` when what was read does not fit the digests of the runs.
    public func drift(from old: Run, to new: Run) throws(StoreError) -> (drift: Drift, evidence: [Host: Evidence]) {
        guard old.check == new.check else {
            return (try Drift(from: snapshot(of: old), to: snapshot(of: new)), try evidence(of: new))
        }
        let checkID = try checkID(new.check)
        let changed = try hosts(in: "run_hosts", checkID, between: old, new).sorted()
        let before = try rebuilt(hostRows(checkID: checkID, at: old.id, only: changed))
        let after = try rebuilt(hostRows(checkID: checkID, at: new.id, only: changed))
        let reasons = try textRows(.evidence, checkID: checkID, at: new.id, only: changed)
        let drift = Drift(from: before, to: after)
        // The digests were taken of the whole snapshots, so they tell when rows have come or gone since.
        guard drift.hosts.isEmpty == (old.digest == new.digest) else {
            throw database.damaged("what lies between the runs \(old.id) and \(new.id) does not fit their digests")
        }
        return (drift, try evidence(reasons, after))
    }

    /// Refuses to conclude anything from a drift between snapshots that have no endpoint in common.
    ///
    /// - Throws: `StoreError.nothingInCommon`.
    public func requireCommon(_ drift: Drift, from old: Recorded, to new: Recorded) throws(StoreError) {
        let endpoints: Int
        switch new {
        case .run(let run): endpoints = run.counts.endpoints
        case .derived: endpoints = try snapshot(of: new).endpointCount
        }
        guard drift.counts[.newlyScoped, default: 0] < endpoints else { throw .nothingInCommon(old.name, new.name) }
    }

    /// The banners that differ between two runs, whose drift is `drift`; `nil` when one of them did not read any.
    public func bannerChanges(
        from old: Run, to new: Run, drift: Drift
    ) throws(StoreError) -> [BannerChange]? {
        var changed: [Int64]?
        if old.check == new.check {
            changed = try hosts(in: HostText.banners.rows, checkID(new.check), between: old, new).sorted()
        }
        guard let before = try banners(bannerRows(of: old, checkID(old.check), only: changed)),
            let after = try banners(bannerRows(of: new, checkID(new.check), only: changed))
        else { return nil }
        return BannerChange.changes(from: before, to: after, drift: drift)
    }

    // MARK: Rows

    /// The hosts with rows in `table` between two runs of a check.
    func hosts(
        in table: String, _ checkID: Int64, between old: Run, _ new: Run
    ) throws(StoreError) -> Set<Int64> {
        // Neither DISTINCT nor ORDER BY: for them SQLite would walk the index by host through all of the history.
        let rows = try database.rows(
            "SELECT host_id FROM \(table) WHERE check_id = ? AND run_id > ? AND run_id <= ?",
            [.int(checkID), .int(min(old.id, new.id)), .int(max(old.id, new.id))]
        ) { $0.int(0) }
        return Set(rows)
    }

    /// The rows of every host in the scope of the check's run `runID`, or of the hosts `only`.
    func hostRows(checkID: Int64, at runID: Int64, only: [Int64]? = nil) throws(StoreError) -> [HostRow] {
        try latestRows(
            of: "run_hosts", columns: "h.identity, b.digest, p.ports, b.states, latest.address",
            joins: "JOIN blocks AS b ON b.id = latest.block_id JOIN port_sets AS p ON p.id = b.port_set_id",
            checkID, runID, only
        ) { row throws(StoreError) in try HostRow(row) }
    }

    func textRows(
        _ kind: HostText, checkID: Int64, at runID: Int64, only: [Int64]? = nil
    ) throws(StoreError) -> [TextRow] {
        try latestRows(
            of: kind.rows, columns: "h.identity, t.\(kind.column)",
            joins: "JOIN \(kind.table) AS t ON t.id = latest.\(kind.key)", checkID, runID, only
        ) { TextRow(hostID: $0.int(0), identity: $0.text(1), text: $0.text(2)) }
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

    func rebuilt(_ rows: [HostRow]) throws(StoreError) -> Snapshot {
        // Many hosts are alike.
        var blocks: [Digest: PortStates] = [:]
        var entries: [Snapshot.Entry] = []
        for row in rows {
            guard let host = Host(row.identity), let states = blocks[row.digest] ?? row.portStates
            else { throw database.damaged("the state of host '\(row.identity)' cannot be read") }
            blocks[row.digest] = states
            let address = row.address.flatMap { IPAddress($0) }
            entries.append(Snapshot.Entry(host: host, address: address, states: states))
        }
        return Snapshot(entries)
    }

    private func evidence(_ rows: [TextRow], _ snapshot: Snapshot) throws(StoreError) -> [Host: Evidence] {
        let states = Dictionary(uniqueKeysWithValues: snapshot.entries.map { ($0.host, $0.states) })
        var result: [Host: Evidence] = [:]
        for row in rows {
            guard let host = Host(row.identity), let states = states[host],
                let evidence = Evidence(lines: row.text, states: states)
            else { throw database.damaged("the evidence of host '\(row.identity)' cannot be read") }
            result[host] = evidence
        }
        return result
    }
}
