/// Proves a database against its ledger: every entry, what it is about, and everything that this is made of.
public struct Verifier {
    let database: Database
    private let store: Store
    private let chain: LedgerChain

    /// - Parameters:
    ///   - expected: an entry that was noted elsewhere, which has to be in the ledger; `nil` for none.
    ///   - keys: the keys of which one has to have signed each entry from the first signed one on; `nil` to take the
    ///     keys that the entries name.
    public init(_ store: Store, expected: LedgerHead?, keys: [PublicKey]?) {
        self.store = store
        database = store.database
        chain = LedgerChain(expected: expected, keys: keys)
    }

    /// Opens the database at `path` to prove it.
    ///
    /// - Throws: `StoreError.doesNotHold` where it is damaged so that it cannot even be opened, or another case when it is
    ///   none.
    public static func store(at path: String) throws(StoreError) -> Store {
        do throws(StoreError) {
            return try Store(reading: path)
        } catch .damaged(_, let detail) {
            throw .doesNotHold(Discrepancy("the file", detail))
        }
    }

    /// Goes through the database as it is at one moment.
    ///
    /// - Parameter progress: told how many entries of how many are proved.
    /// - Throws: `StoreError.doesNotHold` with the first thing that does not hold; other cases when the database cannot
    ///   be read.
    public func run(progress: (Int, Int) -> Void) throws(StoreError) -> Verification {
        do throws(StoreError) {
            return try database.read { () throws(StoreError) in
                try checkFile()
                let schema = try schemaDiscrepancy()
                let found: Verification
                do throws(StoreError) {
                    let walk = try checkEntries(progress)
                    try checkRest(imported: walk.imported, lastRun: walk.numbering.lastRun)
                    found = walk.found
                } catch {
                    // What was taken out of the schema is what made the query fail.
                    if case .sqlite = error, let schema { throw .doesNotHold(schema) }
                    throw error
                }
                // Told last: what was changed behind a trigger that was dropped says more than that it was.
                if let schema { throw .doesNotHold(schema) }
                return found
            }
        } catch .damaged(_, let detail) {
            throw .doesNotHold(Discrepancy("the file", detail))
        }
    }

    // MARK: Entries

    /// What the walk along the ledger has seen.
    private struct Walk {
        var found = Verification()
        var chain: LedgerChain
        var numbering = LedgerNumbering()
        var missing: MissingRuns
        /// What imports brought in, which has no entries of its own.
        var imported: Set<LedgerItem> = []
    }

    private func checkEntries(_ progress: (Int, Int) -> Void) throws(StoreError) -> Walk {
        let total = try database.first("SELECT count(*) FROM ledger") { Int($0.int(0)) } ?? 0
        let statement = try Statement(
            "SELECT \(Store.entryColumns), hash, public_key, signature FROM ledger ORDER BY sequence", in: database)
        let replay = HistoryReplay(database)
        var walk = Walk(chain: chain, missing: MissingRuns(try store.prunedRuns()))
        while try statement.step() {
            let sequence = statement.int(0)
            var item: LedgerItem?
            do throws(StoreError) {
                item = try store.item(statement)
                _ = try store.proved(statement, in: &walk.chain)
                guard let item else { throw database.damaged("its kind is none that portbase knows") }
                try check(item, subject: try statement.digest(10), record: try statement.digest(11), replay, &walk)
            } catch .damaged(_, let detail) {
                throw .doesNotHold(Discrepancy(entry: sequence, item?.description, detail))
            }
            progress(walk.found.entryCount, total)
        }
        if let discrepancy = walk.missing.discrepancy { throw .doesNotHold(discrepancy) }
        if let discrepancy = walk.chain.discrepancy { throw .doesNotHold(discrepancy) }
        walk.found.head = walk.chain.head
        walk.found.signedFrom = walk.chain.signedFrom
        return walk
    }

    /// What an entry is about: the rows are there, and are those that were entered.
    private func check(
        _ item: LedgerItem, subject: Digest, record: Digest, _ replay: HistoryReplay, _ walk: inout Walk
    ) throws(StoreError) {
        try goOn(to: item, &walk)
        walk.found.counts[item.kind, default: 0] += 1
        if item.kind == .run, try !store.hasRun(item.number) {
            try walk.missing.add(item, record, in: database)
            walk.found.prunedRuns += 1
            return
        }
        if item.kind == .prune { try walk.missing.take(store.prunedRuns(by: item.number), in: database) }
        guard try prove(item, record, replay) == subject else {
            throw database.damaged("the entry names another digest")
        }
        if item.kind == .import { try checkImport(item.number, replay, &walk) }
    }

    private func goOn(to item: LedgerItem, _ walk: inout Walk) throws(StoreError) {
        do throws(LedgerChain.Broken) {
            try walk.numbering.add(item)
        } catch {
            throw database.damaged(error.problem)
        }
    }

    /// That the rows of `item` are there, and are those of `record`.
    ///
    /// - Returns: the digest of what it is about.
    private func prove(_ item: LedgerItem, _ record: Digest, _ replay: HistoryReplay) throws(StoreError) -> Digest {
        let found = item.kind == .run ? try replay.advance(to: item.number).fields : []
        if item.kind == .baseline { try replay.proveDerived(item) }
        guard let actual = try store.record(of: item, found) else { throw database.damaged("it is missing") }
        guard actual.record.digest == record else {
            throw database.damaged("its record is not the one that was entered")
        }
        return actual.subject
    }

    /// That what an import names is there as it was brought in.
    private func checkImport(_ number: Int64, _ replay: HistoryReplay, _ walk: inout Walk) throws(StoreError) {
        for line in try store.imported(by: number)?.lines ?? [] {
            do throws(StoreError) {
                try goOn(to: line.item, &walk)
                _ = try prove(line.item, line.record, replay)
            } catch .damaged(_, let detail) {
                throw database.damaged("\(line.item.description): \(detail)")
            }
            walk.found.importedRuns += line.item.kind == .run ? 1 : 0
            walk.imported.insert(line.item)
        }
    }
}
