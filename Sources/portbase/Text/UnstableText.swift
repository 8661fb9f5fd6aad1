import Baseline
import PortCore

/// The section of a run's unstable endpoints: what holds, how many looks differed, and how the last runs were.
enum UnstableText {
    /// A line for each range of ports that are unstable in the same way, in the order of all formats; empty where there
    /// are none.
    static func lines(_ findings: Findings, flips: [Host: [Flips]] = [:], style: Style) -> String {
        var table = TextTable()
        for row in UnstableRow.rows(findings, flips: flips) {
            let why = [
                row.dissent > 0 ? "\(row.dissent) of \(row.looks) looks differed" : nil,
                row.flips.map { ($0.isNew ? "new: " : "") + $0.text },
            ]
            table.add([
                .init(Instability.word, .yellow), .init(row.host.endpoint(row.ports.portText)),
                .init(row.state.rawValue), .init(why.compactMap { $0 }.joined(separator: "; "), .dim),
            ])
        }
        return table.text(style)
    }
}
