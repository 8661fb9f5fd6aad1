/// Exactly what a run probes: hosts in host order, each with its address and ports.
public struct ProbePlan: Sendable {
    /// One host of the plan.
    public struct Item: Sendable {
        /// What the operator named.
        public let host: Host
        /// Where the host is probed; `nil` for a name that leads nowhere.
        public let address: IPAddress?
        /// The ports to probe: all of the request, or at a second look those in doubt.
        public let ports: PortSet

        /// For a host that is an address, `address` is that address.
        public init(host: Host, address: IPAddress?, ports: PortSet) {
            self.host = host
            self.address = address
            self.ports = ports
        }
    }

    /// The hosts in host order, each once.
    public let items: [Item]
    /// The budget and the retries of each endpoint.
    public let timing: Timing
    /// How hard the run may press.
    public let limits: LoadLimits

    /// Excluded names that lead nowhere, so that no address was left out for them.
    public let idleExclusions: [String]

    /// A plan of `items` as they are, with no name left to resolve.
    public init(
        items: [Item], timing: Timing, limits: LoadLimits = LoadLimits(), idleExclusions: [String] = []
    ) {
        self.items = items
        self.timing = timing
        self.limits = limits
        self.idleExclusions = idleExclusions
    }

    /// The plan of `request`, its names resolved side by side, each once; excluded names, too, of which no address is
    /// probed.
    ///
    /// - Throws: `ResolverError` when the resolver cannot say, a name leads only to excluded addresses, or nothing is
    ///   left.
    public init(
        _ request: CheckRequest, resolver: Resolver, cancellation: Cancellation
    ) throws(ResolverError) {
        // Of a name to exclude every address counts.
        let exclusions = try resolver.resolve(
            request.excluded.names, request.family, cancellation, isUsable: { _ in false })
        let excluded = request.excluded.adding(exclusions.values.flatMap { $0 })
        let targets = request.targets.subtracting(excluded)
        guard !targets.isEmpty else { throw .nothingLeft }
        // A name server that leads a name to 0.0.0.0 or :: says that it leads nowhere.
        let isUsable: @Sendable (IPAddress) -> Bool = { $0.isUnicast && !excluded.contains($0) }
        let addresses = try resolver.resolve(targets.names, request.family, cancellation, isUsable: isUsable)
        let ports = request.ports.all
        var items: [Item] = []
        for host in targets.hosts {
            var address: IPAddress?
            switch host {
            case .address(let literal): address = literal
            case .name(let name):
                let candidates = addresses[name, default: []].filter(\.isUnicast).sorted()
                address = candidates.first(where: isUsable)
                if address == nil, let first = candidates.first { throw .excluded(name: name, address: first) }
            }
            items.append(Item(host: host, address: address, ports: ports))
        }
        self.init(
            items: items, timing: request.timing, limits: request.limits,
            idleExclusions: request.excluded.names.filter { !exclusions[$0, default: []].contains(where: \.isUnicast) })
    }

    /// How many endpoints the plan has.
    public var endpointCount: Int { items.reduce(0) { $0 + $1.ports.count } }
}
