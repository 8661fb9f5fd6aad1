import Glibc
import Synchronization

/// Probes every endpoint of a plan by TCP connect.
public enum Prober {
    /// Carries out `plan`.
    ///
    /// - Parameters:
    ///   - cancellation: looked at ten times a second.
    ///   - isTraced: whether each outcome keeps the steps of its probe.
    ///   - progress: called about ten times a second from the calling thread.
    /// - Returns: the results in the plan's order, whatever the order of the answers.
    /// - Throws: `ProbeError` when the plan could not be carried out as a whole.
    public static func run(
        _ plan: ProbePlan, cancellation: Cancellation, isTraced: Bool = false,
        progress: (ProbeProgress) -> Void = { _ in }
    ) throws(ProbeError) -> [HostResult] {
        let reachable = plan.items.filter { $0.address != nil }
        let workers = workerCount(plan)
        let settings = settings(plan.limits, plan.timing, workers: workers, isTraced: isTraced)
        let control = RunControl(
            cancellation: cancellation,
            parts: reachable.map { min(workers, $0.ports.count) },
            endpoints: reachable.reduce(0) { $0 + $1.ports.count },
            bound: bound(reachable, plan, window: settings.window * workers))
        let outcomes = try probe(reachable, settings, plan.limits, workers, control) {
            progress(control.progress)
        }
        return results(plan, outcomes, workers: workers)
    }

    /// How many milliseconds it takes at most if nothing answers: each endpoint its whole budget, as many at once as
    /// the windows let once they have grown, and each attempt its turn where a rate is given.
    private static func bound(_ items: [ProbePlan.Item], _ plan: ProbePlan, window: Int) -> Int {
        func shares(_ count: Int, _ size: Int) -> Int { (count + size - 1) / size }
        let largest = items.map(\.ports.count).max() ?? 0
        let all = items.reduce(0) { $0 + $1.ports.count }
        let (limits, attempts) = (plan.limits, plan.timing.retries + 1)
        let budgets = shares(all, window) + (limits.perHost.map { shares(largest, $0) } ?? 0)
        let seconds =
            (limits.rate.map { shares(all * attempts, $0) } ?? 0)
            + (limits.ratePerHost.map { shares(largest * attempts, $0) } ?? 0)
        return budgets * plan.timing.timeoutMilliseconds + seconds * 1000 + 2
            * SlowStart.longestMilliseconds(to: window)
    }

    /// Two threads pay off when there is much to probe and no way to share, whose pace each would find for itself; a limit
    /// of one a host cannot be shared.
    private static func workerCount(_ plan: ProbePlan) -> Int {
        let mayShare = plan.limits.parallelism > 1 && plan.limits.perHost != 1
        let isMuch = plan.endpointCount >= 4096 && plan.items.allSatisfy { $0.address?.isLoopback ?? true }
        return mayShare && isMuch && sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1 ? 2 : 1
    }

    /// What every worker found, by worker and host. The first worker runs on the calling thread.
    private static func probe(
        _ items: [ProbePlan.Item], _ settings: ProbeWorker.Settings, _ limits: LoadLimits, _ workers: Int,
        _ control: RunControl, tick: () -> Void
    ) throws(ProbeError) -> [[Lane.Findings]] {
        let ports = SharedPorts(items)
        let second = SharedState<Result<[Lane.Findings], ProbeError>>(.success([]))
        @Sendable func work(_ worker: Int, tick: () -> Void) -> Result<[Lane.Findings], ProbeError> {
            Result { () throws(ProbeError) in
                do throws(ProbeError) {
                    let ways = ports.ways(items, worker, of: workers, limits, settings)
                    let numbers = ways.map { way in way.laneIndices.map { way[$0].number } }
                    var prober = try ProbeWorker(ways: ways, settings: settings, control: control)
                    let found = zip(numbers.joined(), try prober.run(tick: tick).joined())
                    return found.sorted { $0.0 < $1.0 }.map(\.1)
                } catch {
                    control.fail()
                    throw error
                }
            }
        }
        guard workers == 2 else { return [try work(0, tick: tick).get()] }
        DescriptorLimit.makeRoom(for: min(2 * settings.window, ports.count))
        let thread = PosixThread.start {
            let result = work(1, tick: {})
            second.value.withLock { $0 = result }
        }
        let first = work(0, tick: tick)
        if let thread { thread.join() } else { second.value.withLock { $0 = work(1, tick: {}) } }
        return [try first.get(), try second.value.withLock { $0 }.get()]
    }

