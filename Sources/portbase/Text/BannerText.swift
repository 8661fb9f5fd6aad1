import Baseline
import PortCore

/// Banners for people, by host, then port.
enum BannerText {
    /// The banners of one run; empty where there is none.
    static func table(_ findings: Findings, style: Style) -> String {
        var table = TextTable(["ENDPOINT", "PROTOCOL", "BANNER"])
        var isEmpty = true
        for entry in findings.entries {
            for (port, banner) in (findings.banners?[entry.host] ?? [:]).sorted(by: { $0.key < $1.key }) {
                isEmpty = false
                table.add([
                    .init(entry.host.endpoint("\(port)")), .init(banner.protocol.rawValue, .dim), .init(banner.text),
                ])
            }
        }
        return isEmpty ? "" : table.text(style)
    }

    /// What two runs tell about banners: a line a change and the summary below, or that it is not known.
    static func text(_ comparison: BannerComparison, style: Style) -> String {
        switch comparison {
        case .changes(let changes): return text(changes, style: style)
        case .unknown(let snapshots):
            let subject = snapshots.map(\.name).joined(separator: " and ")
            return style.paint("Banners UNKNOWN", .yellow) + ": \(subject) did not read them (check --banner).\n"
        }
    }

    private static func text(_ changes: [BannerChange], style: Style) -> String {
        var table = TextTable()
        for change in changes {
            table.add([
                .init(change.kind.rawValue, .yellow), .init(change.host.endpoint("\(change.port)")),
                .init("\(change.from?.text ?? "no banner") → \(change.to?.text ?? "no banner")"),
            ])
        }
        let counts = BannerChange.Kind.allCases.compactMap { kind -> String? in
            let count = changes.count { $0.kind == kind }
            return count == 0 ? nil : "\(Wording.number(count)) \(kind.rawValue)"
        }
        let summary = counts.isEmpty ? "No banner changed." : "Banners: \(counts.joined(separator: ", "))."
        return table.text(style) + summary + "\n"
    }
}
