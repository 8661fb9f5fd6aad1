import PortCore

/// What answers prove of what they show: that it is what was entered. `Verifier` proves all there is, and that nothing
/// is missing.
extension Store {
    /// Proves a run or a baseline as a whole: its snapshot, its evidence and banners, and everything else that is
    /// recorded of it.
    ///
    /// - Throws: `StoreError.damaged` when something is not what was entered.
    public func prove(_ recorded: Recorded) throws(StoreError) {
        switch recorded {
        case .run(let run): try prove(run)
        // The version itself is proved wherever one is read.
        case .derived: _ = try snapshot(of: recorded)
        }
    }

    /// Proves both, as a drift from one to the other takes them.
    public func prove(_ old: Recorded, _ new: Recorded) throws(StoreError) {
        guard case .run(let before) = old, case .run(let after) = new, before.check == after.check else {
            for recorded in old == new ? [new] : [old, new] { try prove(recorded) }
            return
        }
        let checkID = try checkID(after.check)
        let rows = try hostRows(checkID: checkID, at: after.id)
        try prove(after, rows)
        guard before != after else { return }
        // Only what lies between them is read again.
        let changed = try hosts(in: "run_hosts", checkID, between: before, after)
        let others = rows.filter { !changed.contains($0.hostID) }
        try prove(before, others + hostRows(checkID: checkID, at: before.id, only: changed.sorted()))
    }

    private func prove(_ run: Run) throws(StoreError) {
        try prove(run, hostRows(checkID: checkID(run.check), at: run.id))
    }

    private func prove(_ run: Run, _ rows: [HostRow]) throws(StoreError) {
        let checkID = try checkID(run.check)
        // As texts, of which the digest is made: no set of ports is read.
        var hosts: [(host: Host, row: HostRow)] = []
        for row in rows { hosts.append((try host(row.identity), row)) }
        hosts.sort { $0.host < $1.host }
        var text = SnapshotWriter<Bytewise<String>>()
        for (host, row) in hosts {
            var address = ""
            if case .name = host { address = row.address ?? "-" }
            text.add(row.identity.utf8, at: address.utf8, in: Bytewise(row.ports), row.ports.utf8, row.states.utf8)
        }
        guard Digest(of: text.bytes) == run.digest else { throw otherDigest(run) }
        try prove(
            run, evidence: textRows(.evidence, checkID: checkID, at: run.id), banners: bannerRows(of: run, checkID))
    }

    /// Proves everything that is recorded of a run but its snapshot, of which it proves the digest.
    func prove(_ run: Run, evidence: [TextRow], banners: [TextRow]?) throws(StoreError) {
        let found: [LedgerText.Field] = [
            ("evidence", .digest(try digest(of: evidence))),
            ("banners", try banners.map { rows throws(StoreError) in .digest(try digest(of: rows)) } ?? .null),
        ]
        try prove(LedgerItem(kind: .run, name: run.check, number: run.id), at: run.finishedAt, found)
    }

    /// Proves that a run with this number was finished when its row says, and found the snapshot of its digest.
    func proveDigest(of run: Run) throws(StoreError) {
        let item = LedgerItem(kind: .run, name: run.check, number: run.id)
        switch try vouching(for: item, at: run.finishedAt) {
        case .entry(let subject, _, let recordedAt):
            guard subject == run.digest, recordedAt.hasBytes(of: "\(run.finishedAt)") else { throw isNotEntered(item) }
        case .import: try prove(run)
        }
    }

    /// Proves that the record of `item` is the one that was entered.
    ///
    /// - Parameters:
    ///   - time: when it was recorded, which tells where its entry is likely to stand.
    ///   - found: the digests of what a run found beside its snapshot.
    func prove(_ item: LedgerItem, at time: Timestamp, _ found: [LedgerText.Field] = []) throws(StoreError) {
        let vouched =
            switch try vouching(for: item, at: time) {
            case .entry(_, let record, _), .import(let record): record
            }
        guard try record(of: item, found)?.record.digest == vouched else { throw isNotEntered(item) }
    }

