public import PortCore

extension Store {
    /// The newest request of a check, with its version, proved by its entry in the ledger; `nil` for a name that is not
    /// recorded.
    public func latestRequest(of name: CheckName) throws(StoreError) -> (version: Int, request: CheckRequest)? {
        try atOneMoment { () throws(StoreError) in try provedRequest(of: name) }
    }

    private func provedRequest(of name: CheckName) throws(StoreError) -> (version: Int, request: CheckRequest)? {
        guard let checkID = try knownCheckID(name), let found = try latestRequest(checkID: checkID) else {
            try proveUnknown(name)
            return nil
        }
        try proveVersions(in: "requests", name, checkID)
        // A version is recorded together with its first run.
        let used = try database.first(
            "SELECT request_version FROM runs WHERE check_id = ? ORDER BY id DESC LIMIT 1", [.int(checkID)]
        ) { Int($0.int(0)) }
        guard used == found.version else { throw database.damaged("the last request of \(name) is missing") }
        let recordedAt = try database.first(
            "SELECT recorded_at FROM requests WHERE check_id = ? AND version = ?", [.int(checkID), .int(found.version)]
        ) { row throws(StoreError) in try row.time(0) }
        try prove(
            LedgerItem(kind: .request, name: name, number: Int64(found.version)), at: recordedAt ?? .distantPast)
        return found
    }

    /// The request that `run` carried out.
    public func request(of run: Run) throws(StoreError) -> CheckRequest {
        let body = try database.first(
            "SELECT body FROM requests WHERE check_id = ? AND version = ?",
            [.int(checkID(run.check)), .int(run.requestVersion)]
        ) { $0.text(0) }
        guard let body else { throw database.damaged("the request of run \(run.id) is missing") }
        return try RequestCoding.read(CheckRequest.self, body, in: database)
    }

    /// The runs of one check, or of all, newest first.
    ///
    /// - Throws: `StoreError.unknownCheck`.
    public func runs(of name: CheckName?, limit: Int) throws(StoreError) -> [Run] {
        guard let name else { return try runs("ORDER BY r.id DESC LIMIT ?", [.int(limit)]) }
        return try runs("WHERE r.check_id = ? ORDER BY r.id DESC LIMIT ?", [.int(checkID(name)), .int(limit)])
    }

    /// How many runs there are of one check, or of all.
    ///
    /// - Throws: `StoreError.unknownCheck`.
    public func runCount(of name: CheckName?) throws(StoreError) -> Int {
        let (condition, values) =
            try name.map { name throws(StoreError) in
                ("WHERE check_id = ?", [SQLValue.int(try checkID(name))])
            } ?? ("", [])
        return Int(try database.first("SELECT count(*) FROM runs \(condition)", values) { $0.int(0) } ?? 0)
    }

    /// The run of the same check before `run`, if there is one.
    func run(before run: Run) throws(StoreError) -> Run? {
        try runs(
            "WHERE r.check_id = ? AND r.id < ? ORDER BY r.id DESC LIMIT 1", [.int(checkID(run.check)), .int(run.id)]
        ).first
    }

    /// When the first run began that found other states than `run`, of the later runs of its check.
    func firstChange(after run: Run) throws(StoreError) -> Timestamp? {
        try runs(
            "WHERE r.check_id = ? AND r.id > ? AND r.states_digest <> ? ORDER BY r.id LIMIT 1",
            [.int(checkID(run.check)), .int(run.id), .digest(run.statesDigest)]
        ).first?.startedAt
    }

    /// Each run finished at `time` or since that differs from the one before it of the same check, with that one; of
    /// one check, or of all.
    func changes(since time: Timestamp, of name: CheckName?) throws(StoreError) -> [(from: Run, to: Run)] {
        guard let name else { return try changes("r.finished_at >= ?", [.time(time)]) }
        return try changes("r.finished_at >= ? AND r.check_id = ?", [.time(time), .int(checkID(name))])
    }

    /// The same for the runs of one check after `old`, up to `new`.
    func changes(after old: Run, upTo new: Run) throws(StoreError) -> [(from: Run, to: Run)] {
        try changes(
            "r.check_id = ? AND r.id > ? AND r.id <= ?", [.int(checkID(new.check)), .int(old.id), .int(new.id)])
    }

    private func changes(_ condition: String, _ values: [SQLValue]) throws(StoreError) -> [(from: Run, to: Run)] {
        let differing = """
            AND r.digest <> (SELECT digest FROM runs WHERE check_id = r.check_id AND id < r.id ORDER BY id DESC LIMIT 1)
            """
        var changes: [(from: Run, to: Run)] = []
        for run in try runs("WHERE \(condition) \(differing) ORDER BY r.id", values) {
            if let previous = try self.run(before: run) { changes.append((previous, run)) }
        }
        return changes
    }

    // MARK: Rows

    /// The id of a check.
    ///
    /// - Throws: `StoreError.unknownCheck`.
    func checkID(_ name: CheckName) throws(StoreError) -> Int64 {
        guard let id = try knownCheckID(name) else { throw .unknownCheck(name) }
        return id
    }

    private func knownCheckID(_ name: CheckName) throws(StoreError) -> Int64? {
        try database.first("SELECT id FROM checks WHERE name = ?", [.text(name.description)]) { $0.int(0) }
    }

    func latestRequest(checkID: Int64) throws(StoreError) -> (version: Int, request: CheckRequest)? {
        let row = try database.first(
            "SELECT version, body FROM requests WHERE check_id = ? ORDER BY version DESC LIMIT 1", [.int(checkID)]
        ) { (version: Int($0.int(0)), body: $0.text(1)) }
        guard let row else { return nil }
        return (row.version, try RequestCoding.read(CheckRequest.self, row.body, in: database))
    }

    /// The runs that the SQL after `FROM` selects, with the values for it.
    func runs(_ selection: String, _ values: [SQLValue]) throws(StoreError) -> [Run] {
        try database.rows(
            """
            SELECT r.id, c.name, r.request_version, r.started_at, r.finished_at, x.vantage, x.user, x.version,
                x.options, r.digest, r.states_digest, r.hosts, r.open, r.closed, r.filtered,
                r.answers, r.min_us, r.median_us, r.p95_us, r.max_us, r.reads_banners
            FROM runs AS r JOIN checks AS c ON c.id = r.check_id JOIN contexts AS x ON x.id = r.context_id
            \(selection)
            """, values
        ) { row throws(StoreError) in try self.run(row) }
    }

    private func run(_ row: borrowing Statement) throws(StoreError) -> Run {
        func number(_ column: Int32) -> Int { Int(row.int(column)) }
        return Run(
            id: row.int(0), check: try checkName(row.text(1)), requestVersion: number(2),
            startedAt: try row.time(3), finishedAt: try row.time(4),
            context: RunContext(
                vantage: row.text(5), user: row.text(6), version: row.text(7),
                limits: try RequestCoding.read(LoadLimits.self, row.text(8), in: database)),
            digest: try row.digest(9), statesDigest: try row.digest(10),
            counts: RunCounts(hosts: number(11), open: number(12), closed: number(13), filtered: number(14)),
            times: AnswerTimes(
                count: number(15), minimum: number(16), median: number(17), percentile95: number(18),
                maximum: number(19)),
            readsBanners: row.int(20) == 1)
    }

    func checkName(_ text: String) throws(StoreError) -> CheckName {
        guard let name = CheckName(text) else { throw database.damaged("'\(text)' is not a name of a check") }
        return name
    }
}
