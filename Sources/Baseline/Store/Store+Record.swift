import PortCore

extension Store {
    /// Records a run: whole or not at all.
    ///
    /// - Returns: the run as recorded, with its number.
    /// - Throws: `StoreError.requestDiffers` when the check is recorded with another request and the draft does not
    ///   redefine it; `.imported` when its history was brought in; other cases when nothing could be written.
    public func record(_ draft: RunDraft) throws(StoreError) -> Run {
        try database.write { () throws(StoreError) in
            let checkID = try id(
                in: "checks", insert: "(name) VALUES (?)", find: "name = ?", [.text(draft.check.description)])
            try refuseImported(draft.check)
            let run = try insert(draft, checkID, version: requestVersion(draft, checkID))
            try enter(
                LedgerItem(kind: .run, name: draft.check, number: run.id),
                LedgerOrigin(draft.context, at: draft.finishedAt), found: RunExtras.fields(draft))
            return run
        }
    }

    /// Inserts the rows of a run, without an entry in the ledger.
    func insert(_ draft: RunDraft, _ checkID: Int64, version: Int) throws(StoreError) -> Run {
        let previous = try database.first(
            "SELECT id, digest FROM runs WHERE check_id = ? ORDER BY id DESC LIMIT 1", [.int(checkID)]
        ) { row throws(StoreError) in (id: row.int(0), digest: try row.digest(1)) }
        let run = try insertRun(draft, checkID, version)
        if previous?.digest != run.digest {
            try insertHostChanges(draft.snapshot, checkID, run.id, since: previous?.id)
        }
        try insertEvidenceChanges(draft, checkID, run.id, since: previous?.id)
        if let banners = draft.banners { try insertBannerChanges(banners, checkID, run.id) }
        return run
    }

    /// The version of the check's request that the draft ran; a new one when there is none or it is redefined.
    private func requestVersion(_ draft: RunDraft, _ checkID: Int64) throws(StoreError) -> Int {
        let recorded = try latestRequest(checkID: checkID)
        if let recorded {
            // A redefinition keeps limits, too, which a mere repetition may change for its own run.
            let isKnown =
                draft.redefines ? recorded.request == draft.request : recorded.request.asksTheSame(as: draft.request)
            if isKnown { return recorded.version }
            guard draft.redefines else {
                throw .requestDiffers(draft.check, changes: recorded.request.changes(to: draft.request))
            }
        }
        let version = Int(try database.next(after: Int64(recorded?.version ?? 0)))
        let origin = LedgerOrigin(draft.context, at: draft.finishedAt)
        try insertRequest(RequestCoding.text(draft.request), checkID, version, origin)
        try enter(LedgerItem(kind: .request, name: draft.check, number: Int64(version)), origin)
        return version
    }

    /// Inserts the row of a version of a request, without an entry in the ledger.
    func insertRequest(
        _ body: String, _ checkID: Int64, _ version: Int, _ origin: LedgerOrigin
    ) throws(StoreError) {
        try database.execute(
            "INSERT INTO requests (check_id, version, body, recorded_at, vantage, user) VALUES (?, ?, ?, ?, ?, ?)",
            [
                .int(checkID), .int(version), .text(body), .time(origin.recordedAt), .text(origin.vantage),
                .text(origin.user),
            ])
    }

