import PortCore

/// Probes again exactly what differs from the reference: nobody is told of a drift that a second look does not
/// confirm.
enum SecondLook {
    /// The part of `plan` whose states differ in `drift`; `nil` when none does.
    static func plan(_ plan: ProbePlan, at drift: Drift) -> ProbePlan? {
        let doubtful = Dictionary(
            uniqueKeysWithValues: drift.hosts.map { host in
                (host.host, PortSet(host.changes.filter { $0.from != nil && $0.to != nil }.map(\.ports)))
            })
        let items = plan.items.compactMap { item -> ProbePlan.Item? in
            guard item.address != nil, let ports = doubtful[item.host], !ports.isEmpty else { return nil }
            return ProbePlan.Item(host: item.host, address: item.address, ports: ports)
        }
        return items.isEmpty ? nil : ProbePlan(items: items, timing: plan.timing, limits: plan.limits)
    }

    /// What both looks together say: an answer beats silence, and of two answers the later one holds.
    static func merged(_ first: [HostResult], _ second: [HostResult]) -> [HostResult] {
        let again = Dictionary(uniqueKeysWithValues: second.map { ($0.host, $0) })
        return first.map { result in
            guard let later = again[result.host] else { return result }
            let outcomes = Dictionary(uniqueKeysWithValues: zip(later.ports.values, later.outcomes))
            let merged = zip(result.ports.values, result.outcomes).map { port, outcome in
                guard let second = outcomes[port] else { return outcome }
                return second.state == .filtered && outcome.state != .filtered ? outcome : second
            }
            return HostResult(host: result.host, address: result.address, ports: result.ports, outcomes: merged)
        }
    }
}
