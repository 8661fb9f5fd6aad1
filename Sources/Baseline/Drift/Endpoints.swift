public import PortCore

/// What an operator names of a drift: a host with all that differs there, or some of its ports.
public struct Endpoints: Hashable, Sendable, CustomStringConvertible {
    /// The host.
    public let host: Host
    /// `nil` for all that differs at the host, its address included.
    public let ports: PortSet?

    /// Names `ports` of `host`; `nil` for all that differs there.
    public init(_ host: Host, _ ports: PortSet?) {
        self.host = host
        self.ports = ports
    }

    /// Reads `web01:443`, `web01:8000-8010`, `[2001:db8::1]:22`, or a host alone, an IPv6 address with or without
    /// brackets; `nil` for anything else.
    public init?(_ text: String) {
        if let host = Host(text) {
            self.init(host, nil)
        } else if text.hasPrefix("["), text.hasSuffix("]"), let host = Host(text.dropFirst().dropLast()),
            host.endpoint("").hasPrefix("[")
        {
            self.init(host, nil)
        } else if let colon = text.lastIndex(of: ":"), let ports = PortSet(canonical: text[text.index(after: colon)...])
        {
            let name = text[..<colon]
            let isBracketed = name.hasPrefix("[") && name.hasSuffix("]")
            guard let host = Host(isBracketed ? name.dropFirst().dropLast() : name),
                isBracketed == (host.endpoint("").hasPrefix("["))
            else { return nil }
            self.init(host, ports)
        } else {
            return nil
        }
    }

    /// As it is read, and as a drift names it.
    public var description: String { ports.map { host.endpoint($0.text) } ?? "\(host)" }

    /// The forms, for messages.
    public static let grammar = "HOST, HOST:PORT, HOST:FIRST-LAST or [IPV6]:PORT"
}

extension Drift {
    /// Only what `endpoints` name, and those of them that are not in the drift.
    func only(_ endpoints: [Endpoints]) -> (drift: Drift, missing: [Endpoints]) {
        var taken: [HostDrift] = []
        var missing = endpoints.filter { endpoint in !hosts.contains { $0.host == endpoint.host } }
        for host in hosts {
            let mine = endpoints.filter { $0.host == host.host }
            guard !mine.isEmpty else { continue }
            let changed = host.changedPorts
            for named in mine {
                let absent = (named.ports ?? PortSet()).subtracting(changed)
                if !absent.isEmpty { missing.append(Endpoints(host.host, absent)) }
            }
            let isWhole = mine.contains { $0.ports == nil }
            taken.append(isWhole ? host : host.only(mine.reduce(PortSet()) { $0.union($1.ports ?? PortSet()) }))
        }
        return (Drift(hosts: taken), missing)
    }
}

extension HostDrift {
    fileprivate var changedPorts: PortSet { PortSet(changes.map(\.ports)) }

    /// The changes of `ports`. The address stays, unless the older snapshot had none; a host that left the scope stays
    /// as long as ports of it do.
    fileprivate func only(_ ports: PortSet) -> HostDrift {
        let taken = changes.flatMap { change in
            PortSet([change.ports]).intersection(ports).ranges.map {
                PortChange(ports: $0, from: change.from, to: change.to)
            }
        }
        let isPart = !changedPorts.subtracting(ports).isEmpty
        return HostDrift(
            host: host, wasScoped: wasScoped, isScoped: isScoped || isPart, oldAddress: oldAddress,
            newAddress: wasScoped ? oldAddress : newAddress, changes: taken, lostWhole: lostWhole && !isPart)
    }
}
