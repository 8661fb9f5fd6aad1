public import PortCore

extension Store {
    /// The snapshot of a run or of a baseline, rebuilt from its rows and proved by its digest.
    ///
    /// - Throws: `StoreError.damaged` when it does not have the digest that was recorded.
    public func snapshot(of recorded: Recorded) throws(StoreError) -> Snapshot {
        guard case .derived(let version) = recorded, let id = version.derivedID else {
            return try snapshot(of: recorded.run)
        }
        let rows = try database.rows(
            """
            SELECT x.host_id, h.identity, b.digest, p.ports, b.states, x.address
            FROM derived_hosts AS x JOIN hosts AS h ON h.id = x.host_id JOIN blocks AS b ON b.id = x.block_id
            JOIN port_sets AS p ON p.id = b.port_set_id WHERE x.derived_id = ?
            """, [.int(id)]
        ) { row throws(StoreError) in try HostRow(row) }
        let snapshot = try rebuilt(rows)
        guard snapshot.digest == version.digest else {
            throw database.damaged("\(recorded.name) does not have the digest \(version.digest) any more")
        }
        return snapshot
    }

    /// The evidence of the hosts that have any. That of a derived snapshot is what the baseline before it had, and for
    /// the ports that were taken, what the run had; what was unstable is told of runs only.
    public func evidence(of recorded: Recorded) throws(StoreError) -> [Host: Evidence] {
        guard case .derived(let version) = recorded else { return try evidence(of: recorded.run) }
        let versions = try baselines(of: version.check)
        // A version that was set again is made as it was at first, from the one before that.
        guard let made = versions.firstIndex(where: { $0.derivedID == version.derivedID }), made > 0 else {
            throw database.damaged("\(recorded.name) has no version before it")
        }
        let before = try findings(of: versions[made - 1].recorded)
        let after = try evidence(of: versions[made].run)
        let base = Dictionary(uniqueKeysWithValues: before.entries.map { ($0.host, $0.states[.filtered]) })
        var merged: [Host: Evidence] = [:]
        for entry in try snapshot(of: recorded).entries {
            let filtered = entry.states[.filtered]
            let kept = filtered.intersection(base[entry.host] ?? PortSet())
            let evidence = Evidence(
                before.evidence[entry.host], at: kept, and: after[entry.host], at: filtered.subtracting(kept))
            if !evidence.isEmpty { merged[entry.host] = evidence }
        }
        return merged
    }

    /// All that is known of a snapshot; of a derived one there are no banners.
    ///
    /// - Throws: `StoreError.damaged` when it does not have the digest that was recorded.
    public func findings(of recorded: Recorded) throws(StoreError) -> Findings {
        guard case .derived = recorded else { return try findings(of: recorded.run) }
        return try Findings(snapshot: snapshot(of: recorded), evidence: evidence(of: recorded))
    }

    /// The drift between two snapshots, and the evidence of the newer one, at least of the hosts that differ.
    ///
    /// - Throws: `StoreError.damaged` when what was read does not fit the digests.
    public func drift(
        from old: Recorded, to new: Recorded
    ) throws(StoreError) -> (drift: Drift, evidence: [Host: Evidence]) {
        if case .run(let old) = old, case .run(let new) = new { return try drift(from: old, to: new) }
        return (try Drift(from: snapshot(of: old), to: snapshot(of: new)), try evidence(of: new))
    }

    /// The row of a snapshot that no run found, inserted where it is not there.
    func id(ofDerived snapshot: Snapshot) throws(StoreError) -> Int64 {
        let digest = snapshot.digest
        if let known = try database.first("SELECT id FROM derived WHERE digest = ?", [.digest(digest)], { $0.int(0) }) {
            return known
        }
        try database.execute("INSERT INTO derived (digest) VALUES (?)", [.digest(digest)])
        let derivedID = database.lastInsertID
        let insert = try Statement(
            "INSERT INTO derived_hosts (derived_id, host_id, block_id, address) VALUES (?, ?, ?, ?)", in: database)
        for entry in snapshot.entries {
            let blockID = try id(ofBlock: entry.states, Digest(of: entry.states.blockText))
            try insert.run([
                .int(derivedID), .int(id(of: entry.host)), .int(blockID), .text(entry.address?.description),
            ])
        }
        return derivedID
    }
}

extension Evidence {
    /// What `first` says of some ports, and `second` of others.
    fileprivate init(_ first: Evidence?, at ports: PortSet, and second: Evidence?, at others: PortSet) {
        func share(_ evidence: Evidence?, _ reason: Reason, _ ports: PortSet) -> PortSet {
            (evidence?.reasons.first { $0.reason == reason }?.ports ?? PortSet()).intersection(ports)
        }
        self.init(
            reasons: Reason.allCases.map { reason in
                (reason, share(first, reason, ports).union(share(second, reason, others)))
            }.filter { !$0.1.isEmpty })
    }

    private init(reasons: [(Reason, PortSet)]) {
        self.reasons = reasons
        unstable = []
    }
}
