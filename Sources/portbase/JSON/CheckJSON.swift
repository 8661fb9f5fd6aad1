import Baseline
import PortCore

/// `portbase check --json`. With exactly one host, the keys of check_ports.py stand at the top too.
struct CheckJSON: Encodable {
    let report: CheckReport
    let counted: Set<DriftKind>
    /// Whether open ports are left out of the results.
    let hidesOpen: Bool

    private enum CodingKeys: String, CodingKey {
        case run, name, digest, verdict, message, hosts, warnings, baseline, drift, request, redefined
        case schemaVersion = "schema_version"
        case exitStatus = "exit_status"
        case startedAt = "started_at"
        case finishedAt = "finished_at"
        case bannersRead = "banners_read"
    }

    /// What the run was judged by.
    private struct ReferenceJSON: Encodable {
        let version: Int?
        let run: Int64?
        let digest: String
    }

    func encode(to encoder: any Encoder) throws {
        let hosts = zip(report.findings.entries, report.results).map { entry, result in
            HostJSON(
                entry, report.findings, report.request.ports, times: result, flips: report.flips[entry.host] ?? [],
                hidesOpen: hidesOpen)
        }
        let request = RequestJSON(report.request)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(JSONOutput.schemaVersion, forKey: .schemaVersion)
        try container.encode(report.run?.id, forKey: .run)
        try container.encode(report.name.description, forKey: .name)
        try container.encode(report.digest.description, forKey: .digest)
        try container.encode(report.verdict.level.rawValue, forKey: .verdict)
        try container.encode(report.verdict.message, forKey: .message)
        try container.encode(Ending.verdict(report.verdict.level).exitCode(in: .plugin), forKey: .exitStatus)
        try container.encode(report.startedAt.description, forKey: .startedAt)
        try container.encode(report.finishedAt.description, forKey: .finishedAt)
        try container.encode(report.warnings, forKey: .warnings)
        try container.encode(report.findings.banners != nil, forKey: .bannersRead)
        try container.encode(request, forKey: .request)
        try container.encode(report.redefined, forKey: .redefined)
        try container.encode(hosts, forKey: .hosts)
        try encodeComparison(in: &container)
        if hosts.count == 1 { try CheckPortsJSON(host: hosts[0], request: request).encode(to: encoder) }
    }

    private func encodeComparison(in container: inout KeyedEncodingContainer<CodingKeys>) throws {
        guard let comparison = report.comparison else {
            try container.encodeNil(forKey: .baseline)
            return
        }
        var (version, run) = (comparison.baselineVersion, Int64?.none)
        switch comparison.reference {
        case .run(let found): run = found.id
        case .derived(let baseline): version = baseline.version
        }
        let reference = ReferenceJSON(
            version: version, run: run,
            digest: comparison.reference.digest.description)
        try container.encode(reference, forKey: .baseline)
        let rows = DriftJSON.rows(
            comparison.drift, evidence: report.findings.evidence, selection: report.request.ports, counted: counted)
        try container.encode(rows, forKey: .drift)
    }
}

/// The keys of check_ports.py, with the meanings that it meant.
private struct CheckPortsJSON: Encodable {
    let host: HostJSON
    let request: RequestJSON

    private enum CodingKeys: String, CodingKey {
        case servicesRequested = "services_requested"
        case servicePorts = "service_ports"
        case explicitPorts = "explicit_ports"
        case allPorts = "all_ports"
        case serviceMap = "service_map"
    }

    func encode(to encoder: any Encoder) throws {
        try host.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(request.servicesRequested, forKey: .servicesRequested)
        try container.encode(request.servicePorts, forKey: .servicePorts)
        try container.encode(request.explicitPorts, forKey: .explicitPorts)
        try container.encode(request.allPorts, forKey: .allPorts)
        try container.encode(request.serviceMap, forKey: .serviceMap)
    }
}

/// `portbase check --json` when nothing could be found out.
struct UnknownJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let verdict = VerdictLevel.unknown.rawValue
    let exitStatus = Ending.verdict(.unknown).exitCode(in: .plugin)
    let message: String

    enum CodingKeys: String, CodingKey {
        case verdict, message
        case schemaVersion = "schema_version"
        case exitStatus = "exit_status"
    }
}
