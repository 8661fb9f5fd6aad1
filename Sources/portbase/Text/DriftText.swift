import Baseline
import PortCore

/// Drift as aligned lines, in the one order of all formats.
struct DriftText {
    let rows: [DriftRow]
    /// The ports of the newer run, for the names of services.
    let selection: PortSelection
    let style: Style

    /// A line a row; a host that was lost as a whole is one line.
    var lines: String {
        var table = TextTable()
        var rest = rows[...]
        while let row = rest.first {
            guard row.isOfLostHost else {
                table.add(line(row))
                rest = rest.dropFirst()
                continue
            }
            let sameHost = rest.prefix { $0.host == row.host }
            table.add(lostLine(row.host, sameHost.filter(\.isOfLostHost)))
            for other in sameHost where !other.isOfLostHost { table.add(line(other)) }
            rest = rest.dropFirst(sameHost.count)
        }
        return table.text(style)
    }

    private func line(_ row: DriftRow) -> [TextTable.Cell] {
        let kind = TextTable.Cell(row.kind.rawValue, Style.color(row.kind))
        let (from, to) = Self.change(row)
        guard let ports = row.ports else { return [kind, .init("\(row.host)"), .init("\(from) → \(to)")] }
        let names = services(ports)
        let endpoint = row.host.endpoint(ports.portText) + (names.isEmpty ? "" : " (\(names))")
        return [kind, .init(endpoint), .init("\(from) → \(to)"), .init(row.reason?.rawValue ?? "", .dim)]
    }

    /// The states, or the addresses, before and after.
    static func change(_ row: DriftRow) -> (from: String, to: String) {
        guard row.ports != nil else { return (DriftRow.text(row.oldAddress), DriftRow.text(row.newAddress)) }
        return (row.from?.rawValue ?? "not probed", row.to?.rawValue ?? "not probed")
    }

    /// One line for the host: how many open ports it lost, and the reasons.
    private func lostLine(_ host: Host, _ mine: [DriftRow]) -> [TextTable.Cell] {
        let open = mine.filter { $0.kind == .lost }.reduce(0) { $0 + ($1.ports?.count ?? 0) }
        let reasons = Reason.allCases.filter { reason in mine.contains { $0.reason == reason } }
        return [
            .init(DriftKind.lost.rawValue, Style.color(.lost)), .init("\(host)"),
            .init("the whole host: \(Wording.count(open, "open port")) → filtered"),
            .init(reasons.map(\.rawValue).joined(separator: ", "), .dim),
        ]
    }

    /// `https` for ports that were asked by a service's name.
    func services(_ ports: ClosedRange<UInt16>) -> String {
        let names = selection.services.filter { !$0.ports.intersection(PortSet([ports])).isEmpty }.map(\.name)
        return names.joined(separator: ", ")
    }
}
