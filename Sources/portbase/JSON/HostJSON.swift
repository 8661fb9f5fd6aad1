import Baseline
import PortCore

/// One endpoint of a host.
struct ResultJSON: Encodable {
    let port: UInt16
    let state: String
    let reason: String
    /// The word of check_ports.py.
    let status: String
    /// The service name by which the port was asked; left out for a port asked by number only.
    let service: String?
    /// From the first SYN to the answer; left out where there was none, and for runs of the past.
    let connectMilliseconds: Double?
    /// What the service said; left out where it said nothing or was not asked.
    let banner: BannerJSON?
    /// Absent where all looks agreed, and the last runs do not call the port unstable.
    let unstable: UnstableJSON?

    /// How many looks showed another state than the one that holds.
    struct UnstableJSON: Encodable {
        let dissent: Int
        let looks: Int
        /// Absent where the last runs do not call the port unstable, and for runs of the past.
        let runs: RunsJSON?

        init?(_ looks: Instability?, _ flips: Flips?) {
            guard looks != nil || flips != nil else { return nil }
            dissent = looks?.dissent ?? 0
            self.looks = looks?.looks ?? 1
            runs = flips.map(RunsJSON.init)
        }
    }

    /// What the last runs showed at a port that flips by itself.
    struct RunsJSON: Encodable {
        let count: Int
        let open: Int
        let closed: Int
        let filtered: Int
        /// In how many of them not all looks agreed.
        let unstable: Int
        /// Whether the run before did not know it yet.
        let new: Bool

        init(_ flips: Flips) {
            count = flips.runs
            open = flips.states[.open, default: 0]
            closed = flips.states[.closed, default: 0]
            filtered = flips.states[.filtered, default: 0]
            unstable = flips.unstableRuns
            new = flips.isNew
        }
    }

    enum CodingKeys: String, CodingKey {
        case port, state, reason, status, service, banner, unstable
        case connectMilliseconds = "connect_ms"
    }
}

/// One host with all its endpoints, in order of ports.
struct HostJSON: Encodable {
    let host: String
    let address: String?
    let results: [ResultJSON]
    let openPorts: [UInt16]
    let closedPorts: [UInt16]
    let filteredPorts: [UInt16]
    let timeoutPorts: [UInt16]
    let unreachablePorts: [UInt16]

    /// - Parameters:
    ///   - times: the result of the same host, for how long its answers took.
    ///   - flips: the ports of the host that flip by themselves.
    ///   - hidesOpen: whether open ports are left out of the results, unless they are unstable.
    init(
        _ entry: Snapshot.Entry, _ findings: Findings, _ selection: PortSelection, times: HostResult? = nil,
        flips: [Flips] = [], hidesOpen: Bool = false
    ) {
        host = entry.host.description
        if case .address(let address) = entry.host {
            self.address = address.description
        } else {
            address = entry.address?.description
        }
        let unstable = findings.evidence[entry.host]?.unstable ?? []
        let results = findings.reasons(at: entry)
            .flatMap { found in found.ports.values.map { (port: $0, reason: found.reason) } }
            .sorted { $0.port < $1.port }
            .enumerated().map { index, found in
                let elapsed = found.reason.state == .filtered ? nil : times?.outcomes[index].elapsedMicroseconds
                return ResultJSON(
                    port: found.port, state: found.reason.state.rawValue, reason: found.reason.rawValue,
                    status: found.reason.status, service: selection.service(of: found.port),
                    connectMilliseconds: elapsed.map { Double($0) / 1000 },
                    banner: findings.banners?[entry.host]?[found.port].map(BannerJSON.init),
                    unstable: .init(
                        unstable.first { $0.ports.contains(found.port) },
                        flips.first { $0.ports.contains(found.port) }))
            }
        self.results =
            hidesOpen
            ? results.filter { $0.state != PortState.open.rawValue || $0.unstable != nil } : results
        openPorts = Array(entry.states[.open].values)
        closedPorts = Array(entry.states[.closed].values)
        filteredPorts = Array(entry.states[.filtered].values)
        timeoutPorts = results.filter { $0.status == "timeout" }.map(\.port)
        unreachablePorts = results.filter { $0.status == "unreachable" }.map(\.port)
    }

    enum CodingKeys: String, CodingKey {
        case host, address, results
        case openPorts = "open_ports"
        case closedPorts = "closed_ports"
        case filteredPorts = "filtered_ports"
        case timeoutPorts = "timeout_ports"
        case unreachablePorts = "unreachable_ports"
    }
}

/// What was asked, with ports by number and by service name kept apart.
struct RequestJSON: Encodable {
    let targets: [String]
    let excluded: [String]
    let servicesRequested: [String]
    let servicePorts: [UInt16]
    let explicitPorts: [UInt16]
    let allPorts: [UInt16]
    let serviceMap: [String: [UInt16]]
    let timeoutSeconds: Double
    let retries: Int
    let confirmations: Int
    let confirmForSeconds: Double

    init(_ request: CheckRequest) {
        targets = request.targets.tokens
        excluded = request.excluded.tokens
        servicesRequested = request.ports.services.map(\.name)
        servicePorts = Array(request.ports.fromServices.values)
        explicitPorts = Array(request.ports.explicit.values)
        allPorts = Array(request.ports.all.values)
        let services = request.ports.services.map { ($0.name, Array($0.ports.values)) }
        serviceMap = Dictionary(services) { first, _ in first }
        timeoutSeconds = Double(request.timing.timeoutMilliseconds) / 1000
        retries = request.timing.retries
        confirmations = request.timing.confirmations
        confirmForSeconds = Double(request.timing.confirmationMilliseconds) / 1000
    }

    enum CodingKeys: String, CodingKey {
        case targets, excluded, retries, confirmations
        case servicesRequested = "services_requested"
        case servicePorts = "service_ports"
        case explicitPorts = "explicit_ports"
        case allPorts = "all_ports"
        case serviceMap = "service_map"
        case timeoutSeconds = "timeout_s"
        case confirmForSeconds = "confirm_for_s"
    }
}
