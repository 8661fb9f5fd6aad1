import PortCore

/// What one run showed against the one before it.
public struct TimelineEntry: Hashable, Sendable {
    /// The run.
    public let run: Run
    /// How many ports changed, by kind; empty for a first run.
    public let counts: [DriftKind: Int]
    /// Whether it shares an endpoint with the run before it; without one, no change could be seen. True for a first run.
    public let isComparable: Bool
    /// How many ports were unstable within the run.
    public let unstable: Int
}

extension Store {
    /// The last `limit` runs of a check that were finished at `since` or later, oldest first.
    ///
    /// - Throws: `StoreError`, such as `.unknownCheck`.
    public func timeline(of name: CheckName, since: Timestamp, limit: Int) throws(StoreError) -> [TimelineEntry] {
        let checkID = try checkID(name)
        let runs = try runs(
            "WHERE r.check_id = ? AND r.finished_at >= ? ORDER BY r.id DESC LIMIT ?",
            [.int(checkID), .time(since), .int(limit)]
        ).reversed()
        guard let first = runs.first else { return [] }
        var unstable = try unstablePorts(
            textRows(.evidence, checkID: checkID, at: first.id).map { ($0.hostID, $0.text) })
        var before = try run(before: first)
        var entries: [TimelineEntry] = []
        for run in runs {
            if run.id != first.id {
                unstable.merge(try unstablePorts(evidenceRows(checkID, of: run.id))) { $1 }
            }
            var counts: [DriftKind: Int] = [:]
            if let before, before.digest != run.digest { counts = try drift(from: before, to: run).drift.counts }
            entries.append(
                TimelineEntry(
                    run: run, counts: counts, isComparable: counts[.newlyScoped, default: 0] < run.counts.endpoints,
                    unstable: unstable.values.reduce(0, +)))
            before = run
        }
        return entries
    }

    /// The evidence that changed with one run, `""` where there is none any more.
    private func evidenceRows(_ checkID: Int64, of runID: Int64) throws(StoreError) -> [(Int64, String)] {
        try database.rows(
            """
            SELECT x.host_id, e.reasons FROM run_evidence AS x LEFT JOIN evidence AS e ON e.id = x.evidence_id
            WHERE x.check_id = ? AND x.run_id = ?
            """, [.int(checkID), .int(runID)]
        ) { ($0.int(0), $0.text(1)) }
    }

    /// How many ports each host's evidence calls unstable.
    private func unstablePorts(_ rows: [(Int64, String)]) throws(StoreError) -> [Int64: Int] {
        var counts: [Int64: Int] = [:]
        for (hostID, text) in rows { counts[hostID] = try unstablePorts(text).count }
        return counts
    }
}
