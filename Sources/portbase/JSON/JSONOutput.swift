import FoundationEssentials

/// The one writer of JSON: sorted keys, two spaces, a line end; the schemas are under `docs/schemas`.
enum JSONOutput {
    /// The version of every schema; it changes when a name goes or changes its meaning.
    static let schemaVersion = 1

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
}