    /// What vouches for a record.
    private enum Voucher {
        case entry(subject: Digest, record: Digest, recordedAt: String)
        /// A line of an import, which has an entry itself.
        case `import`(record: Digest)
    }

    private func vouching(for item: LedgerItem, at time: Timestamp) throws(StoreError) -> Voucher {
        if let name = item.name, let number = try importing(name) {
            if vouchedImports[number] == nil { vouchedImports[number] = try lines(of: number) }
            guard let record = vouchedImports[number]?[item] else { throw isNotEntered(item) }
            return .import(record: record)
        }
        guard let entry = try entry(of: item, at: time) else { throw isNotEntered(item) }
        return entry
    }

    /// The records that an import vouches for, once it is proved by its entry.
    private func lines(of number: Int64) throws(StoreError) -> [LedgerItem: Digest] {
        let item = LedgerItem(kind: .import, name: nil, number: number)
        guard case .entry(_, let entered, _) = try entry(of: item, at: .distantPast),
            try record(of: item, [])?.record.digest == entered, let content = try imported(by: number)
        else { throw isNotEntered(item) }
        return Dictionary(content.lines.map { ($0.item, $0.record) }) { first, _ in first }
    }

    // MARK: Which run, which version

    /// Proves that `run` is the one that its check had `back` runs before its last, of those that were not pruned.
    func proveLatest(_ run: Run, back: Int) throws(StoreError) {
        guard try importing(run.check) == nil else { return }
        let statement = try Statement(
            """
            SELECT number, number IN (SELECT id FROM runs) FROM ledger WHERE kind = 'run' AND name = ?
            ORDER BY sequence DESC
            """, in: database)
        try statement.bind([.text(run.check.description)])
        var rest = back
        var pruned: [Int64: PrunedRun]?
        while try statement.step() {
            if statement.int(1) == 0 {
                if pruned == nil { pruned = try prunedRuns() }
                guard pruned?[statement.int(0)]?.check == run.check else {
                    throw isMissing(statement.int(0), run.check)
                }
            } else if rest > 0 {
                rest -= 1
            } else if statement.int(0) == run.id {
                return
            } else {
                break
            }
        }
        throw isNotOrder(run.check)
    }

    private func isMissing(_ number: Int64, _ check: CheckName) -> StoreError {
        database.damaged("run \(number) of \(check) is missing, and no prune dropped it")
    }

    /// Proves that `runs` are the last of each check, or of the check `name`, that was finished by `time`, of those that
    /// are there.
    func proveLast(_ runs: [Run], by time: Timestamp, of name: CheckName?) throws(StoreError) {
        let entered = try database.rows(
            """
            SELECT name, max(iif(number IN (SELECT id FROM runs), number, NULL)), max(number) FROM ledger
            WHERE kind = 'run' AND recorded_at <= ?1 AND (?2 IS NULL OR name = ?2) GROUP BY name
            """, [.time(time), .text(name?.description)]
        ) { row throws(StoreError) in
            (check: try checkName(row.text(0)), number: row.optionalInt(1), last: row.int(2))
        }
        let numbers = Dictionary(runs.map { ($0.check, $0.id) }) { first, _ in first }
        for (check, number, last) in entered {
            guard numbers[check] == number else { throw isNotOrder(check) }
            if number == last { continue }
            let line = "\nrun \(last) \(check) "
            let isPruned = try database.first("SELECT 1 FROM prunes WHERE instr(content, ?)", [.text(line)]) { _ in true
            }
            guard isPruned == true else { throw isMissing(last, check) }
        }
        let known = Set(entered.map(\.check))
        for run in runs where !known.contains(run.check) {
            guard try importing(run.check) != nil else { throw isNotOrder(run.check) }
        }
        let isOrphaned = try database.first("SELECT 1 FROM requests WHERE check_id NOT IN (SELECT id FROM checks)") {
            _ in true
        }
        guard isOrphaned == nil else { throw database.damaged("a request is of a check that is not there") }
    }

