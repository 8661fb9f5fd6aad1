public import PortCore

extension Store {
    /// What every run showed at ports of hosts, ports that always were alike together; by check, host and first port.
    ///
    /// The cost is that of the rows of these hosts, not that of the runs.
    ///
    /// - Parameters:
    ///   - hosts: which hosts; `nil` for all.
    ///   - ports: only these, `nil` for all that were ever covered.
    ///   - name: only the runs of this check.
    ///   - timed: whether the times of all runs count, for a clock that was set back, and not only of those that are
    ///     named. That costs a look at every run.
    /// - Throws: `StoreError`, such as `.unknownCheck`.
    public func histories(
        of hosts: HostPattern?, ports: PortSet?, in name: CheckName?, timed: Bool = false
    ) throws(StoreError) -> [PortHistory] {
        var histories: [PortHistory] = []
        for (checkID, check) in try checks(named: name) {
            let known = try self.hosts(of: checkID, matching: hosts)
            guard !known.isEmpty else { continue }
            var line = RunLine(self, checkID, clockWasSetBack: timed ? try clockWasSetBack(checkID) : false)
            for (hostID, host) in known {
                for part in PortClass.classes(try steps(checkID, hostID), only: ports) {
                    histories.append(
                        PortHistory(check: check, host: host, ports: part.ports, spans: try line.spans(part.turns)))
                }
            }
        }
        return histories
    }

    /// The runs that first showed `state`, by number.
    public func runs(firstOf histories: [PortHistory], _ state: PortState) throws(StoreError) -> [Int64: Run] {
        var runs: [Int64: Run] = [:]
        for id in Set(histories.compactMap { $0.firstSpan(in: state)?.first.id }) {
            runs[id] = try self.run(.number(id))
        }
        return runs
    }

    /// The checks with their ids, by name.
    func checks(named name: CheckName?) throws(StoreError) -> [(id: Int64, name: CheckName)] {
        if let name { return [(try checkID(name), name)] }
        return try database.rows("SELECT id, name FROM checks ORDER BY name", []) { row throws(StoreError) in
            (row.int(0), try self.checkName(row.text(1)))
        }
    }

    /// The hosts that a check ever covered, in host order. Names are also found by the addresses that they led to, unless
    /// one address is asked for and was named itself.
    private func hosts(
        of checkID: Int64, matching pattern: HostPattern?
    ) throws(StoreError) -> [(id: Int64, host: Host)] {
        if let host = pattern?.host {
            let id = try database.first(
                """
                SELECT h.id FROM hosts AS h WHERE h.identity = ?2
                    AND EXISTS (SELECT 1 FROM run_hosts WHERE check_id = ?1 AND host_id = h.id)
                """, [.int(checkID), .text(host.description)]
            ) { $0.int(0) }
            if let id { return [(id, host)] }
        }
        let rows = try database.rows(
            "SELECT DISTINCT h.id, h.identity, rh.address FROM run_hosts AS rh JOIN hosts AS h ON h.id = rh.host_id "
                + "WHERE rh.check_id = ?", [.int(checkID)]
        ) { (id: $0.int(0), identity: $0.text(1), address: $0.optionalText(2)) }
        var found: [Host: Int64] = [:]
        for row in rows {
            guard let host = Host(row.identity) else {
                throw database.damaged("'\(row.identity)' is not a host")
            }
            guard pattern?.matches(host, at: row.address.flatMap { IPAddress($0) }) ?? true else { continue }
            found[host] = row.id
        }
        return found.sorted { $0.key < $1.key }.map { ($0.value, $0.key) }
    }

    /// Whether some run of a check was finished before an earlier one was.
    func clockWasSetBack(_ checkID: Int64) throws(StoreError) -> Bool {
        try database.first(
            """
            SELECT 1 FROM (SELECT finished_at, lag(finished_at) OVER (ORDER BY id) AS before FROM runs WHERE check_id = ?)
            WHERE finished_at < before LIMIT 1
            """, [.int(checkID)]
        ) { _ in true } ?? false
    }

