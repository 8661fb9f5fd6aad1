import PortCore

/// What an import brought in, as the text that its entry is about; `docs/format.md` specifies it.
struct ImportText: Equatable {
    /// Something that was recorded elsewhere.
    struct Line: Hashable {
        /// What it is here.
        let item: LedgerItem
        /// The digest of its record here.
        let record: Digest
        /// The number that it had there.
        let original: Int64
    }

    /// A check that was brought in.
    struct Check: Hashable {
        let name: CheckName
        /// The name that it had there.
        let original: CheckName
    }

    /// The digest that closes the bundle.
    let bundle: Digest
    /// The last entry of the ledger that it was exported from.
    let head: LedgerHead
    var checks: [Check] = []
    /// In the order in which they were recorded.
    var lines: [Line] = []

    private static let header = "portbase-import 1"

    init(bundle: Digest, head: LedgerHead) {
        self.bundle = bundle
        self.head = head
    }

    var text: String {
        var text = "\(Self.header)\nbundle \(bundle)\nledger \(head.sequence ?? 0) \(head.hash)\n"
        for check in checks { text += "check \(check.name) \(check.original)\n" }
        for line in lines {
            let item = line.item
            let name = item.name.map { "\($0)" } ?? ""
            text += "\(item.kind.rawValue) \(item.number) \(name) \(line.record) \(line.original)\n"
        }
        return text
    }

    /// `nil` for anything that `text` does not write.
    init?(_ text: String) {
        var lines = text.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: false) }[...]
        guard lines.popFirst()?.joined(separator: " ").hasBytes(of: Self.header) ?? false,
            let bundle = lines.popFirst(), bundle.count == 2, let digest = Digest(hex: bundle[1]),
            let head = lines.popFirst(), head.count == 3, let sequence = Int64(head[1]),
            let hash = Digest(hex: head[2])
        else { return nil }
        self.init(bundle: digest, head: LedgerHead(sequence: sequence, hash: hash))
        for words in lines {
            if words.count == 3, words[0].hasBytes(of: "check") {
                guard let name = CheckName(words[1]), let original = CheckName(words[2]) else { return nil }
                checks.append(Check(name: name, original: original))
            } else {
                guard words.count == 5, let name = CheckName(words[2]),
                    let kind = LedgerKind(rawValue: String(words[0])), kind.hasCheck,
                    let number = Int64(words[1]), let record = Digest(hex: words[3]), let original = Int64(words[4])
                else { return nil }
                let item = LedgerItem(kind: kind, name: name, number: number)
                self.lines.append(Line(item: item, record: record, original: original))
            }
        }
        guard self.text.hasBytes(of: text) else { return nil }
    }
}

extension Store {
    /// What import `number` brought in; `nil` where it is not there.
    func imported(by number: Int64) throws(StoreError) -> ImportText? {
        let text = try database.first("SELECT content FROM imports WHERE id = ?", [.int(number)]) { $0.text(0) }
        guard let text else { return nil }
        guard let content = ImportText(text) else { throw database.damaged("import \(number) cannot be read") }
        return content
    }

    /// Throws `StoreError.imported` when the history of `name` is one that was brought in: nothing is added to it.
    func refuseImported(_ name: CheckName) throws(StoreError) {
        if try importing(name) != nil { throw .imported(name) }
    }

    /// The import that brought the history of `name` in; `nil` where it is of this database.
    func importing(_ name: CheckName) throws(StoreError) -> Int64? {
        try database.first(
            "SELECT id FROM imports WHERE instr(content, char(10) || 'check ' || ? || ' ')", [.text(name.description)]
        ) { $0.int(0) }
    }
}
