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

    /// A plan of `items` as they are, with no name left to resolve.
    public init(items: [Item], timing: Timing, limits: LoadLimits = LoadLimits()) {
        self.items = items
        self.timing = timing
        self.limits = limits
    }

    /// The plan of `request`, its names resolved side by side, each once.
    ///
    /// - Throws: `ResolverError` when the resolver cannot say, or a name leads only to excluded addresses.
    public init(
        _ request: CheckRequest, resolver: Resolver, cancellation: Cancellation
    ) throws(ResolverError) {
        // A name server that leads a name to 0.0.0.0 or :: says that it leads nowhere.
        let isUsable: @Sendable (IPAddress) -> Bool = { $0.isUnicast && !request.excluded.contains($0) }
        let addresses = try resolver.resolve(
            request.targets.names, request.family, cancellation, isUsable: isUsable)
        let ports = request.ports.all
        var items: [Item] = []
        for host in request.targets.hosts {
            var address: IPAddress?
            switch host {
            case .address(let literal): address = literal
            case .name(let name):
                let candidates = addresses[name, default: []].filter(\.isUnicast).sorted()
                address = candidates.first(where: isUsable)
                if address == nil, let excluded = candidates.first { throw .excluded(name: name, address: excluded) }
            }
            items.append(Item(host: host, address: address, ports: ports))
        }
        self.init(items: items, timing: request.timing, limits: request.limits)
    }

    /// How many endpoints the plan has.
    public var endpointCount: Int { items.reduce(0) { $0 + $1.ports.count } }
}