    /// The rows of one host in a check, in the order of runs; from one run on, or all.
    func steps(_ checkID: Int64, _ hostID: Int64, since runID: Int64 = 0) throws(StoreError) -> [HostStep] {
        try database.rows(
            """
            SELECT rh.run_id, p.ports, b.states FROM run_hosts AS rh
            LEFT JOIN blocks AS b ON b.id = rh.block_id LEFT JOIN port_sets AS p ON p.id = b.port_set_id
            WHERE rh.check_id = ? AND rh.host_id = ? AND rh.run_id >= ? ORDER BY rh.run_id
            """, [.int(checkID), .int(hostID), .int(runID)]
        ) { row throws(StoreError) in
            guard let ports = row.optionalText(1) else {
                return HostStep(runID: row.int(0), states: nil)
            }
            guard let scope = PortSet(canonical: ports),
                let states = PortStates(lines: row.text(2).split(separator: "\n"), scope: scope)
            else { throw self.database.damaged("the states of a host at run \(row.int(0)) cannot be read") }
            return HostStep(runID: row.int(0), states: states)
        }
    }
}

/// The runs of one check, each read when it is asked for: a history names few of them.
struct RunLine {
    private let store: Store
    private let checkID: Int64
    private var known: [Place: RunMark] = [:]
    private let clockWasSetBack: Bool

    private enum Place: Hashable {
        case at(Int64)
        case before(Int64)
        case last

        var condition: String {
            switch self {
            case .at: "id = ?2"
            case .before: "id < ?2"
            case .last: "?2 IS NULL"
            }
        }

        var value: SQLValue {
            switch self {
            case .at(let id), .before(let id): .int(id)
            case .last: .null
            }
        }
    }

    init(_ store: Store, _ checkID: Int64, clockWasSetBack: Bool) {
        self.clockWasSetBack = clockWasSetBack
        self.store = store
        self.checkID = checkID
    }

    /// The stretches that states from these runs on make up.
    mutating func spans(_ turns: [(runID: Int64, state: PortState?)]) throws(StoreError) -> [StateSpan] {
        var spans: [StateSpan] = []
        for (number, turn) in turns.enumerated() {
            let next = number + 1 < turns.count ? turns[number + 1].runID : nil
            let (first, last) = (try mark(.at(turn.runID)), try mark(next.map { .before($0) } ?? .last))
            spans.append(
                StateSpan(
                    state: turn.state, first: first, last: last,
                    next: try next.map { id throws(StoreError) in try mark(.at(id)) }, times: try times(first, last)))
        }
        return spans
    }

    /// The earliest and the latest time of the runs from one to another: where the clock was never set back, theirs.
    private func times(_ first: RunMark, _ last: RunMark) throws(StoreError) -> ClosedRange<Timestamp> {
        guard clockWasSetBack else {
            return min(first.finishedAt, last.finishedAt)...max(first.finishedAt, last.finishedAt)
        }
        let bounds = try store.database.first(
            "SELECT min(finished_at), max(finished_at) FROM runs WHERE check_id = ? AND id BETWEEN ? AND ?",
            [.int(checkID), .int(first.id), .int(last.id)]
        ) { row throws(StoreError) in try row.time(0)...row.time(1) }
        guard let bounds else { throw store.database.damaged("a run of a history is missing") }
        return bounds
    }

    private mutating func mark(_ place: Place) throws(StoreError) -> RunMark {
        if let mark = known[place] { return mark }
        let mark = try store.database.first(
            """
            SELECT id, started_at, finished_at FROM runs
            WHERE check_id = ?1 AND \(place.condition) ORDER BY id DESC LIMIT 1
            """, [.int(checkID), place.value]
        ) { row throws(StoreError) in
            RunMark(id: row.int(0), startedAt: try row.time(1), finishedAt: try row.time(2))
        }
        guard let mark else { throw store.database.damaged("a run of a history is missing") }
        known[place] = mark
        return mark
    }
}
