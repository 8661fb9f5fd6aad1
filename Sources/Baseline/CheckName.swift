/// The name of a check: a letter, then letters, digits, `.`, `_` or `-`, at most 64 in all.
public struct CheckName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as it was written; names that differ in case are different names.
    public let description: String

    /// `nil` when `text` is not a name.
    public init?(_ text: some StringProtocol) {
        // By bytes: the names of the grammar are ASCII, and equal only where these are.
        func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
        guard let first = text.utf8.first, isLetter(first), text.utf8.count <= 64,
            text.utf8.allSatisfy({ isLetter($0) || (0x30...0x39).contains($0) || "._-".utf8.contains($0) })
        else { return nil }
        description = String(text)
    }

    /// The grammar in a few words, for messages.
    public static let grammar = "a letter, then letters, digits, '.', '_' or '-', at most 64"

    public static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}
