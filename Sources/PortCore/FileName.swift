/// Names of files, which the system takes as any bytes, as strings that lose none of them.
///
/// A byte that is no part of UTF-8 stands as a scalar of plane 16 (private use), from U+10FE80 on. Where text holds such
/// a scalar itself, its bytes stand so, one by one, which keeps the way back unique.
public enum FileName {
    private static let first: UInt32 = 0x10_FE00

    /// The string that stands for `bytes`.
    public static func text(_ bytes: some Sequence<UInt8>) -> String {
        let bytes = Array(bytes)
        if let text = String(validating: bytes, as: UTF8.self), isText(text) { return text }
        var rest = bytes[...]
        var result = String.UnicodeScalarView()
        while let byte = rest.first {
            var iterator = rest.makeIterator()
            // A decoder reads ahead and keeps that to itself, so each scalar has a new one.
            var decoder = UTF8()
            if case .scalarValue(let scalar) = decoder.decode(&iterator), self.byte(scalar) == nil {
                result.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                // A byte of more than 0x7F, since the others are scalars by themselves.
                result.append(Unicode.Scalar(first + UInt32(byte)) ?? "\u{FFFD}")
                rest = rest.dropFirst()
            }
        }
        return String(result)
    }

    /// The bytes that `text` stands for.
    public static func bytes(_ text: String) -> [UInt8] {
        guard !isText(text) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar in byte(scalar).map { [$0] } ?? Array(UTF8.encode(scalar)!) }
    }

    /// The folder that `path` is in, with its slash; `.` where it names none.
    public static func folder(of path: String) -> String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "." }

    /// Whether `text` is what it seems to be, and stands for no other bytes than its own.
    public static func isText(_ text: String) -> Bool { text.unicodeScalars.allSatisfy { byte($0) == nil } }

    /// The byte that `scalar` stands for; `nil` for one that stands for itself.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        (first + 0x80...first + 0xFF).contains(scalar.value) ? UInt8(scalar.value - first) : nil
    }
}

extension String {
    /// The name of a file as the system takes it: its bytes, and a zero.
    public var onDisk: [CChar] { (FileName.bytes(self) + [0]).map(CChar.init(bitPattern:)) }
}
