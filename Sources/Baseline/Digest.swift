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
        let digits = Array(digits.utf8)
        guard digits.count == 64, digits.allSatisfy({ $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "-") }) else {
            return nil
        }
        let bytes = stride(from: 0, to: 64, by: 2).compactMap { index in
            UInt8(String(decoding: digits[index...index + 1], as: UTF8.self), radix: 16)
        }
        self.init(bytes: bytes)
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
