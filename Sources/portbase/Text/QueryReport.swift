import Baseline
import PortCore

/// What the recorded runs say to a question: everything that the outputs of `query` are made of.
struct QueryReport {
    let question: Question
    let answers: Answers
    let now: Timestamp

    /// What is so at one moment, and what versions of baselines are, is proved; where something turned is read from rows.
    var isProved: Bool {
        switch question.subject {
        case .states, .accepted: true
        case .spans, .changes: false
        }
    }

    var ending: Ending {
        guard answers.isCovered else { return .notCovered }
        return answers.rows.isEmpty ? .nothingFound : .done
    }

    var sheet: Sheet {
        switch question.subject {
        case .states: states
        case .spans: spans
        case .changes: changes
        case .accepted: accepted
        }
    }

    private var states: Sheet {
        Sheet(
            columns: ["check", "host", "ports", "state", "run", "finished", "age", "age_s"],
            rows: answers.rows.map { row in
                place(row) + [
                    .text(row.state?.rawValue ?? ""), .number(Int(row.run.id)), .time(row.run.finishedAt),
                    .text(Wording.elapsed(milliseconds: age(row))), age(row).map { .number(Int($0 / 1000)) } ?? .none,
                ]
            })
    }

    private var spans: Sheet {
        Sheet(
            columns: ["check", "host", "ports", "state", "first_run", "since", "last_run", "last_seen"],
            rows: answers.rows.map { row in
                place(row) + [
                    .text(row.state?.rawValue ?? ""), .number(Int(row.run.id)), .time(row.run.finishedAt),
                    row.last.map { .number(Int($0.id)) } ?? .none, row.last.map { .time($0.finishedAt) } ?? .none,
                ]
            })
    }

    private var changes: Sheet {
        Sheet(
            columns: ["change", "check", "host", "ports", "from", "to", "run", "finished"],
            rows: answers.rows.map { row in
                [.text(row.kind?.rawValue ?? "")] + place(row) + [
                    state(row.from), state(row.state), .number(Int(row.run.id)), .time(row.run.finishedAt),
                ]
            })
    }

    private var accepted: Sheet {
        Sheet(
            columns: [
                "change", "check", "host", "ports", "from", "to", "version", "run", "accepted", "by", "ticket",
                "reason",
            ],
            rows: answers.rows.map { row in
                [.text(row.kind?.rawValue ?? "")] + place(row) + [
                    state(row.from), state(row.state), row.version.map { .number($0.version) } ?? .none,
                    .number(Int(row.run.id)), row.version.map { .time($0.recordedAt) } ?? .none,
                    .text(row.version.map { $0.person ?? $0.user } ?? ""),
                    row.version?.ticket.map { .text($0) } ?? .none,
                    .text(row.version?.reason ?? ""),
                ]
            })
    }

    /// How old the knowledge was at the moment asked, which is not later than now; `nil` where that is not known, since
    /// the clock was set back.
    private func age(_ row: Answer) -> Int64? {
        guard case .states(let time) = question.subject else { return nil }
        return min(now, time).milliseconds(since: row.run.finishedAt)
    }

    private func place(_ row: Answer) -> [Sheet.Value] {
        [.text("\(row.check)"), .text("\(row.host)"), .text(row.ports.text)]
    }

    private func state(_ state: PortState?) -> Sheet.Value { .text(state?.rawValue ?? "not probed") }

    /// What was asked and is not known.
    var notes: [String] {
        answers.uncovered.map { check, host, ports in "Not covered: \(host.endpoint(ports.text)) in \(check)." }
            + (ending == .notCovered ? [UncoveredText.nothing] : [])
    }

    func text(_ style: Style) -> String {
        let notes = notes.map { $0 + "\n" }.joined()
        switch ending {
        case .notCovered: return notes
        case .nothingFound: return notes + "Nothing found.\n"
        default:
            return sheet.text(style, hiding: ["age_s"]) { column, text in
                switch column {
                case "state", "to": StateColor.color(text)
                case "change": DriftKind(rawValue: text).map(Style.color)
                default: nil
                }
            } + notes
        }
    }
}

/// `portbase query --json`: the rows, and what was not covered.
struct QueryJSON: Encodable {
    private let report: QueryReport

    init(_ report: QueryReport) {
        self.report = report
    }

    private enum CodingKeys: String, CodingKey {
        case rows, covered, proved
        case notCovered = "not_covered"
        case schemaVersion = "schema_version"
    }

    private struct PlaceJSON: Encodable {
        let check: String
        let host: String
        let ports: String
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(JSONOutput.schemaVersion, forKey: .schemaVersion)
        try container.encode(report.isProved, forKey: .proved)
        try container.encode(report.answers.isCovered, forKey: .covered)
        try container.encode(report.sheet, forKey: .rows)
        try container.encode(
            report.answers.uncovered.map { PlaceJSON(check: "\($0.check)", host: "\($0.host)", ports: $0.ports.text) },
            forKey: .notCovered)
    }
}
