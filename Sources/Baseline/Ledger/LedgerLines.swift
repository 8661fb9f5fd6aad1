import PortCore

/// The lines of a text that `LedgerText` wrote, read again.
struct LedgerLines {
    /// The whole text.
    let text: String
    private let fields: [(word: String, value: String)]

    /// `nil` for anything that `LedgerText` does not write.
    init?(_ text: String, header: String) {
        // By bytes: a carriage return and a line feed are one character.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var fields: [(word: String, value: String)] = []
        for line in lines.dropFirst().dropLast() {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = LedgerText.unescaped(parts[1]) else { return nil }
            let word = String(decoding: parts[0], as: UTF8.self)
            guard !fields.contains(where: { $0.word.hasBytes(of: word) }) else { return nil }
            fields.append((word, value))
        }
        let written = LedgerText(header, fields.map { ($0.word, .text($0.value)) })
        guard written.text.hasBytes(of: text) else { return nil }
        self.text = text
        self.fields = fields
    }

    /// The value of a word; `nil` where it has no line.
    subscript(word: String) -> String? { fields.first { $0.word.hasBytes(of: word) }?.value }

    /// Whether a word has a line.
    func has(_ word: String) -> Bool { fields.contains { $0.word.hasBytes(of: word) } }

    /// Whether its words are `words` in this order, of which those of `optional` may be missing.
    func consists(of words: [String], optional: [String]) -> Bool {
        var rest = fields[...]
        for word in words {
            if let next = rest.first, next.word.hasBytes(of: word) {
                rest.removeFirst()
            } else if !optional.contains(where: { $0.hasBytes(of: word) }) {
                return false
            }
        }
        return rest.isEmpty
    }

    /// A number as it is written: without a plus sign or leading zeros.
    func int(_ word: String) -> Int64? {
        guard let text = self[word], let number = Int64(text), "\(number)".hasBytes(of: text) else { return nil }
        return number
    }

    func digest(_ word: String) -> Digest? { bytes(word).flatMap { Digest(bytes: $0) } }

    /// Bytes as they are written: in lower case.
    func bytes(_ word: String) -> [UInt8]? {
        guard let text = self[word], let bytes = Digest.bytes(hex: text), Digest.hex(bytes).hasBytes(of: text) else {
            return nil
        }
        return bytes
    }

    /// A time as it is written: in UTC, with milliseconds.
    func time(_ word: String) -> Timestamp? {
        guard let text = self[word], let time = Timestamp(text), time.description.hasBytes(of: text) else { return nil }
        return time
    }

    /// What the entry or the record is about; `nil` where that cannot be read, or names what is no name of a check.
    var item: LedgerItem? {
        guard let kind = self["kind"].flatMap({ LedgerKind(rawValue: $0) }), let number = int("number") else {
            return nil
        }
        guard let name = self["name"] else { return LedgerItem(kind: kind, name: nil, number: number) }
        return CheckName(name).map { LedgerItem(kind: kind, name: $0, number: number) }
    }

    /// Whether `other` has the same words, and the same values but for those of `words`.
    func isAlike(_ other: LedgerLines, besides words: [String]) -> Bool {
        fields.count == other.fields.count
            && fields.allSatisfy { word, value in
                guard let theirs = other[word] else { return false }
                return words.contains { $0.hasBytes(of: word) } || value.hasBytes(of: theirs)
            }
    }
}
