/// Text from outside, such as arguments, files, the database and banners, made fit for a line that a person or a
/// program reads.
public enum Visible {
    /// `text` with every scalar that moves the cursor, breaks the line or turns the direction of writing as `\u{…}`,
    /// and every byte that is not UTF-8 (`FileName`) as `\x..`.
    public static func text(_ text: String) -> String { escaping(text) { !isPlain($0) } }

    /// The same for bytes that should be UTF-8: what is not is written `\x..`, a byte at a time.
    public static func text(decoding bytes: some Sequence<UInt8>) -> String { text(FileName.text(bytes)) }

    /// The same for the line of a monitoring plugin, whose text ends at a bar (Monitoring Plugins guidelines).
    public static func pluginText(_ text: String) -> String { escaping(text) { !isPlain($0) || $0 == "|" } }

    /// Whether every scalar of `text` shows as what it is.
    public static func isPlain(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isPlain) }

    /// Whether `scalar` shows as what it is.
    public static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if FileName.byte(scalar) != nil { return false }
        // The two joiners of scripts and emoji are formats that only change shapes.
        if scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return false
        default: return true
        }
    }

    private static func escaping(_ text: String, where mustEscape: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: mustEscape) else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            if let byte = FileName.byte(scalar) {
                result += "\\x" + hex(byte)
            } else if mustEscape(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }
}
