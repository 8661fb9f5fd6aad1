import FoundationEssentials
import PortCore

/// The one writer of JSON: sorted keys, two spaces, a line end; the schemas are under `docs/schemas`.
enum JSONOutput {
    /// The version of every schema; it changes when a name goes or changes its meaning.
    static let schemaVersion = 1

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return escaped(String(decoding: closed(try encoder.encode(value)), as: UTF8.self)) + "\n"
    }

    /// The same with everything as `\u....` that a terminal would obey, which the encoder lets through (RFC 8259, 7),
    /// and bytes that are not UTF-8, which JSON cannot hold, as all text has them: `\x..`.
    private static func escaped(_ json: String) -> String {
        guard json.utf8.contains(where: { $0 >= 0x7F }) else { return json }
        var result = ""
        result.reserveCapacity(json.utf8.count)
        for scalar in json.unicodeScalars {
            // Of what is below, only line feeds between values are left plain by the encoder.
            if scalar.value < 0x7F || Visible.isPlain(scalar) {
                result.unicodeScalars.append(scalar)
            } else if !FileName.isText(String(scalar)) {
                result += "\\" + Visible.text(String(scalar))
            } else {
                for unit in UTF16.encode(scalar)! {
                    result += "\\u" + String(0x1_0000 + Int(unit), radix: 16).dropFirst()
                }
            }
        }
        return result
    }

    /// The same with empty arrays and objects as `[]` and `{}`, which the encoder writes over three lines. A line end
    /// is never inside a string.
    private static func closed(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let pairs = [UInt8(ascii: "]"): UInt8(ascii: "["), UInt8(ascii: "}"): UInt8(ascii: "{")]
        var result: [UInt8] = []
        for byte in bytes {
            if let opening = pairs[byte], let last = result.lastIndex(where: { $0 > UInt8(ascii: " ") }),
                result[last] == opening, result[(last + 1)...].first == UInt8(ascii: "\n")
            {
                result.removeSubrange((last + 1)...)
            }
            result.append(byte)
        }
        return result
    }
}

/// What any command but `check` prints with `--json` when it could not do what was asked.
struct ErrorJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let message: String
    let exitStatus: Int32

    enum CodingKeys: String, CodingKey {
        case message
        case schemaVersion = "schema_version"
        case exitStatus = "exit_status"
    }
}
