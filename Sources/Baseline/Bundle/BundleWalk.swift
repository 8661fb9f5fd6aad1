/// What was seen of a bundle up to some part of it.
struct BundleWalk {
    /// The record that was read last, with the texts that came after it.
    struct Open {
        let item: LedgerItem
        let record: LedgerLines
        let place: BundlePlace
        var texts: [BundlePart: (text: String, place: BundlePlace)] = [:]

        /// Whether the record vouches for such a text.
        func takes(_ part: BundlePart) -> Bool {
            switch (item.kind, part) {
            case (.run, .snapshot), (.run, .evidence): true
            case (.run, .banners): record.has("banners")
            case (.baseline, .snapshot): record.has("derived")
            default: false
            }
        }
    }

    private var chain: LedgerChain
    private var signature: (key: [UInt8], bytes: [UInt8])?
    /// What the last entry is about, until its record comes.
    private var entry: (item: LedgerItem, record: Digest, subject: Digest)?
    /// The records that imports vouch for, until they come.
    private var imported: [LedgerItem: Digest] = [:]
    private var open: Open?
    private var histories: [CheckName: BundleHistory] = [:]
    private var numbering = LedgerNumbering()

    init(chain: LedgerChain) { self.chain = chain }

    mutating func add(_ part: BundlePart, _ text: String, _ place: BundlePlace) throws(StoreError) {
        switch part {
        case .signature:
            guard signature == nil, let lines = LedgerLines(text, header: BundlePart.signatureHeader),
                let key = lines.bytes("public_key"), let bytes = lines.bytes("signature")
            else { throw place.problem("it is no signature of one entry") }
            signature = (key, bytes)
        case .entry: try addEntry(text, place)
        case .record: try addRecord(text, place)
        case .snapshot, .evidence, .banners:
            guard open?.takes(part) ?? false, open?.texts.updateValue((text, place), forKey: part) == nil else {
                throw place.problem("there is no record that it belongs to")
            }
        }
    }

    private mutating func addEntry(_ text: String, _ place: BundlePlace) throws(StoreError) {
        guard let lines = LedgerLines(text, header: Store.entryHeader), let item = lines.item,
            item.kind.hasCheck == (item.name != nil)
        else { throw place.problem("it is no entry of a kind that portbase knows") }
        guard lines.consists(of: Store.entryWords, optional: Store.optionalEntryWords),
            let record = lines.digest("record"), let subject = lines.digest("subject"),
            lines.time("recorded_at") != nil
        else { throw place.problem("it does not have the lines of an entry") }
        let name = "entry \(chain.next) (\(item.description))"
        guard lines.int("sequence") == chain.next, lines.digest("previous") == chain.last else {
            throw place.problem("\(name) does not follow the entry before it")
        }
        do throws(LedgerChain.Broken) {
            try chain.add(text, signature: signature)
        } catch {
            throw place.problem("\(name): \(error.problem)")
        }
        signature = nil
        entry = (item, record, subject)
    }

    private mutating func addRecord(_ text: String, _ place: BundlePlace) throws(StoreError) {
        guard let record = LedgerLines(text, header: Store.recordHeader), let item = record.item else {
            throw place.problem("it is no record of a kind that portbase knows")
        }
        guard record.consists(of: ["kind"] + item.kind.words, optional: LedgerKind.optionalWords) else {
            throw place.problem("it does not have the lines of a record of a \(item.kind.rawValue)")
        }
        let digest = Digest(of: text)
        if let entry, entry.item == item {
            let content = (record["body"] ?? record["content"]).map { Digest(of: $0) }
            guard entry.record == digest, entry.subject == record.digest("snapshot") ?? content else {
                throw place.problem("it is not the record that was entered")
            }
            self.entry = nil
        } else {
            guard imported.removeValue(forKey: item) == digest else {
                throw place.problem("\(item.description) has no entry that vouches for this record")
            }
        }
        switch item.kind {
        case .request, .run, .baseline:
            do throws(LedgerChain.Broken) {
                try numbering.add(item)
            } catch {
                throw place.problem("\(item.description): \(error.problem)")
            }
            open = Open(item: item, record: record, place: place)
        case .import:
            guard let content = record["content"].flatMap({ ImportText($0) }) else {
                throw place.problem("what was imported cannot be read")
            }
            for line in content.lines { imported[line.item] = line.record }
        case .report, .prune: throw place.problem("a bundle has no record of a \(item.kind.rawValue)")
        }
    }

    /// The record that was read last, when all its texts are there; `nil` where there is none.
    mutating func closed() throws(StoreError) -> BundleItem? {
        guard let open else { return nil }
        self.open = nil
        // Taken out, so that it is changed in place.
        guard let check = open.item.name else { throw open.place.problem("it is of no check") }
        var history = histories.removeValue(forKey: check) ?? BundleHistory()
        defer { histories[check] = history }
        return BundleItem(
            item: open.item, record: open.record, content: try history.content(of: open), place: open.place)
    }

    /// What was seen, once the bundle is closed by `digest` at `end`.
    func summary(_ digest: Digest, _ end: BundlePlace) throws(StoreError) -> BundleSummary {
        if let discrepancy = chain.discrepancy { throw .doesNotHold(discrepancy) }
        guard signature == nil, let head = chain.head, histories.contains(where: { !$0.value.runs.isEmpty }) else {
            throw end.problem("there is no run in it")
        }
        let checks = histories.sorted { $0.key < $1.key }.map { name, history in
            BundleSummary.Check(name: name, runs: history.runs.keys.sorted(), baselines: history.baselines)
        }
        return BundleSummary(head: head, signedFrom: chain.signedFrom, checks: checks, digest: digest)
    }
}
