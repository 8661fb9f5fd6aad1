import Baseline
import PortCore

/// `portbase correlate --json`.
struct CorrelationListJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let proved = false
    let correlations: [CorrelationJSON]

    init(_ correlations: [Correlation]) {
        self.correlations = correlations.map(CorrelationJSON.init)
    }

    enum CodingKeys: String, CodingKey {
        case correlations, proved
        case schemaVersion = "schema_version"
    }
}

/// Two runs, and each port that was closed or lost from one to the other.
struct CorrelationJSON: Encodable {
    let from: RunJSON
    let to: RunJSON
    let ports: [PortJSON]
    /// How many ports each conclusion has.
    let counts: [String: Int]

    init(_ correlation: Correlation) {
        from = RunJSON(correlation.from)
        to = RunJSON(correlation.to)
        ports = correlation.findings.flatMap { finding in
            finding.rows.flatMap { row in (row.ports.map(Array.init) ?? []).map { PortJSON(finding, row, $0) } }
        }
        counts = Dictionary(uniqueKeysWithValues: correlation.counts.map { ($0.key.rawValue, $0.value) })
    }

    /// One port, and what became of the interface behind it.
    struct PortJSON: Encodable {
        let kind: String
        let host: String
        let port: UInt16
        let address: String?
        let reason: String?
        let conclusion: String
        let outcome: String
        let machine: String?
        let interface: String?
        let otherwiseAt: String?
        let readAt: String?

        init(_ finding: Correlation.Finding, _ row: DriftRow, _ port: UInt16) {
            kind = row.kind.rawValue
            host = "\(finding.host)"
            self.port = port
            address = finding.address?.description
            reason = row.reason?.rawValue
            conclusion = finding.trace.outcome.conclusion.rawValue
            outcome = finding.trace.outcome.rawValue
            machine = finding.trace.machine
            interface = finding.trace.interface
            otherwiseAt = finding.trace.otherwiseAt?.description
            readAt = finding.trace.readAt?.description
        }

        enum CodingKeys: String, CodingKey {
            case kind, host, port, address, reason, conclusion, outcome, machine, interface
            case otherwiseAt = "otherwise_at"
            case readAt = "read_at"
        }
    }
}
