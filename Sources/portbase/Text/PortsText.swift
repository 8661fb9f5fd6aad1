import PortCore

/// What each token of ports became, for people.
struct PortsText {
    let report: PortsReport
    let style: Style

    var text: String {
        var table = TextTable(["OPTION", "TOKEN", "MEANING", "PORTS", ""])
        for row in report.rows {
            let repeated = row.token.repeated
            table.add([
                .init(row.option), .init(row.token.token), .init(meaning(row.token.meaning)),
                .init(row.token.ports.text),
                .init(repeated.isEmpty ? "" : "asked before: \(repeated.text)", .dim),
            ])
        }
        let all = report.selection.all
        return table.text(style) + "\n\(Wording.count(all.count, "port")): \(all.text)\n"
    }

    private func meaning(_ meaning: PortExplanation.Meaning) -> String {
        switch meaning {
        case .service: "service in \(report.table)"
        case .numbers(PortSet.all.ranges[0]): "every port"
        case .numbers(let range) where range.count == 1: "port"
        case .numbers(let range): "range of \(Wording.count(range.count, "port"))"
        }
    }
}
