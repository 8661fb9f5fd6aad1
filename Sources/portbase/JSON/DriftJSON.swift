import Baseline
import PortCore

/// One endpoint that differs, or one name that leads elsewhere.
struct DriftJSON: Encodable {
    let kind: String
    let host: String
    let port: UInt16?
    let service: String?
    let from: String?
    let to: String?
    let reason: String?
    /// Whether the kind counts as drift in this report.
    let counted: Bool

    /// A row a port, in the one order of all formats.
    static func rows(
        _ drift: Drift, evidence: [Host: Evidence], selection: PortSelection, counted: Set<DriftKind>
    ) -> [DriftJSON] {
        DriftRow.rows(drift, evidence: evidence).flatMap { row -> [DriftJSON] in
            guard let ports = row.ports else {
                return [
                    DriftJSON(
                        kind: row.kind.rawValue, host: "\(row.host)", port: nil, service: nil,
                        from: row.oldAddress?.description, to: row.newAddress?.description, reason: nil,
                        counted: counted.contains(row.kind))
                ]
            }
            return ports.map { port in
                DriftJSON(
                    kind: row.kind.rawValue, host: "\(row.host)", port: port, service: selection.service(of: port),
                    from: row.from?.rawValue, to: row.to?.rawValue, reason: row.reason?.rawValue,
                    counted: counted.contains(row.kind))
            }
        }
    }
}

/// `portbase diff --json`.
struct DiffJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let from: RecordedJSON
    let to: RecordedJSON
    let drift: [DriftJSON]
    let counts: [String: Int]
    /// Left out when not asked for.
    let banners: BannerComparisonJSON?

    init(_ report: DiffReport) {
        from = RecordedJSON(recorded: report.from)
        to = RecordedJSON(recorded: report.to)
        drift = DriftJSON.rows(
            report.drift, evidence: report.evidence, selection: report.request.ports, counted: report.counted)
        counts = Self.counts(report.drift)
        banners = report.banners.map(BannerComparisonJSON.init)
    }

    static func counts(_ drift: Drift) -> [String: Int] {
        Dictionary(uniqueKeysWithValues: drift.counts.map { ($0.key.rawValue, $0.value) })
    }

    enum CodingKeys: String, CodingKey {
        case from, to, drift, counts, banners
        case schemaVersion = "schema_version"
    }
}
