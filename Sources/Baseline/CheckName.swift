/// The name of a check: a letter, then letters, digits, `.`, `_` or `-`, at most 64 in all.
public struct CheckName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The name as it was written; names that differ in case are different names.
    public let description: String

    /// `nil` when `text` is not a name.
    public init?(_ text: some StringProtocol) {
        func isLetter(_ character: Character) -> Bool { character.isASCII && character.isLetter }
        guard let first = text.first, isLetter(first), text.utf8.count <= 64,
            text.allSatisfy({ isLetter($0) || ($0.isASCII && $0.isNumber) || "._-".contains($0) })
        else { return nil }
        description = String(text)
    }

    /// The grammar in a few words, for messages.
    public static let grammar = "a letter, then letters, digits, '.', '_' or '-', at most 64"

    public static func < (left: Self, right: Self) -> Bool {
        left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
    }
}
