/// Proves a database against its ledger: every entry, what it is about, and everything that this is made of.
public struct Verifier {
    let database: Database
    private let store: Store
    private let expected: LedgerHead?
    private let keys: Set<[UInt8]>?

    /// - Parameters:
    ///   - expected: an entry that was noted elsewhere, which has to be in the ledger; `nil` for none.
    ///   - keys: the keys of which one has to have signed each entry from the first signed one on; `nil` to take the
    ///     keys that the entries name.
    public init(_ store: Store, expected: LedgerHead?, keys: [PublicKey]?) {
        self.store = store
        database = store.database
        self.expected = expected
        self.keys = keys.map { Set($0.map(\.bytes)) }
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
                    found = try checkEntries(progress)
                    try checkRest()
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
        var hasExpected = false
        /// The last number of each kind and check: what is recorded is numbered in its order.
        var last: [String: Int64] = [:]
        /// The runs that some prune names, by number.
        let pruned: [Int64: PrunedRun]
        /// Those that are not there, and whose prune is still to come.
        var gone: Set<Int64> = []
    }

    private func checkEntries(_ progress: (Int, Int) -> Void) throws(StoreError) -> Verification {
        let total = try database.first("SELECT count(*) FROM ledger") { Int($0.int(0)) } ?? 0
        let statement = try Statement(
            "SELECT \(Store.entryColumns), hash, public_key, signature FROM ledger ORDER BY sequence", in: database)
        let replay = HistoryReplay(database)
        var walk = Walk(pruned: try store.prunedRuns())
        while try statement.step() {
            let sequence = statement.int(0)
            let item = LedgerKind(rawValue: statement.text(1)).map {
                LedgerItem(kind: $0, name: statement.optionalText(2), number: statement.int(3))
            }
            do throws(StoreError) {
                try check(statement, sequence, &walk)
                guard let item else { throw database.damaged("its kind is none that portbase knows") }
                try check(item, subject: try statement.digest(10), record: try statement.digest(11), replay, &walk)
            } catch .damaged(_, let detail) {
                throw .doesNotHold(Discrepancy(entry: sequence, item?.description, detail))
            }
            progress(walk.found.entryCount, total)
        }
        if let run = walk.gone.min().flatMap({ walk.pruned[$0] }) {
            throw .doesNotHold(
                Discrepancy("run \(run.number) of \(run.check)", "it is missing, and no prune dropped it"))
        }
        try checkSignatures(walk)
        if let expected, !walk.hasExpected { throw .doesNotHold(missing(expected)) }
        return walk.found
    }

    /// One entry by itself: its place, its hash and its signature.
    private func check(
        _ entry: borrowing Statement, _ sequence: Int64, _ walk: inout Walk
    ) throws(StoreError) {
        let next = (walk.found.head?.sequence ?? 0) + 1
        guard sequence == next else { throw .doesNotHold(Discrepancy(entry: next, nil, "it is missing")) }
        let text = Store.entryText(Array(try entry.fields().prefix(12)), after: walk.found.head?.hash)
        guard try text.digest == entry.digest(12) else {
            throw database.damaged("its hash is not that of its text and of the entry before")
        }
        try checkSignature(entry, text, sequence, &walk.found)
        let head = LedgerHead(sequence: sequence, hash: text.digest)
        walk.found.head = head
        if let expected, expected.hash == head.hash, expected.sequence ?? sequence == sequence {
            walk.hasExpected = true
        }
    }

    private func checkSignature(
        _ entry: borrowing Statement, _ text: LedgerText, _ sequence: Int64, _ found: inout Verification
    ) throws(StoreError) {
        if entry.isNull(13), entry.isNull(14) {
            guard let first = found.signedFrom else { return }
            throw database.damaged("it is not signed, and from entry \(first) on all were")
        }
        let key = entry.blob(13)
        guard PublicKey.proves(key, entry.blob(14), of: text.text) else {
            throw database.damaged("its signature is not one of its text by the key that it names")
        }
        guard keys?.contains(key) ?? true else {
            throw database.damaged("it is signed with another key than the one given")
        }
        if found.signedFrom == nil { found.signedFrom = sequence }
    }

    private func checkSignatures(_ walk: Walk) throws(StoreError) {
        guard keys != nil, walk.found.signedFrom == nil, walk.found.head != nil else { return }
        throw .doesNotHold(Discrepancy(nil, "no entry is signed"))
    }

    /// What an entry is about: the rows are there, and are those that were entered.
    private func check(
        _ item: LedgerItem, subject: Digest, record: Digest, _ replay: HistoryReplay, _ walk: inout Walk
    ) throws(StoreError) {
        let series = item.kind.rawValue + (item.kind == .run ? "" : " \(item.name ?? "")")
        guard item.number > walk.last[series] ?? 0 else {
            throw database.damaged("it is entered after \(item.kind.rawValue) \(walk.last[series] ?? 0)")
        }
        walk.last[series] = item.number
        walk.found.counts[item.kind, default: 0] += 1
        if item.kind == .run, let pruned = walk.pruned[item.number], try !store.hasRun(item.number) {
            guard pruned.check == item.name, pruned.record == record else {
                throw database.damaged("it is missing, and the prune that names it tells another record")
            }
            walk.gone.insert(item.number)
            walk.found.prunedRuns += 1
            return
        }
        if item.kind == .prune { try checkPrune(item.number, &walk) }
        let found = item.kind == .run ? try replay.advance(to: item.number) : []
        if item.kind == .baseline { try replay.proveDerived(item) }
        guard let actual = try store.record(of: item, found) else { throw database.damaged("it is missing") }
        guard actual.record.digest == record else {
            throw database.damaged("its record is not the one that was entered")
        }
        guard actual.subject == subject else { throw database.damaged("the entry names another digest") }
    }

    /// That a prune names only runs that were entered before it and are gone.
    private func checkPrune(_ number: Int64, _ walk: inout Walk) throws(StoreError) {
        for run in try store.prunedRuns(by: number) where walk.gone.remove(run.number) == nil {
            throw database.damaged("it names run \(run.number), which it did not drop")
        }
    }

    private func missing(_ head: LedgerHead) -> Discrepancy {
        let place = head.sequence == nil ? "no entry has" : "there is none with"
        return Discrepancy(
            entry: head.sequence, nil,
            "\(place) the hash sha256:\(head.hash), so the history was cut or rewritten")
    }
}
