import PortCore

/// Looks again, apart from the crowd, at exactly what is not as expected: nobody is told of a drift that later looks do
/// not confirm.
struct Confirmation {
    private let plan: ProbePlan
    private let first: [HostResult]
    /// What every look found at the endpoints that were looked at again, in order.
    private var looks: [Host: [UInt16: [Outcome]]] = [:]

    /// - Parameter first: what the first look found, at every endpoint of `plan`.
    init(_ plan: ProbePlan, first: [HostResult]) {
        self.plan = plan
        self.first = first
    }

    /// How long to wait before look number `number`, from 1: three times as long each time, at most 10 s.
    static func pauseMilliseconds(before number: Int) -> Int {
        (1..<max(1, number)).reduce(200) { pause, _ in min(10_000, pause * 3) }
    }

    /// The part of the plan whose states differ from `expected` after all looks so far; `nil` when none does.
    func next(expecting expected: Snapshot) -> ProbePlan? {
        let drift = Drift(from: expected, to: Snapshot(results))
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

    /// Takes in what another look found.
    mutating func add(_ look: [HostResult]) {
        let before = Dictionary(uniqueKeysWithValues: first.map { ($0.host, $0) })
        for result in look {
            for (port, outcome) in zip(result.ports.values, result.outcomes) {
                let earlier = looks[result.host]?[port] ?? before[result.host]?.outcome(at: port).map { [$0] } ?? []
                looks[result.host, default: [:]][port] = earlier + [outcome]
            }
        }
    }

    /// What all looks together say.
    var results: [HostResult] {
        first.map { result in
            guard let again = looks[result.host] else { return result }
            let outcomes = zip(result.ports.values, result.outcomes).map { port, outcome in
                again[port].map(Self.held) ?? outcome
            }
            return HostResult(
                host: result.host, address: result.address, ports: result.ports, outcomes: outcomes,
                steps: result.steps)
        }
    }

    /// The rule of answers: an answer beats silence, and of two answers the later one holds.
    static func held(_ outcomes: [Outcome]) -> Outcome {
        guard var held = outcomes.last(where: { $0.state != .filtered }) ?? outcomes.last else {
            preconditionFailure("asked only for endpoints that were looked at")
        }
        let state = held.state
        held.looks = UInt8(clamping: outcomes.count)
        held.dissent = UInt8(clamping: outcomes.count { $0.state != state })
        return held
    }
}