    /// Proves that no check of the name was ever recorded.
    func proveUnknown(_ name: CheckName) throws(StoreError) {
        let isKnown = try database.first(
            "SELECT 1 FROM ledger WHERE kind = 'request' AND name = ? LIMIT 1", [.text(name.description)]
        ) { _ in true }
        let isImported = try importing(name) != nil
        guard isKnown == nil, !isImported else {
            throw database.damaged("the requests of \(name) are missing")
        }
    }

    private func isNotOrder(_ name: CheckName) -> StoreError {
        database.damaged("the runs of \(name) are not those that were entered into the ledger")
    }

    /// Proves that versions of a check in `table` are numbered from 1 without a gap.
    func proveVersions(in table: String, _ name: CheckName, _ checkID: Int64) throws(StoreError) {
        let isWhole = try database.first(
            "SELECT count(*) = coalesce(max(version), 0) AND coalesce(min(version), 1) = 1 FROM \(table) WHERE check_id = ?",
            [.int(checkID)]
        ) { $0.int(0) == 1 }
        guard isWhole == true else { throw database.damaged("a version is missing in the \(table) of \(name)") }
    }

    // MARK: Entries

    /// The entry of `item`, proved by its own hash. It is looked for around the place where those of `time` stand, further
    /// and further: clocks go on, but for when they are set.
    private func entry(of item: LedgerItem, at time: Timestamp) throws(StoreError) -> Voucher? {
        let last = try ledgerHead()?.sequence ?? 0
        let start = try firstEntry(since: time, upTo: last)
        var reach: Int64 = 32
        while true {
            let (low, high) = (max(1, start - reach), min(last, start + reach))
            let found = try database.first(
                """
                SELECT \(Self.entryColumns), hash, (SELECT hash FROM ledger WHERE sequence = x.sequence - 1) AS before
                FROM ledger AS x WHERE sequence BETWEEN ? AND ? AND kind = ? AND number = ? AND name IS ?
                """,
                [
                    .int(low), .int(high), .text(item.kind.rawValue), .int(item.number),
                    .text(item.name?.description),
                ]
            ) { row throws(StoreError) -> Voucher in
                let fields = Array(try row.fields().prefix(12))
                let before = row.isNull(13) ? .zeros : try row.digest(13)
                guard try Self.entryText(fields, after: before).digest == row.digest(12) else {
                    throw database.damaged("the entry of \(item.description) does not have its hash")
                }
                return .entry(subject: try row.digest(10), record: try row.digest(11), recordedAt: row.text(4))
            }
            if let found { return found }
            guard low > 1 || high < last else { return nil }
            reach *= 32
        }
    }

    /// The first entry that was recorded at `time` or since, as far as the times of entries go up.
    private func firstEntry(since time: Timestamp, upTo last: Int64) throws(StoreError) -> Int64 {
        var (low, high) = (Int64(1), last)
        while low < high {
            let middle = low + (high - low) / 2
            let isBefore = try database.first(
                "SELECT recorded_at < ? FROM ledger WHERE sequence = ?", [.time(time), .int(middle)]
            ) { $0.int(0) == 1 }
            guard let isBefore else { throw database.damaged("entry \(middle) of the ledger is missing") }
            if isBefore { low = middle + 1 } else { high = middle }
        }
        return low
    }

    // MARK: Values

    private func digest(of rows: [TextRow]) throws(StoreError) -> Digest {
        var hosts: [(host: Host, row: TextRow)] = []
        for row in rows { hosts.append((try host(row.identity), row)) }
        hosts.sort { $0.host < $1.host }
        var bytes: [UInt8] = []
        for (_, row) in hosts { RunExtras.add(row.identity.utf8, row.text.utf8, to: &bytes) }
        return Digest(of: bytes)
    }

    private func host(_ identity: String) throws(StoreError) -> Host {
        guard let host = Host(identity) else { throw database.damaged("'\(identity)' is not a host") }
        return host
    }

    private func isNotEntered(_ item: LedgerItem) -> StoreError {
        database.damaged("\(item.description) is not what was entered into the ledger")
    }
}
