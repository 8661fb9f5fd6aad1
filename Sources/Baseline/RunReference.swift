/// How a run is named, everywhere.
///
/// `17` · `sha256:PREFIX` · `NAME` · `NAME~N` · `NAME@baseline` · `NAME@baseline~N` · `NAME@TIME`
public enum RunReference: Hashable, Sendable, CustomStringConvertible {
    /// The run with this number.
    case number(Int64)
    /// The latest run whose snapshot has a digest that begins with these hexadecimal digits, at least four.
    case digest(prefix: String)
    /// The run of the check that many before the latest.
    case latest(CheckName, back: Int)
    /// The run that the check's baseline, or the one that many versions before it, points at.
    case baseline(CheckName, back: Int)
    /// The latest run of the check that was finished at that time, of which a text without fraction names the end.
    case at(CheckName, Timestamp)

    /// Reads a reference; `nil` when `text` has none of the forms.
    public init?(_ text: some StringProtocol) {
        if let number = Int64(text), number > 0, "\(number)" == text {
            self = .number(number)
        } else if text.hasPrefix("sha256:") {
            let digits = text.dropFirst("sha256:".count).lowercased()
            guard (4...64).contains(digits.utf8.count), digits.allSatisfy({ $0.isASCII && $0.isHexDigit }) else {
                return nil
            }
            self = .digest(prefix: digits)
        } else if let mark = text.firstIndex(of: "@") {
            guard let name = CheckName(text[..<mark]) else { return nil }
            let rest = text[text.index(after: mark)...]
            if let time = Timestamp(endOf: rest) {
                self = .at(name, time)
            } else if let (word, back) = Self.steps(rest), word == "baseline" {
                self = .baseline(name, back: back)
            } else {
                return nil
            }
        } else if let (word, back) = Self.steps(text), let name = CheckName(word) {
            self = .latest(name, back: back)
        } else {
            return nil
        }
    }

    /// `word` or `word~N`.
    private static func steps(_ text: some StringProtocol) -> (word: String, back: Int)? {
        let parts = text.split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return (String(text), 0) }
        guard let back = Int(parts[1]), back >= 0, "\(back)" == parts[1] else { return nil }
        return (String(parts[0]), back)
    }

    /// One of the forms above, which is read as the same.
    public var description: String {
        func suffix(_ back: Int) -> String { back == 0 ? "" : "~\(back)" }
        return switch self {
        case .number(let number): "\(number)"
        case .digest(let prefix): "sha256:\(prefix)"
        case .latest(let name, let back): "\(name)\(suffix(back))"
        case .baseline(let name, let back): "\(name)@baseline\(suffix(back))"
        case .at(let name, let time):
            "\(name)@\(time.milliseconds % 1000 == 999 ? time.text : time.description)"
        }
    }

    /// The forms, for messages.
    public static let grammar =
        "17, sha256:PREFIX, NAME, NAME~N, NAME@baseline, NAME@baseline~N or NAME@2026-05-03T12:00Z"
}
