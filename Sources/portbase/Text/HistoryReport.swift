import Baseline
import PortCore

/// What is known of an endpoint: everything that the outputs of `history` are made of.
struct HistoryReport {
    let endpoint: Endpoints
    let histories: [PortHistory]

    static let notCovered = "not covered"

    /// A row a stretch.
    var sheet: Sheet {
        Sheet(
            columns: [
                "check", "host", "ports", "state", "first_run", "since", "last_run", "last_seen", "until", "lasted",
                "lasted_s",
            ],
            rows: histories.flatMap { history in
                history.spans.map { span in
                    [
                        .text("\(history.check)"), .text("\(history.host)"), .text(history.ports.text),
                        .text(span.state?.rawValue ?? Self.notCovered), .number(Int(span.first.id)),
                        .time(span.first.finishedAt), .number(Int(span.last.id)), .time(span.last.finishedAt),
                        span.next.map { .time($0.finishedAt) } ?? .none,
                        .text(Wording.elapsed(milliseconds: span.milliseconds)),
                        span.milliseconds.map { .number(Int($0 / 1000)) } ?? .none,
                    ]
                }
            })
    }

    /// What was asked and is not known.
    var notes: [String] {
        guard !histories.isEmpty else { return ["\(endpoint) is not covered by any run."] }
        return UncoveredText.notes(histories.uncovered(of: endpoint.ports))
    }

    func text(_ style: Style) -> String {
        let notes = notes.map { $0 + "\n" }.joined()
        guard !histories.isEmpty else { return notes }
        let table = sheet.text(style, hiding: ["lasted_s"]) { column, text in
            column == "state" ? StateColor.color(text) : nil
        }
        let changes = histories.filter { $0.changes > 0 }.map { history in
            let ports = history.host.endpoint(history.ports.text)
            return
                "\(ports) changed \(history.changes == 1 ? "once" : Wording.count(history.changes, "time")) in \(history.check).\n"
        }
        return table + (changes.isEmpty ? "No change.\n" : changes.joined()) + notes
    }
}

/// Ports that no run covered, which is not to say that they are closed.
enum UncoveredText {
    static let nothing = "Not covered by any run."

    static func notes(_ uncovered: [(host: Host, ports: PortSet)]) -> [String] {
        uncovered.map { "Not covered by any run: \($0.host.endpoint($0.ports.text))." }
    }
}

/// The same in JSON.
struct UncoveredJSON: Encodable {
    let host: String
    let ports: String

    init(_ uncovered: (host: Host, ports: PortSet)) {
        host = "\(uncovered.host)"
        ports = uncovered.ports.text
    }
}

/// The colours of states by their words.
enum StateColor {
    static func color(_ word: String) -> Style.Color? {
        switch PortState(rawValue: word) {
        case .open: .green
        case .closed: .dim
        case .filtered: .yellow
        case nil: .dim
        }
    }
}

/// `portbase history --json`.
struct HistoryJSON: Encodable {
    private let schemaVersion = JSONOutput.schemaVersion
    private let endpoint: String
    private let covered: Bool
    private let proved = false
    private let histories: [PortJSON]
    private let notCovered: [UncoveredJSON]

    private struct PortJSON: Encodable {
        let check: String
        let host: String
        let ports: String
        let changes: Int
        let spans: [SpanJSON]
    }

    private struct SpanJSON: Encodable {
        let state: String?
        let firstRun: Int64
        let since: String
        let lastRun: Int64
        let lastSeen: String
        let until: String?
        let lasted: Int64?

        enum CodingKeys: String, CodingKey {
            case state, since, until
            case firstRun = "first_run"
            case lastRun = "last_run"
            case lastSeen = "last_seen"
            case lasted = "lasted_s"
        }
    }

    init(_ report: HistoryReport) {
        endpoint = "\(report.endpoint)"
        covered = !report.histories.isEmpty
        notCovered = report.histories.uncovered(of: report.endpoint.ports).map(UncoveredJSON.init)
        histories = report.histories.map { history in
            PortJSON(
                check: "\(history.check)", host: "\(history.host)", ports: history.ports.text, changes: history.changes,
                spans: history.spans.map { span in
                    SpanJSON(
                        state: span.state?.rawValue, firstRun: span.first.id, since: "\(span.first.finishedAt)",
                        lastRun: span.last.id, lastSeen: "\(span.last.finishedAt)",
                        until: span.next.map { "\($0.finishedAt)" }, lasted: span.milliseconds.map { $0 / 1000 })
                })
        }
    }

    private enum CodingKeys: String, CodingKey {
        case endpoint, covered, proved, histories
        case notCovered = "not_covered"
        case schemaVersion = "schema_version"
    }
}
