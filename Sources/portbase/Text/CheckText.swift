import Baseline
import PortCore

/// A check's report for people and for monitoring systems.
struct CheckText {
    let report: CheckReport
    let counted: Set<DriftKind>
    /// Whether open ports are left out of the list of endpoints.
    let hidesOpen: Bool
    let hasPerfdata: Bool
    let style: Style

    /// The line of a monitoring plugin; below it, on a line each, what was redefined, the changes, and what was
    /// unstable.
    var plugin: String {
        let verdict = report.verdict
        let line =
            style.paint(verdict.level.rawValue, Style.color(verdict.level))
            + " - \(Visible.pluginText(verdict.message))"
            + (hasPerfdata ? " | " + Perfdata(report: report, counted: counted).text : "") + "\n"
        let below = redefined + (report.comparison.map(drift) ?? "") + unstable
        return line + Self.withoutBars(below)
    }

    /// The layout of check_ports.py, a block a host; below it what that does not know: the drift, where there is a
    /// baseline, or a record or a baseline is missing; what was redefined, and what was unstable.
    var verbose: String {
        let blocks = Self.withoutBars(report.findings.entries.map(block).joined(separator: "\n"))
        guard report.comparison == nil, !report.isQualified else { return blocks + "\n" + plugin }
        let rest = Self.withoutBars(redefined + unstable)
        return rest.isEmpty ? blocks : blocks + "\n" + rest
    }

    /// A bar begins performance data also below the first line of a plugin.
    private static func withoutBars(_ text: String) -> String { text.replacing("|", with: "\\u{7c}") }

    private var unstable: String { UnstableText.lines(report.findings, flips: report.flips, style: style) }

    private var redefined: String {
        var table = TextTable()
        for part in report.redefined { table.add([.init("redefined", .yellow), .init(part)]) }
        return table.text(style)
    }

    private func drift(_ comparison: CheckReport.Comparison) -> String {
        DriftText(
            rows: DriftRow.rows(comparison.drift, evidence: report.findings.evidence),
            selection: report.request.ports, style: style
        ).lines
    }

    private func block(_ entry: Snapshot.Entry) -> String {
        let selection = report.request.ports
        let reasons = report.findings.reasons(at: entry)
        let all = Array(selection.all.values)
        let shown = hidesOpen ? all.filter { !entry.states[.open].contains($0) } : all
        let results = shown.map { port in
            let status = reasons.first { $0.ports.contains(port) }?.reason.status ?? "timeout"
            let banner = report.findings.banners?[entry.host]?[port].map { "  \($0.text)" } ?? ""
            return "\(entry.host.endpoint("\(port)")) = \(status)\(banner)\n"
        }
        return """
            Host: \(entry.host)
            Services requested: \(Self.list(selection.services.map(\.name)))
            Service ports:      \(Self.list(selection.fromServices.values.map(String.init)))
            Explicit ports:     \(Self.list(selection.explicit.values.map(String.init)))
            All ports:          \(Self.list(all.map(String.init)))

            \(results.joined())
            """
    }

    private static func list(_ items: [String]) -> String { items.isEmpty ? "None" : items.joined(separator: ", ") }
}
