import Baseline
import PortCore

/// The section of a run's unstable endpoints: what holds, and how many looks differed.
enum UnstableText {
    /// A line for each range of ports that were unstable in the same way, in the order of all formats; empty where all
    /// looks agreed.
    static func lines(_ findings: Findings, style: Style) -> String {
        var table = TextTable()
        for row in UnstableRow.rows(findings) {
            table.add([
                .init(Instability.word, .yellow), .init(row.host.endpoint(row.ports.portText)),
                .init(row.state.rawValue), .init("\(row.dissent) of \(row.looks) looks differed", .dim),
            ])
        }
        return table.text(style)
    }
}
