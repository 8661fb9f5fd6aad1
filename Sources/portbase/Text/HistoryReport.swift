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
                        span.next.map { .time($0.finishedAt) } ?? .none, .text(DurationText.text(span.milliseconds)),
                        .number(Int(span.milliseconds / 1000)),
                    ]
                }
            })
    }

    func text(_ style: Style) -> String {
        guard !histories.isEmpty else { return "\(endpoint) is not covered by any run.\n" }
        let table = sheet.text(style, hiding: ["lasted_s"]) { column, text in
            column == "state" ? StateColor.color(text) : nil
        }
        let changes = histories.filter { $0.changes > 0 }.map { history in
            let ports = history.host.endpoint(history.ports.text)
            return
                "\(ports) changed \(history.changes == 1 ? "once" : "\(history.changes) times") in \(history.check).\n"
        }
        return table + (changes.isEmpty ? "No change.\n" : changes.joined())
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
    private let histories: [PortJSON]

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
        let lasted: Int64

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
        histories = report.histories.map { history in
            PortJSON(
                check: "\(history.check)", host: "\(history.host)", ports: history.ports.text, changes: history.changes,
                spans: history.spans.map { span in
                    SpanJSON(
                        state: span.state?.rawValue, firstRun: span.first.id, since: "\(span.first.finishedAt)",
                        lastRun: span.last.id, lastSeen: "\(span.last.finishedAt)",
                        until: span.next.map { "\($0.finishedAt)" }, lasted: span.milliseconds / 1000)
                })
        }
    }

    private enum CodingKeys: String, CodingKey {
        case endpoint, covered, histories
        case schemaVersion = "schema_version"
    }
}
