/// What entries of the ledger are about.
public enum LedgerKind: String, CaseIterable, Sendable {
    /// A check's first request, and each redefinition; its number is the version.
    case request
    /// A run; its number is the run's.
    case run
    /// A version of a check's baseline; its number is the version.
    case baseline
    /// A report of interfaces; its number is the row's.
    case report
    /// Runs that were dropped; its number is the row's.
    case prune
    /// Histories that were recorded elsewhere and brought in; its number is the row's.
    case `import`
}

extension LedgerKind {
    /// Whether what it is about belongs to a check.
    var hasCheck: Bool { [.request, .run, .baseline].contains(self) }

    /// The words of a record after `kind`, in their order.
    var words: [String] {
        let words =
            switch self {
            case .request: "number name body recorded_at vantage user"
            case .run:
                """
                number name snapshot states request asked started_at finished_at vantage user version options hosts \
                open closed filtered answers min_us median_us p95_us max_us reads_banners evidence banners
                """
            case .baseline:
                "number name snapshot run derived recorded_at vantage user person reason ticket"
            case .report: "number digest content read_at host mode file vantage user"
            case .prune, .import: "number content"
            }
        return words.split(separator: " ").map { String($0) }
    }

    /// Those of them that may be missing.
    static let optionalWords = ["banners", "derived", "person", "ticket"]
}

/// What one entry is about.
struct LedgerItem: Hashable {
    let kind: LedgerKind
    /// The check; `nil` for what belongs to none.
    let name: CheckName?
    let number: Int64

    /// `run 12 of web`.
    var description: String { "\(kind.rawValue) \(number)" + (name.map { " of \($0)" } ?? "") }
}

/// Who recorded something, when, and why.
struct LedgerOrigin {
    let recordedAt: Timestamp
    let user: String
    let vantage: String
    var person: String?
    var reason: String?
    var ticket: String?

    init(_ context: RunContext, at time: Timestamp) {
        (recordedAt, user, vantage) = (time, context.user, context.vantage)
    }

    init(user: String, vantage: String, at time: Timestamp) {
        (recordedAt, self.user, self.vantage) = (time, user, vantage)
    }

    init(_ acceptance: Acceptance) {
        (recordedAt, user, vantage) = (acceptance.recordedAt, acceptance.user, acceptance.vantage)
        (person, reason, ticket) = (acceptance.person, acceptance.reason, acceptance.ticket)
    }
}

/// An entry's place in the ledger and its hash, which vouches for everything up to it. Fit for a ticket or a mail.
public struct LedgerHead: Hashable, Sendable, CustomStringConvertible {
    /// The number of the entry, from 1; `nil` where only the hash was noted.
    public let sequence: Int64?
    /// The SHA-256 of the entry's text.
    public let hash: Digest

    private static let title = "portbase ledger"

    init(sequence: Int64, hash: Digest) {
        self.sequence = sequence
        self.hash = hash
    }

    /// Reads the whole line that `description` writes, or the hash alone, with or without `sha256:`; `nil` for any
    /// other text.
    public init?(_ text: String) {
        var words = text.split(whereSeparator: \.isWhitespace)
        guard let last = words.popLast() else { return nil }
        let digits = last.hasPrefix("sha256:") ? last.dropFirst("sha256:".count) : last
        guard let hash = Digest(hex: digits) else { return nil }
        self.hash = hash
        if words.isEmpty {
            sequence = nil
        } else {
            let title = Self.title.split(separator: " ")
            guard words.dropLast().elementsEqual(title), let number = Int64(words[title.count]), number > 0 else {
                return nil
            }
            sequence = number
        }
    }

    /// `portbase ledger 17 sha256:…`.
    public var description: String { "\(Self.title) \(sequence.map { "\($0) " } ?? "")sha256:\(hash)" }

    /// The forms, for messages.
    public static let grammar = "the line that 'portbase head' printed, or its sha256:DIGEST"
}
