import Glibc
public import PortCore

/// Reads a bundle and proves it with nothing but itself: the chain of all entries, each record by its entry, and what a
/// run found by its record.
public struct BundleReader {
    let path: String
    private let cancellation: Cancellation
    private let chain: LedgerChain

    /// - Parameters:
    ///   - expected: an entry that was noted elsewhere, which has to be in the ledger; `nil` for none.
    ///   - keys: the keys of which one has to have signed each entry from the first signed one on; `nil` to take the
    ///     keys that the entries name.
    ///   - cancellation: ends the wait for a pipe.
    public init(
        _ path: String, expected: LedgerHead? = nil, keys: [PublicKey]? = nil,
        cancellation: Cancellation = Cancellation()
    ) {
        self.path = path
        self.cancellation = cancellation
        chain = LedgerChain(expected: expected, keys: keys)
    }

    /// Whether it is a file and no pipe, so that it can be read twice.
    public var canBeReadAgain: Bool {
        var status = stat()
        return stat(path.onDisk, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }

    /// Goes through the bundle.
    ///
    /// - Throws: `StoreError.notABundle`, `.cannotOpen`, or `.doesNotHold` with the first line that does not hold.
    public func prove() throws(StoreError) -> BundleSummary {
        try read { _ throws(StoreError) in }
    }

    /// Calls `body` for each thing that the bundle holds, in the order in which it was recorded. What comes after it may
    /// still not hold.
    func read(_ body: (BundleItem) throws(StoreError) -> Void) throws(StoreError) -> BundleSummary {
        var input = try BundleInput(path, cancellation)
        try begin(&input)
        var walk = BundleWalk(chain: chain)
        while let (part, text, line) = try nextPart(&input) {
            switch part {
            case .signature, .entry, .record:
                if let item = try walk.closed() { try body(item.checked()) }
            case .snapshot, .evidence, .banners: break
            }
            try walk.add(part, text, BundlePlace(path: path, line: line))
        }
        if let item = try walk.closed() { try body(item.checked()) }
        let end = BundlePlace(path: path, line: input.line)
        let digest = input.digestBefore
        guard input.lastLine == Array("\(BundlePart.end) \(digest)\n".utf8) else {
            throw end.problem("the digest is not that of the lines before it")
        }
        guard case .none = try input.next() else { throw end.problem("something follows the digest") }
        return try walk.summary(digest, end)
    }

    private func begin(_ input: inout BundleInput) throws(StoreError) {
        let line: String?
        do throws(StoreError) {
            line = try input.next()
        } catch .doesNotHold {
            throw .notABundle(path: path)
        }
        guard let words = line?.split(separator: " ", omittingEmptySubsequences: false), words.count == 2,
            words[0].hasBytes(of: BundlePart.title), let version = Int(words[1]), "\(version)".hasBytes(of: words[1])
        else { throw .notABundle(path: path) }
        guard version == BundlePart.version else { throw .newerBundle(path: path, version: version) }
    }

    /// A part, its text and the line on which that begins; `nil` at the line of the digest.
    private func nextPart(
        _ input: inout BundleInput
    ) throws(StoreError) -> (part: BundlePart, text: String, line: Int)? {
        guard let line = try input.next() else {
            throw BundlePlace(path: path, line: input.line + 1).problem("the digest that closes a bundle is missing")
        }
        let words = line.split(separator: " ", omittingEmptySubsequences: false)
        if words[0].hasBytes(of: BundlePart.end) { return nil }
        guard words.count == 3, words[0].hasBytes(of: BundlePart.word),
            let part = BundlePart(rawValue: String(words[1])),
            let count = Int(words[2]), count > 0, "\(count)".hasBytes(of: words[2])
        else { throw BundlePlace(path: path, line: input.line).problem("no part begins like that") }
        return (part, try input.text(count), input.line - count + 1)
    }
}
