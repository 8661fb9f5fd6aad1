/// What a service said of itself, in one line that is safe to print.
public struct Banner: Hashable, Sendable {
    /// Whose words they are: what was said is `generic` unless it keeps to the protocol that was expected.
    public let `protocol`: BannerProtocol
    /// Never empty: control and format characters stand as `\u{…}`, bytes that are not UTF-8 as `\x..`.
    @Bytewise public private(set) var text: String

    /// The most bytes of what a service says that are kept.
    public static let byteLimit = 512

    /// A banner from its words; `nil` when they are not one line of visible text.
    public init?(_ `protocol`: BannerProtocol, text: String) {
        guard !text.isEmpty, Visible.isPlain(text) else { return nil }
        self.protocol = `protocol`
        self.text = text
    }

    /// A banner of the first `byteLimit` bytes that a service said; `nil` when nothing of them can be shown.
    init?(_ `protocol`: BannerProtocol, bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        var kept = bytes.prefix(Self.byteLimit)
        // A character that the limit cuts through is left out whole.
        if kept.count < bytes.count, bytes[kept.count] & 0xc0 == 0x80 {
            kept = kept.dropLast(kept.suffix(3).reversed().prefix { $0 & 0xc0 == 0x80 }.count + 1)
        }
        let words = Visible.text(decoding: kept).split(separator: " ")
        self.init(`protocol`, text: PassingWords.removed(from: words, of: `protocol`).joined(separator: " "))
    }
}

/// The banners of one host, by port.
public typealias HostBanners = [UInt16: Banner]

/// Words of a greeting that differ with every connection, and so would hide what really changes.
enum PassingWords {
    private static let days: Set<Substring> = ["Mon,", "Tue,", "Wed,", "Thu,", "Fri,", "Sat,", "Sun,"]

    /// `words` without dates (RFC 5322, 3.3) and without the stamp of POP3's APOP (RFC 1939, section 7).
    static func removed(from words: [Substring], of `protocol`: BannerProtocol) -> [Substring] {
        var kept: [Substring] = []
        var rest = words[...]
        while let word = rest.first {
            let count = isDate(rest.prefix(6)) ? 6 : 1
            rest = rest.dropFirst(count)
            if count == 1, `protocol` != .pop3 || !isStamp(word) { kept.append(word) }
        }
        return kept
    }

    /// `Mon, 23 Nov 2026 01:27:46 +0000`.
    private static func isDate(_ words: ArraySlice<Substring>) -> Bool {
        guard words.count == 6, let day = words.first, days.contains(day), let zone = words.last?.utf8 else {
            return false
        }
        let time = words[words.startIndex + 4]
        return time.split(separator: ":").count == 3 && time.utf8.allSatisfy { $0 == UInt8(ascii: ":") || isDigit($0) }
            && (zone.first == UInt8(ascii: "+") || zone.first == UInt8(ascii: "-")) && zone.dropFirst().count == 4
            && zone.dropFirst().allSatisfy(isDigit)
    }

    /// `<1896.697170952@mail.example>`.
    private static func isStamp(_ word: Substring) -> Bool {
        word.hasPrefix("<") && word.hasSuffix(">") && word.contains("@")
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
