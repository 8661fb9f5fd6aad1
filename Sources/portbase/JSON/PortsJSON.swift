import PortCore

/// `portbase check --explain-ports --json`.
struct PortsJSON: Encodable {
    let schemaVersion = JSONOutput.schemaVersion
    let tokens: [Token]
    let servicePorts: String
    let explicitPorts: String
    let allPorts: String
    let portCount: Int

    /// One token; sets of ports are texts such as `22,8000-8010`.
    struct Token: Encodable {
        let option: String
        let token: String
        /// `number`, `range` or `service`.
        let meaning: String
        let table: String?
        let ports: String
        let repeated: String
    }

    init(_ report: PortsReport) {
        tokens = report.rows.map { row in
            let meaning =
                switch row.token.meaning {
                case .service: "service"
                case .numbers(let range): range.count == 1 ? "number" : "range"
                }
            return Token(
                option: row.option, token: row.token.token, meaning: meaning,
                table: meaning == "service" ? report.table : nil, ports: row.token.ports.text,
                repeated: row.token.repeated.text)
        }
        servicePorts = report.selection.fromServices.text
        explicitPorts = report.selection.explicit.text
        allPorts = report.selection.all.text
        portCount = report.selection.all.count
    }

    enum CodingKeys: String, CodingKey {
        case tokens
        case schemaVersion = "schema_version"
        case servicePorts = "service_ports"
        case explicitPorts = "explicit_ports"
        case allPorts = "all_ports"
        case portCount = "port_count"
    }
}
