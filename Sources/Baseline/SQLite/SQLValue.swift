/// A value that is bound to a statement.
enum SQLValue {
    case null
    case int(Int64)
    case text(String)
    case blob([UInt8])

    static func int(_ value: Int) -> SQLValue { .int(Int64(value)) }
    static func text(_ value: String?) -> SQLValue { value.map { .text($0) } ?? .null }
    static func int(_ value: Int64?) -> SQLValue { value.map { .int($0) } ?? .null }
    static func digest(_ digest: Digest) -> SQLValue { .blob(digest.bytes) }
    static func time(_ time: Timestamp) -> SQLValue { .text(time.description) }
}
