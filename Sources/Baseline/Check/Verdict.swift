import PortCore

/// The state of a monitoring plugin; its raw value is the word of the first line.
public enum VerdictLevel: String, Sendable {
    case ok = "OK"
    case warning = "WARNING"
    case critical = "CRITICAL"
    case unknown = "UNKNOWN"
}

/// What a check comes to: a level and the line that says why.
public struct Verdict: Hashable, Sendable {
    /// How bad it is; it decides the exit code of a check.
    public let level: VerdictLevel
    /// What is true, without the level: `All ports open: 22, 443`.
    public let message: String

    /// `message` is one line that does not name the level.
    public init(level: VerdictLevel, message: String) {
        self.level = level
        self.message = message
    }

    /// The first line of a monitoring plugin: `OK - All ports open: 22, 443`.
    public var line: String { "\(level.rawValue) - \(message)" }
}

/// Judges a run by its states alone, in the words of check_ports.py.
struct StateJudgement {
    let findings: Findings
    let selection: PortSelection

    var verdict: Verdict {
        let statuses = findings.entries.map { Statuses(findings.reasons(at: $0)) }
        let level: VerdictLevel =
            statuses.contains { $0.hasUnanswered }
            ? .critical : statuses.contains { !$0.closed.isEmpty } ? .warning : .ok
        if let single = singlePort(statuses) { return Verdict(level: level, message: single) }
        switch level {
        case .ok: return Verdict(level: level, message: allOpen(statuses))
        case .warning: return Verdict(level: level, message: "Closed ports: " + problems(statuses))
        default: return Verdict(level: level, message: "Problem ports: " + problems(statuses))
        }
    }

    /// The ports of one host by the words of check_ports.py.
    private struct Statuses {
        var open = PortSet()
        var closed = PortSet()
        var timeout = PortSet()
        var unreachable = PortSet()

        init(_ reasons: [(ports: PortSet, reason: Reason)]) {
            for (ports, reason) in reasons {
                switch reason.status {
                case "open": open = open.union(ports)
                case "closed": closed = closed.union(ports)
                case "timeout": timeout = timeout.union(ports)
                default: unreachable = unreachable.union(ports)
                }
            }
        }

        var hasUnanswered: Bool { !timeout.isEmpty || !unreachable.isEmpty }
        /// In the order of check_ports.py: the worst first.
        var problems: [PortSet] { [unreachable, timeout, closed].filter { !$0.isEmpty } }
    }

    private func singlePort(_ statuses: [Statuses]) -> String? {
        guard statuses.count == 1, let port = selection.all.values.first(where: { _ in true }), selection.all.count == 1
        else { return nil }
        let service = selection.explicit.isEmpty ? selection.service(of: port) : nil
        let subject = service.map { "\($0) (\(port))" } ?? "Port \(port)"
        let found = statuses[0]
        let state =
            !found.open.isEmpty
            ? "is open" : !found.closed.isEmpty ? "is closed" : !found.timeout.isEmpty ? "timed out" : "is unreachable"
        return "\(subject) \(state)"
    }

    private func allOpen(_ statuses: [Statuses]) -> String {
        guard statuses.count > 1 else { return "All ports open: " + list(statuses[0].open) }
        let ports = statuses.reduce(0) { $0 + $1.open.count }
        return "All \(ports) ports open on \(statuses.count) hosts"
    }

    private func problems(_ statuses: [Statuses]) -> String {
        let texts = zip(findings.entries, statuses).compactMap { entry, found -> String? in
            guard !found.problems.isEmpty else { return nil }
            let ports = found.problems.map(list).joined(separator: ", ")
            return statuses.count == 1 ? ports : "\(entry.host) \(ports)"
        }
        return Shortening.list(texts, separator: "; ", of: "hosts")
    }

    /// Each port by itself as check_ports.py does; as ranges where that would be a line nobody reads.
    private func list(_ ports: PortSet) -> String {
        ports.count <= 100 ? ports.values.map { "\($0)" }.joined(separator: ", ") : ports.joined(by: ", ")
    }
}

/// Judges a run by its drift from a reference.
struct DriftJudgement {
    let drift: Drift
    let referenceName: String
    let counted: Set<DriftKind>
    let level: VerdictLevel
    /// What the run found.
    let snapshot: Snapshot

    var verdict: Verdict {
        let counts = drift.counts
        guard snapshot.endpointCount > counts[.newlyScoped, default: 0] else {
            return Verdict(
                level: .unknown,
                message: "Nothing that \(referenceName) covers was probed; set a new baseline, or probe what it covers")
        }
        let kinds = DriftKind.allCases.filter { counted.contains($0) && counts[$0] != nil }
        guard !kinds.isEmpty else { return Verdict(level: .ok, message: noDrift(counts)) }
        let totals = DriftKind.totals(kinds, counts)
        let items = DriftRow.rows(drift, evidence: [:]).filter { counted.contains($0.kind) }.map(\.summary)
        return Verdict(
            level: level,
            message: "Drift from \(referenceName): \(totals): " + Shortening.list(items, separator: ", ", of: "changes")
        )
    }

    /// What was compared, and what only one of the runs covers.
    private func noDrift(_ counts: [DriftKind: Int]) -> String {
        let (hosts, ports) = (snapshot.entries.count, snapshot.endpointCount)
        let scope = "\(hosts) \(hosts == 1 ? "host" : "hosts"), \(ports) \(ports == 1 ? "port" : "ports")"
        let uncompared = [DriftKind.unscoped, .newlyScoped].filter { counts[$0] != nil }
        return "No drift from \(referenceName): \(scope)"
            + (uncompared.isEmpty ? "" : "; not compared: " + DriftKind.totals(uncompared, counts))
    }
}

extension DriftKind {
    /// `2 opened, 1 lost`.
    public static func totals(_ kinds: [DriftKind], _ counts: [DriftKind: Int]) -> String {
        kinds.map { "\(counts[$0, default: 0]) \($0.rawValue)" }.joined(separator: ", ")
    }
}

/// Keeps a line readable in a pager: the first few items, and how many more there are.
enum Shortening {
    private static let limit = 8

    static func list(_ items: [String], separator: String, of noun: String) -> String {
        let shown = items.prefix(limit).joined(separator: separator)
        return items.count > limit ? "\(shown)\(separator)and \(items.count - limit) more \(noun)" : shown
    }
}
