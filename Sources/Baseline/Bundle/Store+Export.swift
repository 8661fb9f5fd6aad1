extension Store {
    /// Writes `items` into a new file of mode 0600, with the whole ledger as it is at one moment, so that they can be
    /// proved without this database. The file has its name only when it is whole and on the disk.
    ///
    /// - Parameter progress: told how many entries of how many are done.
    /// - Throws: `StoreError.doesNotHold` for what could not be proved from the bundle, `.exists` when there is such a
    ///   file, or another case when an item is not there or the file cannot be written.
    public func export(
        _ items: [ExportItem], to path: String, progress: (Int, Int) -> Void = { _, _ in }
    ) throws(StoreError) -> BundleSummary {
        try database.read { () throws(StoreError) in
            let selection = try ExportSelection(items, in: self)
            let total = try database.first("SELECT count(*) FROM ledger") { Int($0.int(0)) } ?? 0
            var export = Export(
                store: self, selection: selection, missing: MissingRuns(try prunedRuns()),
                writer: try BundleWriter(path))
            let statement = try Statement(
                "SELECT \(Self.entryColumns), hash, public_key, signature FROM ledger ORDER BY sequence", in: database)
            while try statement.step() {
                let sequence = statement.int(0)
                var item: LedgerItem?
                do throws(StoreError) {
                    item = try self.item(statement)
                    try export.add(statement, item)
                } catch .damaged(_, let detail) {
                    throw .doesNotHold(Discrepancy(entry: sequence, item?.description, detail))
                }
                progress(Int(sequence), total)
            }
            return try export.finish()
        }
    }
}

/// What is exported.
private struct ExportSelection {
    /// Checks of which all runs go, and all versions of the baseline.
    private var checks: Set<CheckName> = []
    private var runs: Set<Int64> = []
    /// The requests that runs by themselves carried out.
    private var requests: Set<LedgerItem> = []
    /// Every check of which something goes: its runs are gone through up to the last that does.
    private var last: [CheckName: Int64] = [:]

    init(_ items: [ExportItem], in store: Store) throws(StoreError) {
        for item in items {
            switch item {
            case .check(let name):
                guard try !store.runs(of: name, limit: 1).isEmpty else { throw .noRun("\(name)") }
                checks.insert(name)
                last[name] = .max
            case .run(let reference):
                let run = try store.run(reference)
                runs.insert(run.id)
                requests.insert(LedgerItem(kind: .request, name: run.check, number: Int64(run.requestVersion)))
                last[run.check] = max(last[run.check] ?? 0, run.id)
            }
        }
    }

    func contains(_ item: LedgerItem) -> Bool {
        guard let name = item.name, !checks.contains(name) else { return item.name != nil }
        return item.kind == .run && runs.contains(item.number) || requests.contains(item)
    }

    /// Whether run `item` is on the way to one that is exported.
    func passes(_ item: LedgerItem) -> Bool {
        guard item.kind == .run, let name = item.name, let last = last[name] else { return false }
        return item.number <= last
    }
}

/// A bundle that is being written.
private struct Export: ~Copyable {
    /// What is exported of a check.
    private struct Share {
        var summary: BundleSummary.Check
        /// The digests of the texts that were written last.
        var written: [BundlePart: Digest] = [:]
    }

    private let store: Store
    private let selection: ExportSelection
    private let replay: HistoryReplay
    private var writer: BundleWriter
    private var chain = LedgerChain(expected: nil, keys: nil)
    private var shares: [CheckName: Share] = [:]
    private var missing: MissingRuns

    init(store: Store, selection: ExportSelection, missing: MissingRuns, writer: consuming BundleWriter) {
        self.store = store
        self.selection = selection
        self.missing = missing
        self.writer = writer
        replay = HistoryReplay(store.database)
    }

    /// Adds the entry in a row of the ledger, and `item`, which it is about, where that is selected.
    mutating func add(_ entry: borrowing Statement, _ item: LedgerItem?) throws(StoreError) {
        let text = try store.proved(entry, in: &chain)
        if !entry.isNull(13) {
            let signature = LedgerText(
                BundlePart.signatureHeader,
                [("public_key", .blob(entry.blob(13))), ("signature", .blob(entry.blob(14)))])
            try writer.add(.signature, Array(signature.text.utf8))
        }
        try writer.add(.entry, Array(text.text.utf8))
        guard let item else { return }
        let record = try entry.digest(11)
        switch item.kind {
        case .import:
            let proved = try self.record(of: item, record, [])
            let lines = try store.imported(by: item.number)?.lines ?? []
            if lines.contains(where: { selection.contains($0.item) }) { try writer.add(.record, proved) }
            for line in lines { try add(line.item, line.record) }
        case .prune:
            _ = try self.record(of: item, record, [])
            try missing.take(store.prunedRuns(by: item.number), in: store.database)
        case .run where try !store.hasRun(item.number):
            // A run that was pruned is no more; one that was taken away is none to be silent about.
            try missing.add(item, record, in: store.database)
        default: try add(item, record)
        }
    }

    /// Adds what an entry or an import vouches for by `record`, where that is selected.
    private mutating func add(_ item: LedgerItem, _ record: Digest) throws(StoreError) {
        let isSelected = selection.contains(item)
        guard item.kind == .run else {
            guard isSelected, item.kind == .request || item.kind == .baseline else { return }
            let derived = item.kind == .baseline ? try replay.proveDerived(item) : nil
            try writer.add(.record, self.record(of: item, record, []))
            if item.kind == .baseline, let name = item.name { shares[name]?.summary.baselines += 1 }
            if let derived { try writer.add(.snapshot, derived.bytes) }
            return
        }
        guard let name = item.name, selection.passes(item) else { return }
        let run = try replay.advance(to: item.number)
        guard isSelected else { return }
        try writer.add(.record, self.record(of: item, record, run.fields))
        var share = shares[name] ?? Share(summary: BundleSummary.Check(name: name, runs: [], baselines: 0))
        share.summary.runs.append(item.number)
        for (part, text) in [(BundlePart.snapshot, run.snapshot), (.evidence, run.evidence), (.banners, run.banners)] {
            guard let text, !text.bytes.isEmpty, share.written[part] != text.digest else { continue }
            try writer.add(part, text.bytes)
            share.written[part] = text.digest
        }
        shares[name] = share
    }

    /// The text of the record of `item`, which has to have the digest that was entered.
    private func record(
        of item: LedgerItem, _ record: Digest, _ found: [LedgerText.Field]
    ) throws(StoreError) -> [UInt8] {
        guard let actual = try store.record(of: item, found), actual.record.digest == record else {
            throw store.database.damaged("its record is not the one that was entered")
        }
        return Array(actual.record.text.utf8)
    }

    mutating func finish() throws(StoreError) -> BundleSummary {
        if let discrepancy = missing.discrepancy { throw .doesNotHold(discrepancy) }
        let digest = try writer.finish()
        guard let head = chain.head else { throw .empty(path: store.database.path) }
        return BundleSummary(
            head: head, signedFrom: chain.signedFrom, checks: shares.sorted { $0.key < $1.key }.map(\.value.summary),
            digest: digest)
    }
}
