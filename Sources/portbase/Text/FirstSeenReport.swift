import Baseline
import PortCore

/// When ports were first seen in a state: everything that the outputs of `first-seen` are made of.
struct FirstSeenReport {
    let histories: [PortHistory]
    /// The ports that were asked; `nil` for all.
    let ports: PortSet?
    let state: PortState
    /// The runs that saw them first, by number.
    let runs: [Int64: Run]

    var ending: Ending {
        guard !histories.isEmpty else { return .notCovered }
        return sheet.rows.isEmpty ? .nothingFound : .done
    }

    var sheet: Sheet {
        Sheet(
            columns: ["check", "host", "ports", "run", "first_seen", "vantage", "user", "in_first_run"],
            rows: histories.compactMap { history in
                guard let span = history.firstSpan(in: state), let run = runs[span.first.id] else { return nil }
                return [
                    .text("\(history.check)"), .text("\(history.host)"), .text(history.ports.text),
                    .number(Int(run.id)), .time(run.finishedAt), .text(run.context.vantage), .text(run.context.user),
                    .flag(history.spans.first == span),
                ]
            })
    }

    /// What was asked and is not known.
    var notes: [String] {
        ending == .notCovered ? [UncoveredText.nothing] : UncoveredText.notes(histories.uncovered(of: ports))
    }

    func text(_ style: Style) -> String {
        let notes = notes.map { $0 + "\n" }.joined()
        return switch ending {
        case .notCovered: notes
        case .nothingFound: "No run saw one \(state.rawValue).\n" + notes
        default: sheet.text(style) + notes
        }
    }
}

/// `portbase first-seen --json`.
struct FirstSeenJSON: Encodable {
    private let schemaVersion = JSONOutput.schemaVersion
    private let state: String
    private let covered: Bool
    private let proved = false
    private let rows: Sheet
    private let notCovered: [UncoveredJSON]

    init(_ report: FirstSeenReport) {
        state = report.state.rawValue
        covered = !report.histories.isEmpty
        rows = report.sheet
        notCovered = report.histories.uncovered(of: report.ports).map(UncoveredJSON.init)
    }

    private enum CodingKeys: String, CodingKey {
        case state, covered, proved, rows
        case notCovered = "not_covered"
        case schemaVersion = "schema_version"
    }
}
