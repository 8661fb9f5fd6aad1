import PortCore

@testable import Baseline

/// A port set from its canonical text; empty for the empty text.
func ports(_ text: String) -> PortSet {
    text.isEmpty ? PortSet() : PortSet(canonical: text)!
}

/// What a run found at one host: each reason with the ports that have it.
func found(_ host: String, at address: String? = nil, _ reasons: KeyValuePairs<Reason, String>) -> HostResult {
    found(Host(host)!, at: address.map { IPAddress($0)! }, reasons.map { ($0.key, ports($0.value)) })
}

/// The same from values. A host that is an address was probed at that address.
func found(_ host: Host, at address: IPAddress?, _ sets: [(reason: Reason, ports: PortSet)]) -> HostResult {
    let scope = sets.reduce(PortSet()) { $0.union($1.ports) }
    let shares = sets.flatMap { share in share.ports.ranges.map { (ports: $0, reason: share.reason) } }
    let outcomes = shares.sorted { $0.ports.lowerBound < $1.ports.lowerBound }.flatMap { share in
        share.ports.map { Outcome(reason: share.reason, elapsedMicroseconds: UInt32($0)) }
    }
    var probed = address
    if case .address(let literal) = host { probed = literal }
    return HostResult(host: host, address: probed, ports: scope, outcomes: outcomes)
}

/// States from the canonical texts of their ports.
func states(open: String = "", closed: String = "", filtered: String = "") -> PortStates {
    var states = PortStates()
    states[.open] = ports(open)
    states[.closed] = ports(closed)
    states[.filtered] = ports(filtered)
    return states
}

func entry(_ host: String, at address: String? = nil, _ states: PortStates) -> Snapshot.Entry {
    Snapshot.Entry(host: Host(host)!, address: address.map { IPAddress($0)! }, states: states)
}

/// A request by number; services are looked up in a table of three.
func request(
    _ targets: [String] = ["192.0.2.1"], ports: String = "22,80", services: [String] = [], timeout: Int = 2000,
    limits: LoadLimits = LoadLimits()
) throws -> CheckRequest {
    let table = "ssh 22/tcp\nhttp 80/tcp www\nhttps 443/tcp\n"
    return try CheckRequest(
        targets: TargetSet(parsing: targets),
        ports: PortSelection(ports: [ports], services: services) { () throws(PortError) in
            try ServiceTable(text: table, path: "services")
        },
        timing: Timing(timeoutMilliseconds: timeout), limits: limits)
}

/// 2026-05-03T12:00:00Z and so many minutes.
func minute(_ minutes: Int) -> Timestamp {
    Timestamp(milliseconds: 1_777_809_600_000 + Int64(minutes) * 60_000)
}

func context(user: String = "op", limits: LoadLimits = LoadLimits()) -> RunContext {
    RunContext(vantage: "probe1", user: user, version: "0.1.0", limits: limits)
}

/// A run that began in minute `at` and took a second.
func draft(
    _ name: String, _ results: [HostResult], at start: Int = 0, request asked: CheckRequest? = nil,
    redefines: Bool = false, banners: [Host: HostBanners]? = nil
) throws -> RunDraft {
    RunDraft(
        check: CheckName(name)!, request: try asked ?? request(), redefines: redefines, startedAt: minute(start),
        finishedAt: Timestamp(milliseconds: minute(start).milliseconds + 1000), context: context(),
        results: results, banners: banners)
}

func acceptance(
    _ reason: String = "release 4.2", at time: Int = 0, ticket: String? = nil, person: String? = nil
) -> Acceptance {
    Acceptance(
        recordedAt: minute(time), vantage: "probe1", user: "op", person: person, reason: reason, ticket: ticket)
}
