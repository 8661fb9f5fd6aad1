import PortCore

/// Looks again, apart from the crowd, at exactly what is not as expected: nobody is told of a drift that later looks do
/// not confirm. Names that do not lead where they are expected to are asked for again, too.
struct Confirmation {
    private let expected: Snapshot
    private let expectedAddresses: [Host: IPAddress]
    private var plan: ProbePlan
    private let first: [HostResult]
    /// What every look found at the endpoints that were looked at again, in order; the first look, too, unless it was at
    /// another address.
    private var looks: [Host: [UInt16: [Outcome]]] = [:]
    /// The ports whose states differ after all looks so far.
    private var doubtful: [Host: PortSet] = [:]
    /// Every answer of the resolver for the names that were asked for again, in order.
    private var answers: [Host: [IPAddress?]] = [:]
    /// Names that lead to another address than when they were looked at last.
    private var moved: Set<Host> = []

    /// - Parameters:
    ///   - first: what the first look found, at every endpoint of `plan`.
    ///   - expected: what was last accepted, or else last seen.
    init(_ plan: ProbePlan, first: [HostResult], expecting expected: Snapshot) {
        self.plan = plan
        self.first = first
        self.expected = expected
        expectedAddresses = Dictionary(
            uniqueKeysWithValues: expected.entries.compactMap { entry in entry.address.map { (entry.host, $0) } })
        compare()
    }

    /// Whether all is as expected by now.
    var isOver: Bool { doubtful.isEmpty && names.isEmpty }

    /// The names that lead nowhere, or to an address of another family than expected, in host order.
    var names: [String] {
        plan.items.compactMap { item in
            guard case .name(let name) = item.host, let expected = expectedAddresses[item.host],
                item.address?.family != expected.family
            else { return nil }
            return name
        }
    }

    /// What to look at: the ports in doubt, and all of a host whose name leads elsewhere by now.
    func next(timeoutMilliseconds: Int) -> ProbePlan {
        let items = plan.items.compactMap { item -> ProbePlan.Item? in
            guard item.address != nil else { return nil }
            if moved.contains(item.host) { return item }
            return doubtful[item.host].map { ProbePlan.Item(host: item.host, address: item.address, ports: $0) }
        }
        var timing = plan.timing
        timing.timeoutMilliseconds = timeoutMilliseconds
        return ProbePlan(items: items, timing: timing, limits: plan.limits)
    }

    /// Takes in where `names` lead now. An address beats none, and one of the expected family any other.
    mutating func add(_ answer: ProbePlan) {
        let inDoubt = Set(names)
        let addresses = Dictionary(uniqueKeysWithValues: answer.items.map { ($0.host, $0.address) })
        var items = plan.items
        for (index, item) in items.enumerated() {
            guard case .name(let name) = item.host, inDoubt.contains(name), let address = addresses[item.host] else {
                continue
            }
            answers[item.host, default: [item.address]].append(address)
            guard let address, item.address == nil || address.family == expectedAddresses[item.host]?.family else {
                continue
            }
            items[index] = ProbePlan.Item(host: item.host, address: address, ports: item.ports)
            moved.insert(item.host)
            // What another machine showed says nothing of this one.
            if item.address != nil {
                looks[item.host] = Dictionary(uniqueKeysWithValues: item.ports.values.map { ($0, []) })
            }
        }
        plan = ProbePlan(items: items, timing: plan.timing, limits: plan.limits)
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
        moved = []
        compare()
    }

    /// What all looks together say.
    var results: [HostResult] {
        zip(plan.items, first).map { item, result in
            guard let again = looks[result.host] else { return result }
            let outcomes = zip(result.ports.values, result.outcomes).map { port, outcome in
                again[port].map(Self.held) ?? outcome
            }
            return HostResult(
                host: result.host, address: item.address, ports: result.ports, outcomes: outcomes,
                steps: result.steps)
        }
    }

    /// What the resolver did not always say of a name, a line each.
    var remarks: [String] {
        plan.items.compactMap { item in
            let all = answers[item.host, default: []]
            let others = all.count { $0 != item.address }
            guard others > 0, let address = item.address else { return nil }
            return "\(others) of \(all.count) answers for '\(item.host)' did not lead to \(address), which was probed."
        }
    }

    private mutating func compare() {
        let drift = Drift(from: expected, to: Snapshot(results))
        let addresses = Dictionary(uniqueKeysWithValues: plan.items.map { ($0.host, $0.address) })
        doubtful = [:]
        for host in drift.hosts where addresses[host.host, default: nil] != nil {
            let ports = PortSet(host.changes.filter { $0.from != nil && $0.to != nil }.map(\.ports))
            if !ports.isEmpty { doubtful[host.host] = ports }
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