    private func insertRun(_ draft: RunDraft, _ checkID: Int64, _ version: Int) throws(StoreError) -> Run {
        let context = draft.context
        let contextID = try id(
            in: "contexts", insert: "(vantage, user, version, options) VALUES (?, ?, ?, ?)",
            find: "vantage = ? AND user = ? AND version = ? AND options = ?",
            [
                .text(context.vantage), .text(context.user), .text(context.version),
                .text(RequestCoding.text(context.limits)),
            ])
        let counts = RunCounts(draft.snapshot)
        let digest = draft.snapshot.digest
        let statesDigest = draft.snapshot.statesDigest(whole: digest)
        let times = draft.times
        try database.execute(
            """
            INSERT INTO runs (check_id, request_version, context_id, started_at, finished_at, digest, states_digest,
                hosts, open, closed, filtered, answers, min_us, median_us, p95_us, max_us,
                reads_banners)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .int(checkID), .int(version), .int(contextID), .time(draft.startedAt), .time(draft.finishedAt),
                .digest(digest), .digest(statesDigest), .int(counts.hosts), .int(counts.open), .int(counts.closed),
                .int(counts.filtered), .int(times.count), .int(times.minimum), .int(times.median),
                .int(times.percentile95), .int(times.maximum), .int(draft.banners == nil ? 0 : 1),
            ])
        return Run(
            id: database.lastInsertID, check: draft.check, requestVersion: version, startedAt: draft.startedAt,
            finishedAt: draft.finishedAt, context: context, digest: digest, statesDigest: statesDigest,
            counts: counts, times: times, readsBanners: draft.banners != nil)
    }

    /// Rows for the hosts that differ from run `previous`, or for all of them when there is none.
    private func insertHostChanges(
        _ snapshot: Snapshot, _ checkID: Int64, _ runID: Int64, since previous: Int64?
    ) throws(StoreError) {
        var before: [Bytewise<String>: HostRow] = [:]
        if let previous {
            for row in try hostRows(checkID: checkID, at: previous) { before[Bytewise(row.identity)] = row }
        }
        // Many hosts of a run are alike.
        var digests: [PortStates: Digest] = [:]
        let insert = try Statement(
            "INSERT INTO run_hosts (check_id, run_id, host_id, block_id, address) VALUES (?, ?, ?, ?, ?)",
            in: database)
        for entry in snapshot.entries {
            let old = before.removeValue(forKey: Bytewise(entry.host.description))
            let digest = digests[entry.states] ?? Digest(of: entry.states.blockText)
            digests[entry.states] = digest
            let address = entry.address?.description
            if let old, old.digest == digest, Bytewise(old.address) == Bytewise(address) { continue }
            let hostID = try id(of: entry.host)
            let blockID = try id(ofBlock: entry.states, digest)
            try insert.run([.int(checkID), .int(runID), .int(hostID), .int(blockID), .text(address)])
        }
        for gone in before.values.map(\.hostID).sorted() {
            try insert.run([.int(checkID), .int(runID), .int(gone), .null, .null])
        }
    }

    private func insertEvidenceChanges(
        _ draft: RunDraft, _ checkID: Int64, _ runID: Int64, since previous: Int64?
    ) throws(StoreError) {
        try insertChanges(of: .evidence, draft.evidence.mapValues(\.lines), checkID, runID, since: previous)
    }

    /// Rows against the check's last run that read banners: what runs without them do not know, they do not change.
    private func insertBannerChanges(
        _ banners: [Host: HostBanners], _ checkID: Int64, _ runID: Int64
    ) throws(StoreError) {
        let previous = try database.first(
            "SELECT max(id) FROM runs WHERE check_id = ? AND id < ? AND reads_banners = 1",
            [.int(checkID), .int(runID)]
        ) { $0.optionalInt(0) }
        try insertChanges(
            of: .banners, banners.mapValues(BannerFormat.lines), checkID, runID, since: previous ?? nil)
    }

    /// Rows for the hosts whose text differs from run `previous`, or for all of them when there is none.
    private func insertChanges(
        of kind: HostText, _ texts: [Host: String], _ checkID: Int64, _ runID: Int64, since previous: Int64?
    ) throws(StoreError) {
        var before: [Bytewise<String>: TextRow] = [:]
        if let previous {
            for row in try textRows(kind, checkID: checkID, at: previous) { before[Bytewise(row.identity)] = row }
        }
        let insert = try Statement(
            "INSERT INTO \(kind.rows) (check_id, run_id, host_id, \(kind.key)) VALUES (?, ?, ?, ?)", in: database)
        for (host, text) in texts.sorted(by: { $0.key < $1.key }) {
            let old = before.removeValue(forKey: Bytewise(host.description))
            if let old, old.text.hasBytes(of: text) { continue }
            let textID = try id(
                in: kind.table, insert: "(digest, \(kind.column)) VALUES (?1, ?2)", find: "digest = ?1",
                [.digest(Digest(of: text)), .text(text)])
            try insert.run([.int(checkID), .int(runID), .int(id(of: host)), .int(textID)])
        }
        for gone in before.values.map(\.hostID).sorted() {
            try insert.run([.int(checkID), .int(runID), .int(gone), .null])
        }
    }

    // MARK: Rows that are stored once

    func id(of host: Host) throws(StoreError) -> Int64 {
        try id(
            in: "hosts", insert: "(identity) VALUES (?1)", find: "identity = ?1", [.text(host.description)])
    }

    func id(ofBlock states: PortStates, _ digest: Digest) throws(StoreError) -> Int64 {
        if let known = try database.first(
            "SELECT id FROM blocks WHERE digest = ?", [.digest(digest)], { $0.int(0) })
        {
            return known
        }
        let ports = states.scope.text
        let portSetID = try id(
            in: "port_sets", insert: "(digest, ports) VALUES (?1, ?2)", find: "digest = ?1",
            [.digest(Digest(of: ports)), .text(ports)])
        try database.execute(
            "INSERT INTO blocks (digest, port_set_id, states) VALUES (?, ?, ?)",
            [.digest(digest), .int(portSetID), .text(states.lines)])
        let blockID = database.lastInsertID
        let insert = try Statement(
            "INSERT INTO block_open_ports (block_id, first_port, last_port) VALUES (?, ?, ?)", in: database)
        for range in states[.open].ranges {
            try insert.run([.int(blockID), .int(Int(range.lowerBound)), .int(Int(range.upperBound))])
        }
        return blockID
    }

    /// The id of the row of `table` that `find` describes, inserted when it is not there.
    private func id(
        in table: String, insert: String, find: String, _ values: [SQLValue]
    ) throws(StoreError) -> Int64 {
        let used = find.contains("?1") ? Array(values.prefix(1)) : values
        if let known = try database.first("SELECT id FROM \(table) WHERE \(find)", used, { $0.int(0) }) {
            return known
        }
        try database.execute("INSERT INTO \(table) \(insert)", values)
        return database.lastInsertID
    }
}

extension PortStates {
    /// The content that a block's digest is of: its ports, then the states among them.
    var blockText: String { "ports \(scope.text)\n\(lines)" }
}
