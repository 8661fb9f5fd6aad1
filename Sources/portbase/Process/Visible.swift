/// Text from outside, such as arguments, files and the database, made fit for a line that a person or a program reads.
enum Visible {
    /// `text` with every scalar that moves the cursor, breaks the line or turns the direction of writing as `\u{…}`.
    static func text(_ text: String) -> String { escaping(text) { !isPlain($0) } }

    /// The same for the line of a monitoring plugin, whose text ends at a bar (Monitoring Plugins guidelines).
    static func pluginText(_ text: String) -> String { escaping(text) { !isPlain($0) || $0 == "|" } }

    /// Whether every scalar of `text` shows as what it is.
    static func isPlain(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(isPlain) }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
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
            if mustEscape(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
}
