import FoundationEssentials

/// The one writer of JSON: sorted keys, two spaces, a line end; the schemas are under `docs/schemas`.
enum JSONOutput {
    /// The version of every schema; it changes when a name goes or changes its meaning.
    static let schemaVersion = 1

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: closed(try encoder.encode(value)), as: UTF8.self) + "\n"
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
