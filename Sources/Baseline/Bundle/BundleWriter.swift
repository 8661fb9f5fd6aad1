/// The kinds of texts in a bundle, as `docs/format.md` specifies them.
enum BundlePart: String, CaseIterable {
    /// The key and the signature of the entry that follows.
    case signature
    /// The text of an entry of the ledger.
    case entry
    /// The record that the last entry, or an import before it, is about.
    case record
    /// The snapshot of the record before it, and of all later runs of that check until the next one.
    case snapshot
    /// The evidence of a run, in the same way.
    case evidence
    /// The banners of a run, in the same way.
    case banners

    static let title = "portbase-bundle"
    static let version = 1
    static let header = "\(title) \(version)"
    static let signatureHeader = "portbase-signature 1"
    /// What begins the line before a text: its kind and how many lines it has follow.
    static let word = "part"
    /// What begins the last line: the SHA-256 of everything before it follows.
    static let end = "digest"
}

/// Writes a bundle, which has its name only when it is whole.
struct BundleWriter: ~Copyable {
    private let file: NewFile
    private var stream = DigestStream()
    private var buffer: [UInt8] = []

    private static let bufferSize = 1 << 16

    /// - Throws: `StoreError.exists` when there is such a file, or `.notWritable`.
    init(_ path: String) throws(StoreError) {
        file = try NewFile(path)
        buffer += "\(BundlePart.header)\n".utf8
    }

    /// Adds a text, whose lines end with a line feed each.
    mutating func add(_ part: BundlePart, _ text: [UInt8]) throws(StoreError) {
        let count = text.count { $0 == UInt8(ascii: "\n") }
        buffer += "\(BundlePart.word) \(part.rawValue) \(count)\n".utf8
        buffer += text
        if buffer.count >= Self.bufferSize { try flush() }
    }

    private mutating func flush() throws(StoreError) {
        stream.add(buffer)
        try file.write(buffer)
        buffer = []
    }

    /// Closes the bundle and gives it its name.
    ///
    /// - Returns: the digest that closes it.
    mutating func finish() throws(StoreError) -> Digest {
        try flush()
        let digest = stream.digest
        try file.write(Array("\(BundlePart.end) \(digest)\n".utf8))
        try file.publish()
        return digest
    }
}
