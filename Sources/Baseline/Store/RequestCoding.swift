import FoundationEssentials
import PortCore

/// Requests and limits as the store keeps them: JSON with sorted keys, so that equal values are equal texts.
enum RequestCoding {
    static func text(_ value: some Encodable) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings, numbers and arrays of them: the encoder has nothing to refuse.
        guard let data = try? encoder.encode(value) else { preconditionFailure("a request is always JSON") }
        return String(decoding: data, as: UTF8.self)
    }

    /// What `text` wrote; `nil` for anything else.
    static func value<Value: Codable>(_ type: Value.Type, _ text: String) -> Value? {
        guard let value = try? JSONDecoder().decode(type, from: Data(text.utf8)), self.text(value).hasBytes(of: text)
        else { return nil }
        return value
    }

    static func read<Value: Decodable>(_ type: Value.Type, _ text: String, in database: Database) throws(StoreError)
        -> Value
    {
        do {
            return try JSONDecoder().decode(type, from: Data(text.utf8))
        } catch {
            throw database.damaged("a recorded request cannot be read")
        }
    }
}
