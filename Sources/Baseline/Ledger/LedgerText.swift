/// The texts that the ledger hashes, as `docs/format.md` specifies them: a header, then a line a field.
struct LedgerText {
    /// A field: its word, and its value.
    typealias Field = (word: String, value: SQLValue)

    private(set) var text: String

    init(_ header: String, _ fields: [Field]) {
        text = header + "\n"
        add(fields)
    }

    /// Adds a line for each field that has a value: numbers in decimal, texts escaped, blobs in hexadecimal.
    mutating func add(_ fields: [Field]) {
        for (word, value) in fields {
            switch value {
            case .null: continue
            case .int(let number): text += "\(word) \(number)\n"
            case .text(let value): text += "\(word) \(Self.escaped(value))\n"
            case .blob(let bytes): text += "\(word) \(Digest.hex(bytes))\n"
            }
        }
    }

    var digest: Digest { Digest(of: text) }

    /// A text as one line from which it can be told again: a backslash as `\\`, a line feed as `\n`.
    private static func escaped(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "\\") || $0 == UInt8(ascii: "\n") }) else { return text }
        // By scalars: a carriage return and a line feed are one character.
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            switch scalar {
            case "\\": line += "\\\\"
            case "\n": line += "\\n"
            default: line.unicodeScalars.append(scalar)
            }
        }
    }

    /// What was escaped; `nil` for anything that is not.
    static func unescaped(_ line: Substring.UTF8View) -> String? {
        var bytes: [UInt8] = []
        var rest = line[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "n"): bytes.append(UInt8(ascii: "\n"))
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
