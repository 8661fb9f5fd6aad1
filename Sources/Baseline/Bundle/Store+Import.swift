/// What an import brought in.
public struct ImportReport: Sendable {
    /// A check that was brought in.
    public struct Check: Sendable {
        /// Its name here.
        public let name: CheckName
        /// The name that it had.
        public let original: CheckName
        /// Its runs, ascending: the number here, and the one that it had.
        public internal(set) var runs: [(number: Int64, original: Int64)] = []
        /// How many versions of its baseline there are.
        public internal(set) var baselines = 0
    }

    /// The checks that were brought in, in the order in which they were first recorded.
    public let checks: [Check]
    /// The digest that closes the bundle.
    public let bundle: Digest
    /// The entry of the ledger here that vouches for them.
    public let head: LedgerHead
}

extension Store {
    /// Brings the histories in a bundle in, as checks of their own to which nothing is added, and enters that into the
    /// ledger: all of it or nothing.
    ///
    /// - Parameters:
    ///   - name: what its check is named here; `nil` for the name that it had.
    ///   - reader: what reads and proves the bundle.
    /// - Throws: `StoreError.checkExists` when there is a check of the name, `.manyChecks`, `.doesNotHold` with the first
    ///   line that does not hold, or another case when nothing could be written.
    public func importBundle(
        _ reader: BundleReader, as name: CheckName?, _ acceptance: Acceptance
    ) throws(StoreError) -> ImportReport {
        try database.write { () throws(StoreError) in
            var arrivals = Arrivals(store: self, name: name)
            let summary = try reader.read { item throws(StoreError) in try arrivals.add(item) }
            var content = ImportText(bundle: summary.digest, head: summary.head)
            content.checks = arrivals.checks.map { .init(name: $0.name, original: $0.original) }
            content.lines = arrivals.lines
            try database.execute("INSERT INTO imports (content) VALUES (?)", [.text(content.text)])
            try enter(LedgerItem(kind: .import, name: nil, number: database.lastInsertID), LedgerOrigin(acceptance))
            guard let head = try ledgerHead() else { throw .empty(path: database.path) }
            return ImportReport(checks: arrivals.checks, bundle: summary.digest, head: head)
        }
    }
}

/// What a bundle brings in, as it is inserted.
private struct Arrivals {
    private let store: Store
    private let name: CheckName?
    private(set) var checks: [ImportReport.Check] = []
    private(set) var lines: [ImportText.Line] = []
    private var positions: [CheckName: (index: Int, id: Int64)] = [:]
    /// The numbers here of the runs there.
    private var runs: [LedgerItem: Int64] = [:]

    init(store: Store, name: CheckName?) {
        self.store = store
        self.name = name
    }

    mutating func add(_ item: BundleItem) throws(StoreError) {
        let (index, checkID) = try position(item)
        let number: Int64
        var found: [LedgerText.Field] = []
        switch item.content {
        case .request:
            number = item.item.number
            try item.refuseHugeRequest()
            try store.insertRequest(item.text("body"), checkID, Int(number), item.origin())
        case .run(let snapshot, let evidence, let banners):
            let draft = try item.draft(of: checks[index].name, snapshot, evidence, banners)
            number = try store.insert(draft, checkID, version: Int(item.int("request"))).id
            found = RunExtras.fields(draft)
            runs[item.item] = number
            checks[index].runs.append((number, item.item.number))
        case .baseline(let derived):
            number = item.item.number
            let derivedID = try derived.map { snapshot throws(StoreError) in try store.id(ofDerived: snapshot) }
            let named = LedgerItem(kind: .run, name: item.item.name, number: try item.int("run"))
            guard let run = runs[named] else { throw item.place.problem("its run is not there") }
            try store.insertBaseline(checkID, number, run, derivedID: derivedID, item.acceptance())
            checks[index].baselines += 1
        }
        let local = LedgerItem(kind: item.item.kind, name: checks[index].name, number: number)
        lines.append(
            ImportText.Line(item: local, record: try record(local, item, found), original: item.item.number))
    }

    /// The digest of the record of what was inserted, which with the numbers and the name that it had is the record
    /// that came.
    private func record(
        _ local: LedgerItem, _ item: BundleItem, _ found: [LedgerText.Field]
    ) throws(StoreError) -> Digest {
        guard let record = try store.record(of: local, found)?.record else {
            throw store.database.damaged("\(local.description) is missing right after it was inserted")
        }
        guard let lines = LedgerLines(record.text, header: Store.recordHeader),
            lines.isAlike(item.record, besides: ["number", "name", "run", "derived"])
        else {
            throw item.place.problem("the record of \(item.item.description) is not one that portbase writes")
        }
        return record.digest
    }

    /// The check that an item belongs to here, made with its first one.
    private mutating func position(_ item: BundleItem) throws(StoreError) -> (index: Int, id: Int64) {
        guard let original = item.item.name else { throw item.place.problem("it is of no check") }
        if let known = positions[original] { return known }
        let local = name ?? original
        guard name == nil || checks.isEmpty else { throw .manyChecks(path: item.place.path) }
        let id = try store.makeCheck(local)
        checks.append(ImportReport.Check(name: local, original: original))
        positions[original] = (checks.count - 1, id)
        return (checks.count - 1, id)
    }
}

extension Store {
    fileprivate func makeCheck(_ name: CheckName) throws(StoreError) -> Int64 {
        let text = SQLValue.text(name.description)
        let known = try database.first("SELECT 1 FROM checks WHERE name = ?", [text]) { _ in true }
        guard known == nil else { throw .checkExists(name) }
        try database.execute("INSERT INTO checks (name) VALUES (?)", [text])
        return database.lastInsertID
    }
}
