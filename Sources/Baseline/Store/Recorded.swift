import PortCore

/// A snapshot that the store can rebuild and prove.
public enum Recorded: Hashable, Sendable {
    /// What a run found.
    case run(Run)
    /// What a version of a baseline has and no run found.
    case derived(BaselineVersion)

    /// The check that it belongs to.
    public var check: CheckName {
        switch self {
        case .run(let run): run.check
        case .derived(let version): version.check
        }
    }

    /// The digest of the snapshot.
    public var digest: Digest {
        switch self {
        case .run(let run): run.digest
        case .derived(let version): version.digest
        }
    }

    /// The run, or the one whose drift was taken in part: it tells what was asked.
    public var run: Run {
        switch self {
        case .run(let run): run
        case .derived(let version): version.run
        }
    }

    /// What found it: `run 17` or `derived from run 17`.
    public var origin: String {
        switch self {
        case .run(let run): "run \(run.id)"
        case .derived(let version): "derived from run \(version.run.id)"
        }
    }

    /// `run 17` or `baseline 3 of web (derived from run 17)`.
    public var name: String {
        switch self {
        case .run: origin
        case .derived(let version): "baseline \(version.version) of \(version.check) (\(origin))"
        }
    }
}

extension Store {
    /// The snapshot that `reference` names.
    ///
    /// - Throws: `StoreError` when there is none, or more than one fits.
    public func recorded(_ reference: RunReference) throws(StoreError) -> Recorded {
        try atOneMoment { () throws(StoreError) in try found(reference) }
    }

    private func found(_ reference: RunReference) throws(StoreError) -> Recorded {
        switch reference {
        case .number(let number):
            guard let run = try runs("WHERE r.id = ?", [.int(number)]).first else { throw try missing(number) }
            return .run(run)
        case .digest(let prefix):
            return try recorded(digestPrefix: prefix, reference)
        case .latest(let name, let back):
            let run = try latest(name, "", [], back: back, reference)
            try proveLatest(run, back: back)
            return .run(run)
        case .at(let name, let time):
            let run = try latest(name, "AND r.finished_at <= ?", [.time(time)], back: 0, reference)
            try proveLast([run], by: time, of: name)
            return .run(run)
        case .baseline(let name, let back):
            let versions = try baselines(of: name)
            guard !versions.isEmpty else { throw .noBaseline(name) }
            guard back < versions.count else {
                throw .noSuchRun(
                    reference: "\(reference)", reason: "the baseline has \(Wording.count(versions.count, "version"))")
            }
            return versions[versions.count - 1 - back].recorded
        }
    }

    /// Why run `number` is not there.
    private func missing(_ number: Int64) throws(StoreError) -> StoreError {
        if let gone = try prunedRuns()[number] {
            return .noSuchRun(reference: "\(number)", reason: "it was pruned from '\(gone.check)'")
        }
        let isEntered = try database.first(
            "SELECT 1 FROM ledger WHERE kind = 'run' AND number = ?", [.int(number)]
        ) { _ in true }
        return isEntered == nil
            ? .noRun("\(number)") : database.damaged("run \(number) is missing, and no prune dropped it")
    }

    /// The run that `reference` names.
    ///
    /// - Throws: `StoreError` when there is no such run, or more than one snapshot fits.
    public func run(_ reference: RunReference) throws(StoreError) -> Run {
        guard case .run(let run) = try recorded(reference) else {
            throw .noSuchRun(
                reference: "\(reference)", reason: "its snapshot was derived for a baseline, and no run found it")
        }
        return run
    }

    private func latest(
        _ name: CheckName, _ condition: String, _ values: [SQLValue], back: Int, _ reference: RunReference
    ) throws(StoreError) -> Run {
        let checkID = try checkID(name)
        let found = try runs(
            "WHERE r.check_id = ? \(condition) ORDER BY r.id DESC LIMIT 1 OFFSET ?",
            [.int(checkID)] + values + [.int(back)])
        return try only(found, reference)
    }

    private func recorded(digestPrefix prefix: String, _ reference: RunReference) throws(StoreError) -> Recorded {
        func bound(_ filler: Character) -> SQLValue {
            let digits = Array(prefix + String(repeating: filler, count: 64 - prefix.utf8.count))
            return .blob(stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0...$0 + 1]), radix: 16) })
        }
        let digests = try database.rows(
            """
            SELECT digest FROM runs WHERE digest BETWEEN ?1 AND ?2
            UNION SELECT digest FROM derived WHERE digest BETWEEN ?1 AND ?2 LIMIT 2
            """, [bound("0"), bound("f")]
        ) { row throws(StoreError) in try row.digest(0) }
        guard let digest = digests.first else { throw .noRun("\(reference)") }
        guard digests.count == 1 else { throw .ambiguous(reference: "\(reference)") }
        // Runs of this database before those that were imported with the same snapshot.
        let foreign = """
            SELECT k.id FROM checks AS k, imports AS i WHERE instr(i.content, char(10) || 'check ' || k.name || ' ')
            """
        let found = try runs(
            "WHERE r.digest = ? ORDER BY r.check_id IN (\(foreign)), r.id DESC LIMIT 1", [.digest(digest)])
        if let run = found.first { return .run(run) }
        let version = try baselines("WHERE d.digest = ? ORDER BY b.recorded_at DESC, b.version DESC", [.digest(digest)])
        guard let version = version.first else { throw .noRun("\(reference)") }
        return version.recorded
    }

    private func only(_ runs: [Run], _ reference: RunReference) throws(StoreError) -> Run {
        guard let run = runs.first else { throw .noRun("\(reference)") }
        return run
    }
}
