/// The entries of a ledger in their order: each with the hash of the one before, and signed from the first signed one on.
struct LedgerChain {
    /// What is wrong with an entry.
    struct Broken: Error {
        let problem: String
    }

    private let expected: LedgerHead?
    private let keys: Set<[UInt8]>?
    private var hasExpected = false
    /// The last entry so far.
    private(set) var head: LedgerHead?
    /// The first entry that is signed.
    private(set) var signedFrom: Int64?

    /// - Parameters:
    ///   - expected: an entry that was noted elsewhere, which has to be among them; `nil` for none.
    ///   - keys: the keys of which one has to have signed each entry from the first signed one on; `nil` to take the
    ///     keys that the entries name.
    init(expected: LedgerHead?, keys: [PublicKey]?) {
        self.expected = expected
        self.keys = keys.map { Set($0.map(\.bytes)) }
    }

    /// The number of the next entry.
    var next: Int64 { (head?.sequence ?? 0) + 1 }

    /// The hash that the text of the next entry has in it.
    var last: Digest { head?.hash ?? .zeros }

    /// Adds the next entry, whose text has the hash of the last one in it.
    mutating func add(_ text: String, signature: (key: [UInt8], bytes: [UInt8])?) throws(Broken) {
        if let signature {
            guard PublicKey.proves(signature.key, signature.bytes, of: text) else {
                throw Broken(problem: "its signature is not one of its text by the key that it names")
            }
            guard keys?.contains(signature.key) ?? true else {
                throw Broken(problem: "it is signed with another key than the one given")
            }
            signedFrom = signedFrom ?? next
        } else if let signedFrom {
            throw Broken(problem: "it is not signed, and from entry \(signedFrom) on all were")
        }
        let head = LedgerHead(sequence: next, hash: Digest(of: text))
        if let expected, expected.hash == head.hash, expected.sequence ?? next == next { hasExpected = true }
        self.head = head
    }

    /// What does not hold of the entries as a whole, once all are there.
    var discrepancy: Discrepancy? {
        if keys != nil, signedFrom == nil, head != nil { return Discrepancy(nil, "no entry is signed") }
        guard let expected, !hasExpected else { return nil }
        let place = expected.sequence == nil ? "no entry has" : "there is none with"
        return Discrepancy(
            entry: expected.sequence, nil,
            "\(place) the hash sha256:\(expected.hash), so the history was cut or rewritten")
    }
}
