/// The lines of a text that `LedgerText` wrote, read again.
struct LedgerLines {
    /// The whole text.
    let text: String
    private let values: [String: String]

    /// `nil` for anything that `LedgerText` does not write.
    init?(_ text: String, header: String) {
        // By bytes: a carriage return and a line feed are one character.
        let lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        var fields: [LedgerText.Field] = []
        var values: [String: String] = [:]
        for line in lines.dropFirst().dropLast() {
            let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let value = LedgerText.unescaped(parts[1]) else { return nil }
            let word = String(decoding: parts[0], as: UTF8.self)
            guard values.updateValue(value, forKey: word) == nil else { return nil }
            fields.append((word, .text(value)))
        }
        guard LedgerText(header, fields).text.hasBytes(of: text) else { return nil }
        self.text = text
        self.values = values
    }

    /// The value of a word; `nil` where it has no line.
    subscript(word: String) -> String? { values[word] }

    /// A number as it is written: without a plus sign or leading zeros.
    func int(_ word: String) -> Int64? {
        guard let text = values[word], let number = Int64(text), "\(number)" == text else { return nil }
        return number
    }

    func digest(_ word: String) -> Digest? { values[word].flatMap { Digest(hex: $0) } }

    func bytes(_ word: String) -> [UInt8]? { values[word].flatMap { Digest.bytes(hex: $0) } }

    /// A time as it is written: in UTC, with milliseconds.
    func time(_ word: String) -> Timestamp? {
        guard let text = values[word], let time = Timestamp(text), time.description == text else { return nil }
        return time
    }

    /// What the entry or the record is about; `nil` where that cannot be read.
    var item: LedgerItem? {
        guard let kind = values["kind"].flatMap({ LedgerKind(rawValue: $0) }), let number = int("number") else {
            return nil
        }
        return LedgerItem(kind: kind, name: values["name"], number: number)
    }

    /// Whether `other` has the same words, and the same values but for those of `words`.
    func isAlike(_ other: LedgerLines, besides words: Set<String>) -> Bool {
        values.count == other.values.count
            && values.allSatisfy { word, value in
                guard let theirs = other[word] else { return false }
                return words.contains(word) || value.hasBytes(of: theirs)
            }
    }
}
