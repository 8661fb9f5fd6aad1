import PortCore

/// What a bundle holds, once all of it is proved.
public struct BundleSummary: Hashable, Sendable {
    /// What it holds of one check.
    public struct Check: Hashable, Sendable {
        /// Its name.
        public let name: CheckName
        /// The numbers of its runs, ascending.
        public internal(set) var runs: [Int64] = []
        /// How many versions of its baseline there are.
        public internal(set) var baselines = 0
    }

    /// The last entry of the ledger that it was made from.
    public let head: LedgerHead
    /// The first entry that is signed, from which on all are; `nil` when none is.
    public let signedFrom: Int64?
    /// The checks of which it holds something, by name.
    public let checks: [Check]
    /// The digest that closes it.
    public let digest: Digest
}

/// What is to be exported.
public enum ExportItem: Hashable, Sendable {
    /// All runs of a check, and its baseline with all versions.
    case check(CheckName)
    /// One run.
    case run(RunReference)

    /// Reads the name of a check or a reference to a run; `nil` for any other text.
    public init?(_ text: String) {
        guard let reference = RunReference(text) else { return nil }
        if case .latest(let name, back: 0) = reference, name.description.hasBytes(of: text) {
            self = .check(name)
        } else {
            self = .run(reference)
        }
    }

    /// The forms, for messages.
    public static let grammar = "the NAME of a check, or a run: 17, sha256:PREFIX, NAME~N, NAME@baseline or NAME@TIME"
}
