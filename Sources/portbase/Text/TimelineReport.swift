import Baseline
import PortCore

/// The runs of a check one after another: everything that the outputs of `timeline` are made of.
struct TimelineReport {
    let name: CheckName
    let entries: [TimelineEntry]

    private static let kinds: [(kind: DriftKind, column: String, sign: Character)] = [
        (.opened, "opened", "+"), (.closed, "closed", "-"), (.lost, "lost", "?"), (.changed, "changed", "~"),
    ]
    private static let widest = 40

    var sheet: Sheet {
        Sheet(
            columns: ["run", "finished", "open"] + Self.kinds.map(\.column) + ["unstable"],
            rows: entries.map { entry in
                [.number(Int(entry.run.id)), .time(entry.run.finishedAt), .number(entry.run.counts.open)]
                    + Self.kinds.map { entry.isComparable ? .number(entry.counts[$0.kind] ?? 0) : .none }
                    + [.number(entry.unstable)]
            })
    }

    func text(_ style: Style) -> String {
        guard !entries.isEmpty else { return "No run of \(name) fits.\n" }
        let rows = zip(sheet.rows, entries).map { $0 + [.text(picture($1))] }
        return Sheet(columns: sheet.columns + ["picture"], rows: rows).text(style) { column, text in
            column == "picture" && !text.isEmpty ? .yellow : nil
        }
    }

    /// A sign a port, or where that would be too wide, shares of the width; what occurs is seen.
    private func picture(_ entry: TimelineEntry) -> String {
        let parts =
            Self.kinds.map { (entry.counts[$0.kind] ?? 0, $0.sign) } + [(entry.unstable, "!" as Character)]
        let total = parts.reduce(0) { $0 + $1.0 }
        return parts.map { count, sign in
            let width = total <= Self.widest ? count : count == 0 ? 0 : max(1, count * Self.widest / total)
            return String(repeating: sign, count: width)
        }.joined()
    }
}

/// `portbase timeline --json`.
struct TimelineJSON: Encodable {
    private let schemaVersion = JSONOutput.schemaVersion
    private let name: String
    private let proved = false
    private let rows: Sheet

    init(_ report: TimelineReport) {
        name = "\(report.name)"
        rows = report.sheet
    }

    private enum CodingKeys: String, CodingKey {
        case name, proved, rows
        case schemaVersion = "schema_version"
    }
}
