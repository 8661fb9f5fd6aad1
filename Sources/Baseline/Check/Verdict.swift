import PortCore

/// The state of a monitoring plugin; its raw value is the word of the first line. The order is that of severity: what
/// is not known is the worst.
public enum VerdictLevel: String, CaseIterable, Comparable, Sendable {
    case ok = "OK"
    case warning = "WARNING"
    case critical = "CRITICAL"
    case unknown = "UNKNOWN"

    public static func < (left: Self, right: Self) -> Bool { left.severity < right.severity }

    private var severity: Int {
        switch self {
        case .ok: 0
        case .warning: 1
        case .critical: 2
        case .unknown: 3
        }
    }
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

/// Judges a run by its drift from a reference.
struct DriftJudgement {
    let drift: Drift
    let referenceName: String
    let counted: Set<DriftKind>
    let level: VerdictLevel
    /// What the run found.
    let snapshot: Snapshot
    /// What flips by itself, which `drift` is without.
    let flips: [Host: [Flips]]

    var verdict: Verdict {
        let verdict = verdictOfDrift
        return Verdict(level: verdict.level, message: verdict.message + unstable(true) + unstable(false))
    }

    /// The ports that flip and are not told as drift: those that were not known to, or the others.
    private func unstable(_ isNew: Bool) -> String {
        let items = flips.sorted { $0.key < $1.key }.flatMap { host, flips in
            let changes = drift.hosts.first { $0.host == host }?.changes.filter { $0.from != nil && $0.to != nil } ?? []
            return flips.filter { $0.isNew == isNew }.compactMap { flips -> String? in
                let ports = flips.ports.subtracting(PortSet(changes.map(\.ports)))
                return ports.isEmpty ? nil : "\(host.endpoint(ports.text)) (\(flips.text))"
            }
        }
        let list = Wording.list(items, separator: ", ", of: "ports")
        return items.isEmpty ? "" : (isNew ? "; newly " : "; ") + "\(Instability.word): \(list)"
    }

    private var verdictOfDrift: Verdict {
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
            message: "Drift from \(referenceName): \(totals): " + Wording.list(items, separator: ", ", of: "changes"))
    }

    /// What was compared, and what only one of the runs covers.
    private func noDrift(_ counts: [DriftKind: Int]) -> String {
        let scope =
            Wording.count(snapshot.entries.count, "host") + ", " + Wording.count(snapshot.endpointCount, "port")
        let uncompared = [DriftKind.unscoped, .newlyScoped].filter { counts[$0] != nil }
        return "No drift from \(referenceName): \(scope)"
            + (uncompared.isEmpty ? "" : "; not compared: " + DriftKind.totals(uncompared, counts))
    }
}

extension DriftKind {
    /// `2 opened, 1 lost`.
    public static func totals(_ kinds: [DriftKind], _ counts: [DriftKind: Int]) -> String {
        kinds.map { "\(Wording.number(counts[$0, default: 0])) \($0.rawValue)" }.joined(separator: ", ")
    }
}
