import Baseline
import PortCore

/// The output of `portbase diff` for people.
struct DiffText {
    let report: DiffReport
    let style: Style

    var text: String {
        let rows = DriftRow.rows(report.drift, evidence: report.evidence)
        let lines = DriftText(rows: rows, selection: report.request.ports, style: style).lines
        let banners = report.banners.map { BannerText.text($0, style: style) } ?? ""
        return "\(report.from.title) → \(report.to.title)\n" + lines + summary + "\n" + banners
    }

    /// The rows for CSV, with whether each counts.
    var sheet: Sheet {
        let rows = DriftRow.rows(report.drift, evidence: report.evidence)
        let words = DriftText(rows: rows, selection: report.request.ports, style: style)
        return Sheet(
            columns: ["change", "host", "ports", "from", "to", "reason", "service", "counted"],
            rows: rows.map { row in
                let change = DriftText.change(row)
                return [
                    .text(row.kind.rawValue), .text("\(row.host)"), row.ports.map { .text($0.portText) } ?? .none,
                    .text(change.from), .text(change.to), row.reason.map { .text($0.rawValue) } ?? .none,
                    .text(row.ports.map(words.services) ?? ""), .flag(report.counted.contains(row.kind)),
                ]
            })
    }

    private var summary: String {
        let counts = report.drift.counts
        func list(_ kinds: [DriftKind]) -> String { DriftKind.totals(kinds, counts) }
        let present = DriftKind.allCases.filter { counts[$0] != nil }
        let counted = present.filter(report.counted.contains)
        let others = present.filter { !report.counted.contains($0) }
        let drift =
            counted.isEmpty ? style.paint("No drift", .green) : style.paint("Drift", .red) + ": \(list(counted))"
        return drift + (others.isEmpty ? "." : "; not counted: \(list(others)).")
    }
}

extension Run {
    /// `run 17 of web-tier (finished 2026-05-03T12:00:00Z)`.
    var title: String { "run \(id) of \(check) (finished \(finishedAt.text))" }
}

extension Recorded {
    /// That of the run, or `baseline 3 of web-tier (derived from run 17, accepted 2026-05-03T12:00:00Z)`.
    var title: String {
        switch self {
        case .run(let run): run.title
        case .derived(let version):
            "baseline \(version.version) of \(version.check) (\(origin), accepted \(version.recordedAt.text))"
        }
    }
}
