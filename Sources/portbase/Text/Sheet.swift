import Baseline

/// Rows of named columns, which text, CSV and JSON show alike.
struct Sheet: Encodable {
    /// What stands in one cell.
    enum Value: Encodable {
        case text(String)
        case number(Int)
        case flag(Bool)
        case time(Timestamp)
        case none

        /// As people and spreadsheets read it.
        var text: String {
            switch self {
            case .text(let text): text
            case .number(let number): String(number)
            case .flag(let flag): flag ? "yes" : "no"
            case .time(let time): time.text
            case .none: ""
            }
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .text(let text): try container.encode(text)
            case .number(let number): try container.encode(number)
            case .flag(let flag): try container.encode(flag)
            case .time(let time): try container.encode(time.description)
            case .none: try container.encodeNil()
            }
        }
    }

    /// The names of the columns: `first_run` is a key in JSON and CSV, and FIRST RUN in text.
    let columns: [String]
    let rows: [[Value]]

    /// Aligned columns, those of `hidden` left out.
    func text(
        _ style: Style, hiding hidden: Set<String> = [], color: (String, String) -> Style.Color? = { _, _ in nil }
    )
        -> String
    {
        let shown = columns.indices.filter { !hidden.contains(columns[$0]) }
        var table = TextTable(
            shown.map { columns[$0].split(separator: "_").joined(separator: " ").uppercased() })
        for row in rows {
            table.add(
                shown.map { index in
                    switch row[index] {
                    case .number(let number) where !columns[index].hasSuffix("run"): return .init(number)
                    case .none: return .empty
                    case let value: return .init(value.text, color(columns[index], value.text))
                    }
                })
        }
        return table.text(style)
    }

    /// RFC 4180, the names of the columns first. A text that a spreadsheet would calculate has an apostrophe before it.
    var csv: String {
        func line(_ fields: [String]) -> String { fields.map(Self.field).joined(separator: ",") + "\r\n" }
        return line(columns) + rows.map { row in line(row.map(Self.harmless)) }.joined()
    }

    private static func harmless(_ value: Value) -> String {
        guard case .text(let text) = value, let first = text.unicodeScalars.first,
            "=+-@\t\r\n".unicodeScalars.contains(first)
        else { return value.text }
        return "'" + text
    }

    private static func field(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// An array of objects, a key a column.
    func encode(to encoder: any Encoder) throws {
        var list = encoder.unkeyedContainer()
        for row in rows {
            var object = list.nestedContainer(keyedBy: Key.self)
            for (column, value) in zip(columns, row) { try object.encode(value, forKey: Key(stringValue: column)) }
        }
    }
}
