import PortCore

/// What the last runs of a check showed of the hosts at which something changed or was unstable in them.
struct RecentRuns {
    /// Newest first.
    fileprivate(set) var sights: [Host: [Flips.Sight]] = [:]

    /// The ports that flip by themselves, where the next run finds `snapshot` with `evidence`.
    func flips(before snapshot: Snapshot, _ evidence: [Host: Evidence]) -> [Host: [Flips]] {
        let entries = snapshot.entries.filter { sights[$0.host] != nil }
        let flips = entries.map { entry in
            let unstable = evidence[entry.host]?.unstable.reduce(PortSet()) { $0.union($1.ports) }
            let now = Flips.Sight(states: entry.states, unstable: unstable ?? PortSet())
            return (entry.host, Flips.all([now] + (sights[entry.host] ?? [])))
        }
        return Dictionary(uniqueKeysWithValues: flips.filter { !$0.1.isEmpty })
    }
}

extension Store {
    /// The last runs of a check, as far as they tell which ports flip by themselves.
    ///
    /// The cost is that of the rows of these runs, and of the evidence of each host: none where nothing is silent or
    /// unstable.
    func recentRuns(of name: CheckName) throws(StoreError) -> RecentRuns {
        try atOneMoment { () throws(StoreError) in try provedRecentRuns(of: name) }
    }

    private func provedRecentRuns(of name: CheckName) throws(StoreError) -> RecentRuns {
        let checkID = try checkID(name)
        let runs = try database.rows(
            "SELECT id FROM runs WHERE check_id = ? ORDER BY id DESC LIMIT ?", [.int(checkID), .int(Flips.memory)]
        ) { $0.int(0) }
        guard let newest = runs.first, let oldest = runs.last, newest > oldest else { return RecentRuns() }
        let evidence = try steps(
            from: textRows(.evidence, checkID: checkID, at: oldest).map { (oldest, $0.hostID, $0.text) },
            "SELECT x.run_id, x.host_id, e.reasons FROM run_evidence AS x LEFT JOIN evidence AS e ON e.id = x.evidence_id",
            checkID, after: oldest)
        var unstable: [Int64: [(run: Int64, ports: PortSet)]] = [:]
        for (hostID, steps) in evidence where steps.contains(where: { Instability.isIn($0.text) }) {
            unstable[hostID] = try steps.map { step throws(StoreError) in (step.run, try unstablePorts(step.text)) }
        }
        let changed = try database.rows(
            "SELECT host_id FROM run_hosts WHERE check_id = ? AND run_id > ?", [.int(checkID), .int(oldest)]
        ) { $0.int(0) }
        var recent = RecentRuns()
        for hostID in Set(changed).union(unstable.keys).sorted() {
            let (host, states) = try states(checkID, hostID, since: oldest)
            recent.sights[host] = runs.map { run in
                Flips.Sight(
                    states: states.last { $0.runID <= run }?.states,
                    unstable: unstable[hostID]?.last { $0.run <= run }?.ports ?? PortSet())
            }
        }
        // What excuses drift has to be what was entered.
        if recent.sights.values.contains(where: Flips.mayFollow) {
            for run in try self.runs("WHERE r.check_id = ? AND r.id >= ?", [.int(checkID), .int(oldest)]) {
                try prove(.run(run))
            }
        }
        return recent
    }

    /// The texts of each host by runs: those that hold at first, and those that came later.
    private func steps(
        from first: [(run: Int64, hostID: Int64, text: String)], _ selection: String, _ checkID: Int64,
        after oldest: Int64
    ) throws(StoreError) -> [Int64: [(run: Int64, text: String)]] {
        let later = try database.rows(
            "\(selection) WHERE x.check_id = ? AND x.run_id > ? ORDER BY x.run_id", [.int(checkID), .int(oldest)]
        ) { (run: $0.int(0), hostID: $0.int(1), text: $0.optionalText(2) ?? "") }
        return (first + later).reduce(into: [:]) { $0[$1.hostID, default: []].append(($1.run, $1.text)) }
    }

    /// The ports that a text of evidence calls unstable.
    func unstablePorts(_ text: String) throws(StoreError) -> PortSet {
        var ports = PortSet()
        for line in text.split(separator: "\n") where line.hasPrefix(Instability.word) {
            guard let instability = Instability(line: line, scope: .all) else {
                throw database.damaged("the evidence of a host cannot be read")
            }
            ports = ports.union(instability.ports)
        }
        return ports
    }

    /// What holds of a host at a run, and what came later.
    private func states(
        _ checkID: Int64, _ hostID: Int64, since oldest: Int64
    ) throws(StoreError) -> (Host, [HostStep]) {
        let before = try database.first(
            "SELECT max(run_id) FROM run_hosts WHERE check_id = ? AND host_id = ? AND run_id <= ?",
            [.int(checkID), .int(hostID), .int(oldest)]
        ) { $0.optionalInt(0) }
        let identity = try database.first("SELECT identity FROM hosts WHERE id = ?", [.int(hostID)]) { $0.text(0) }
        guard let host = identity.flatMap({ Host($0) }) else { throw database.damaged("host \(hostID) cannot be read") }
        return (host, try steps(checkID, hostID, since: (before ?? nil) ?? oldest))
    }
}
