import Crypto

/// A SHA-256 digest (FIPS 180-4). Its text is 64 lower-case hexadecimal digits.
public struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    public let bytes: [UInt8]

    /// The digest of `content`.
    public init(of content: [UInt8]) {
        bytes = Array(SHA256.hash(data: content))
    }

    /// The digest of the UTF-8 bytes of `text`.
    public init(of text: String) {
        self.init(of: Array(text.utf8))
    }

    /// A digest from its 32 bytes; `nil` for any other number of them.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    /// A digest from its 64 digits, in lower or upper case; `nil` for any other text.
    init?(hex digits: some StringProtocol) {
        guard let bytes = Self.bytes(hex: digits) else { return nil }
        self.init(bytes: bytes)
    }

    /// 64 zeros: what stands for the hash of the entry before the first.
    static let zeros = Digest(bytes: [UInt8](repeating: 0, count: 32))!

    /// What `hex` wrote, in lower or upper case; `nil` for any other text.
    static func bytes(hex digits: some StringProtocol) -> [UInt8]? {
        let digits = digits.utf8.map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count.isMultiple(of: 2), digits.allSatisfy({ $0 != nil }) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0]! << 4 | digits[$0 + 1]!) }
    }

    /// The 64 digits, without `sha256:` before them.
    public var description: String { Self.hex(bytes) }

    /// The first 12 digits, for tables that people read.
    public var short: String { Self.hex(bytes.prefix(6)) }

    /// Two digits a byte, in lower case.
    static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in
            text += (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }

    public static func < (left: Self, right: Self) -> Bool { left.bytes.lexicographicallyPrecedes(right.bytes) }
}

/// The digest of bytes that come in pieces.
struct DigestStream {
    private var hash = SHA256()

    mutating func add(_ bytes: [UInt8]) { hash.update(data: bytes) }

    /// The digest of what came so far.
    var digest: Digest {
        guard let digest = Digest(bytes: Array(hash.finalize())) else { preconditionFailure("SHA-256 has 32 bytes") }
        return digest
    }
}