    private static func settings(
        _ limits: LoadLimits, _ timing: Timing, workers: Int, isTraced: Bool
    ) -> ProbeWorker.Settings {
        let sockets = DescriptorLimit.raised()
        return ProbeWorker.Settings(
            window: max(1, min(limits.parallelism, sockets) / workers), sockets: max(1, sockets / workers),
            rate: limits.rate.map { Double($0) / Double(workers) },
            schedule: AttemptSchedule(
                budget: UInt64(timing.timeoutMilliseconds) * 1_000_000, attempts: timing.retries + 1),
            patience: UInt64(max(timing.timeoutMilliseconds, 5000)) * 1_000_000, isTraced: isTraced)
    }

    private static func results(
        _ plan: ProbePlan, _ findings: [[Lane.Findings]], workers: Int
    ) -> [HostResult] {
        var reached = 0
        return plan.items.map { item in
            let found: [Outcome]
            var steps: [UInt16: [ProbeStep]] = [:]
            if item.address == nil {
                found = Array(repeating: Outcome(reason: .nameUnresolved), count: item.ports.count)
            } else {
                found = (0..<item.ports.count).map { index in
                    findings[Share.worker(of: index, lane: reached, workers)][reached].outcomes[index / workers]
                }
                steps = findings.reduce(into: [:]) { $0.merge($1[reached].steps) { first, _ in first } }
                reached += 1
            }
            return HostResult(host: item.host, address: item.address, ports: item.ports, outcomes: found, steps: steps)
        }
    }
}

/// Which worker probes which port. Each host begins with the next worker, so that also hosts of one port are shared.
enum Share {
    /// The index of the first port of lane `lane` that `worker` takes; the others follow in steps of `workers`.
    static func first(of worker: Int, lane: Int, _ workers: Int) -> Int { (worker + lane) % workers }

    /// The worker that takes the port at `index`.
    static func worker(of index: Int, lane: Int, _ workers: Int) -> Int {
        (index + workers - lane % workers) % workers
    }
}

/// The ports of each host as arrays, one array for all hosts that have the same ports.
private struct SharedPorts: Sendable {
    private var arrays: [PortSet: [UInt16]] = [:]
    /// How many endpoints there are.
    let count: Int

    init(_ items: [ProbePlan.Item]) {
        count = items.reduce(0) { $0 + $1.ports.count }
        for item in items where arrays[item.ports] == nil { arrays[item.ports] = Array(item.ports.values) }
    }

    func ways(
        _ items: [ProbePlan.Item], _ worker: Int, of workers: Int, _ limits: LoadLimits,
        _ settings: ProbeWorker.Settings
    ) -> [Way] {
        var lanes: [NextHop: [Lane]] = [:]
        let routes = Routes()
        for (number, item) in items.enumerated() {
            guard let address = item.address else { continue }
            let lane = Lane(
                number: number, host: item.host, address: address, ports: arrays[item.ports, default: []],
                first: Share.first(of: worker, lane: number, workers), stride: workers,
                perHost: limits.perHost.map { ($0 + (worker == 0 ? workers - 1 : 0)) / workers } ?? .max,
                pace: Pace(
                    rate: limits.ratePerHost.map { Double($0) / Double(workers) }, budget: settings.schedule.budget))
            lanes[address.isLoopback ? .loopback : routes.nextHop(to: address), default: []].append(lane)
        }
        let neighbours = NeighbourTable.capacity / workers
        return lanes.sorted { $0.value[0].number < $1.value[0].number }.map { hop, lanes in
            Way(
                lanes, window: settings.window, budget: settings.schedule.budget,
                neighbours: hop.isOwnLink ? neighbours : nil)
        }
    }
}

/// How many sockets the process may hold (getrlimit(2), RLIMIT_NOFILE).
enum DescriptorLimit {
    /// Kept for everything that is not a probe: the database, standard streams, epoll, the resolver.
    private static let reserve = 48

    /// Makes the kernel's table of descriptors as large as it will be. With two threads it waits for an RCU grace
    /// period, 10 to 20 ms, each time the table has to grow.
    static func makeRoom(for count: Int) {
        let highest = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, CInt(clamping: count + reserve / 2))
        if highest >= 0 { close(highest) }
    }

    /// Raises the soft limit to the hard one and returns how many sockets that leaves, at least 1.
    static func raised() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 256 }
        if limit.rlim_cur < limit.rlim_max {
            var wanted = limit
            wanted.rlim_cur = limit.rlim_max
            if setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &wanted) == 0 { limit = wanted }
        }
        return max(1, Int(clamping: limit.rlim_cur) - reserve)
    }
}
