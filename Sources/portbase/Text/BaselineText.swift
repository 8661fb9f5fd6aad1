import Baseline
import PortCore

/// Baselines for people.
enum BaselineText {
    private static let titles = ["CHECK", "VERSION", "RUN", "ACCEPTED", "BY", "TICKET", "REASON"]

    static func table(_ versions: [BaselineVersion], style: Style) -> String {
        var table = TextTable(titles)
        for version in versions { table.add(cells(version)) }
        return table.text(style)
    }

    /// The versions with how much each changed, and for `isVerbose` below them every change.
    static func history(_ history: BaselineHistory, isVerbose: Bool, style: Style) -> String {
        var table = TextTable(titles + ["CHANGED"])
        var details = ""
        for step in history.steps {
            table.add(cells(step.version) + [.init(changes(step.drift))])
            guard isVerbose, let drift = step.drift, !drift.hosts.isEmpty else { continue }
            let rows = DriftRow.rows(drift, evidence: step.evidence)
            details += "\nversion \(step.version.version)\n"
            details += DriftText(rows: rows, selection: step.request.ports, style: style).lines
        }
        return table.text(style) + details
    }

    private static let columns = [
        "check", "version", "run", "derived", "digest", "set", "by", "user", "vantage", "ticket", "reason",
    ]

    /// The versions for CSV.
    static func sheet(_ versions: [BaselineVersion]) -> Sheet {
        Sheet(columns: columns, rows: versions.map(values))
    }

    /// The versions with how much each changed, for CSV.
    static func sheet(_ history: BaselineHistory) -> Sheet {
        Sheet(
            columns: columns + ["changed"],
            rows: history.steps.map { values($0.version) + [.text(changes($0.drift))] })
    }

    private static func values(_ version: BaselineVersion) -> [Sheet.Value] {
        [
            .text("\(version.check)"), .number(version.version), .number(Int(version.run.id)),
            .flag(version.isDerived), .text("\(version.digest)"), .time(version.recordedAt),
            version.person.map { .text($0) } ?? .none, .text(version.user), .text(version.vantage),
            version.ticket.map { .text($0) } ?? .none, .text(version.reason),
        ]
    }

    private static func cells(_ version: BaselineVersion) -> [TextTable.Cell] {
        [
            .init("\(version.check)"), .init(version.version),
            .init(version.isDerived ? version.recorded.origin : "\(version.run.id)"),
            .init(version.recordedAt.text), .init(who(version)), version.ticket.map { .init($0) } ?? .empty,
            .init(version.reason),
        ]
    }

    /// `op@probe1`, or `alice (op@probe1)` where somebody else than the user was named.
    static func who(_ version: BaselineVersion) -> String {
        let user = "\(version.user)@\(version.vantage)"
        return version.person.map { "\($0) (\(user))" } ?? user
    }

    private static func changes(_ drift: Drift?) -> String {
        guard let drift else { return "first" }
        let kinds = DriftKind.allCases.filter { drift.counts[$0] != nil }
        return kinds.isEmpty ? "nothing" : DriftKind.totals(kinds, drift.counts)
    }
}
