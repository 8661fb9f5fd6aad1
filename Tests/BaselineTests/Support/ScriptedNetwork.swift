import PortCore

@testable import Baseline

/// A network of a script: what each look finds at each endpoint. The last look stays.
final class ScriptedNetwork {
    /// Where names lead; a name that is not here leads nowhere.
    var names: [String: String] = [:]
    /// What the resolver says instead, time by time, before that; `nil` where it cannot say.
    var answers: [[String: String]?] = []
    /// The names that were asked for, time by time.
    private(set) var asked: [[String]] = []
    /// For each look, what is found at `host:port`, or at `host:port@address` alone; anything else is refused.
    var looks: [[String: Reason]]
    /// What was probed, look by look, as `host:ports`.
    private(set) var probed: [[String]] = []
    /// The budget of an endpoint, look by look.
    private(set) var budgets: [Int] = []
    /// How long was waited before further looks, in milliseconds.
    private(set) var pauses: [Int] = []
    /// What is said at `host:port`.
    var says: [String: Banner] = [:]
    /// What was asked for banners, time by time, as `host:open ports`.
    private(set) var heard: [[String]] = []
    /// What hearing fails with, if it does.
    var deafness: BannerError?
    private var clock = minute(0).milliseconds
    /// How long each look takes, in milliseconds.
    var lookTime = 0
    private var uptime = 1_000_000

    init(_ looks: [String: Reason]...) {
        self.looks = looks
    }

    /// A checker that sees this network and records in `database`. Its clock goes on by a second each time.
    func checker(_ database: String, cancellation: Cancellation = Cancellation()) -> Checker {
        Checker(
            Checker.Environment(
                databasePath: database, context: { context(limits: $0) }, cancellation: cancellation,
                clock: {
                    self.clock += 1000
                    return Timestamp(milliseconds: self.clock)
                },
                uptime: { self.uptime }, plan: plan, probe: probe,
                pause: {
                    self.pauses.append($0)
                    self.uptime += $0
                }, banners: banners))
    }

    private func plan(_ request: CheckRequest) throws -> ProbePlan {
        var names: [String: String]? = names
        if !request.targets.names.isEmpty {
            asked.append(request.targets.names)
            if !answers.isEmpty { names = answers.removeFirst() }
        }
        guard let names else { throw ResolverError.undecided(name: request.targets.names[0], reason: "no server") }
        let items = request.targets.hosts.map { host in
            let address: IPAddress? =
                switch host {
                case .address(let literal): literal
                case .name(let name): names[name].flatMap { IPAddress($0) }
                }
            return ProbePlan.Item(host: host, address: address, ports: request.ports.all)
        }
        return ProbePlan(items: items, timing: request.timing, limits: request.limits)
    }

    private func banners(_ results: [HostResult], _ request: CheckRequest) throws -> [Host: HostBanners] {
        if let deafness { throw deafness }
        let open = results.map { result in
            (result.host, Array(zip(result.ports.values, result.outcomes).filter { $1.state == .open }.map(\.0)))
        }
        heard.append(open.filter { !$1.isEmpty }.map { "\($0):\(PortSet(values: $1).text)" })
        return Dictionary(
            uniqueKeysWithValues: open.map { host, ports in
                (
                    host,
                    Dictionary(
                        uniqueKeysWithValues: ports.compactMap { port in says["\(host):\(port)"].map { (port, $0) } })
                )
            })
    }

    private func probe(_ plan: ProbePlan) -> [HostResult] {
        let look = looks[min(probed.count, looks.count - 1)]
        probed.append(plan.items.map { "\($0.host):\($0.ports.text)" })
        budgets.append(plan.timing.timeoutMilliseconds)
        uptime += lookTime
        return plan.items.map { item in
            let outcomes = item.ports.values.map { port in
                let here = look["\(item.host):\(port)@\(item.address.map { "\($0)" } ?? "")"]
                let reason = item.address == nil ? .nameUnresolved : here ?? look["\(item.host):\(port)"] ?? .refused
                return Outcome(reason: reason, elapsedMicroseconds: 100)
            }
            return HostResult(host: item.host, address: item.address, ports: item.ports, outcomes: outcomes)
        }
    }
}

/// The parts of a request as flags give them.
func parts(_ targets: [String], ports: String = "", services: [String] = [], timeout: Int? = nil) throws -> RequestParts
{
    var parts = RequestParts()
    let request = try request(targets, ports: ports, services: services)
    parts.targets = request.targets
    parts.ports = request.ports
    parts.timeoutMilliseconds = timeout
    return parts
}

/// An order to check `parts`, under `name` if there is one.
func order(_ name: String? = nil, _ parts: RequestParts = RequestParts()) -> CheckOrder {
    var order = CheckOrder()
    order.name = name.map { CheckName($0)! }
    order.parts = parts
    return order
}
