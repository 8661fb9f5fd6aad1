import Glibc
import Testing

@testable import PortCore

extension RealSockets {
    /// Each in a network namespace of its own, with routes and devices made for the test.
    @Suite("The prober and the routes", .enabled(if: NetworkNamespace.isAvailable, NetworkNamespace.need))
    struct RoutingTests {
        /// What probing `ports` of `address` gives, in a namespace that `script` has set up.
        private func probe(
            _ address: String, _ ports: PortSet = PortSet([2000...2002]), timeout: Int = 1000, after script: String
        ) throws -> (result: HostResult, milliseconds: Double) {
            try NetworkNamespace.run(script) {
                let plan = try plan([(address, ports)], timeout: timeout)
                var results: [HostResult] = []
                let time = try milliseconds { results = try PortCoreTests.probe(plan) }
                return (try #require(results.first), time)
            }
        }

        /// A network on a link whose other end throws everything away, as a hub without hosts would.
        private static let network = """
            ip link set lo up
            ip link add d0 type veth peer name d1
            ip addr add 10.9.0.1/24 dev d0
            ip addr add 2001:db8:9::1/64 dev d0 nodad
            ip link set d0 up
            ip link set d1 up
            ip neigh add 10.9.0.7 lladdr 02:00:00:00:00:07 dev d0 nud permanent
            ip neigh add 2001:db8:9::7 lladdr 02:00:00:00:00:07 dev d0 nud permanent

            """

        @Test("fails when the machine has no route to a host", arguments: ["192.0.2.1", "2001:db8::1"])
        func noRoute(address: String) throws {
            let host = try #require(Host(address))
            let error = #expect(throws: ProbeError.noRoute(host: host, code: ENETUNREACH)) {
                try probe(address, after: "ip link set lo up")
            }
            #expect(
                error?.description
                    == "No way from this machine to '\(address)': Network is unreachable. Nothing was recorded.")
        }

        @Test("fails at an unreachable route of this machine", arguments: ["192.0.2.1", "2001:db8::1"])
        func unreachableRoute(address: String) throws {
            let host = try #require(Host(address))
            #expect(throws: ProbeError.noRoute(host: host, code: EHOSTUNREACH)) {
                try probe(address, after: "\(Self.network)ip route add unreachable \(address)")
            }
        }

        @Test("says prohibited when a local route forbids the packet", arguments: ["192.0.2.1", "2001:db8::1"])
        func prohibited(address: String) throws {
            let (result, _) = try probe(address, after: "\(Self.network)ip route add prohibit \(address)")
            #expect(result.portsByReason == [.prohibited: "2000-2002"])
        }

        @Test("knows the broadcast address of a local network for what it is")
        func broadcast() throws {
            let (result, _) = try probe("10.9.0.255", after: Self.network)
            #expect(result.portsByReason == [.broadcast: "2000-2002"])
            #expect(result.outcomes.allSatisfy { $0.state == .filtered })
        }

        @Test("says timeout of a host behind a link that loses everything", arguments: ["10.9.0.7", "2001:db8:9::7"])
        func silentHost(address: String) throws {
            let (result, _) = try probe(address, timeout: 300, after: Self.network)
            #expect(result.portsByReason == [.timeout: "2000-2002"])
        }

        @Test("spends about one timeout on 1,000 ports of a silent host, though its first probe goes alone")
        func thousandSilentPorts() throws {
            let (result, time) = try probe("10.9.0.7", PortSet([2001...3000]), timeout: 1500, after: Self.network)
            #expect(result.portsByReason == [.timeout: "2001-3000"])
            #expect(time >= 1499 && time < 2250)
        }

        @Test(
            "says host-unreachable when the neighbour does not answer",
            arguments: [
                ("10.9.0.8", "ipv4"), ("2001:db8:9::8", "ipv6"),
            ])
        func deadNeighbour(address: String, family: String) throws {
            // The kernel asks three times, by default once a second.
            let script = Self.network + "echo 50 > /proc/sys/net/\(family)/neigh/d0/retrans_time_ms"
            let (result, _) = try probe(address, timeout: 3000, after: script)
            #expect(result.portsByReason == [.hostUnreachable: "2000-2002"])
        }

        @Test(
            "probes a host that is this machine under another address of its own",
            arguments: ["10.9.0.1", "2001:db8:9::1"])
        func ownAddress(address: String) throws {
            let ports = PortSet([2000...2200, 40000...40200])
            let result = try NetworkNamespace.run(Self.network) {
                let listeners = [try Listener(address, port: 2100), try Listener(address, port: 40100)]
                let results = try PortCoreTests.probe(plan([(address, ports)]))
                withExtendedLifetime(listeners) {}
                return try #require(results.first)
            }
            #expect(result.ports { $0 == .connected }.text == "2100,40100")
            #expect(result.ports { $0 == .refused }.count == 400)
        }

        /// Behind a gateway, whose link-layer address is told some 10 ms late, every address of 10.99.0.0/16 refuses.
        private static let lateGateway = """
            unshare -n sh -c '
                until ip link set d1 up; do sleep 0.01; done
                ip link set lo up
                ip addr add 10.98.0.3/24 dev d1
                ip link add x0 type veth peer name x1
                ip link set x0 up
                ip link set x1 up
                ip route add 10.98.0.2 dev x0
                ip neigh add proxy 10.98.0.2 dev d1
                echo 8 > /proc/sys/net/ipv4/neigh/d1/proxy_delay
                echo 1 > /proc/sys/net/ipv4/ip_forward
                ip route add local 10.99.0.0/16 dev lo
                echo ready
                exec sleep 15 > /dev/null
            ' 2> /dev/null > /tmp/portbase-gateway-$$ &
            ip link set lo up
            ip link add d0 type veth peer name d1
            ip addr add 10.98.0.1/24 dev d0
            ip link set d0 up
            ip link set d1 netns $!
            ip route add 10.99.0.0/16 via 10.98.0.2
            until grep -q ready /tmp/portbase-gateway-$$; do sleep 0.01; done
            rm /tmp/portbase-gateway-$$
            """

        @Test("floods no gateway whose link-layer address is not known yet with the first probes to hosts behind it")
        func lateGateway() throws {
            let results = try NetworkNamespace.run(Self.lateGateway) {
                let hosts = (0..<1000).map { ("10.99.\($0 / 250).\($0 % 250 + 1)", PortSet([2000...2000])) }
                return try PortCoreTests.probe(plan(hosts, timeout: 900, retries: 0))
            }
            #expect(results.filter { $0.outcomes.map(\.reason) == [.refused] }.count == 1000)
        }

        @Test("keeps to the rate with its retries, too")
        func rateOfRetries() throws {
            let time = try NetworkNamespace.run(Self.network) {
                let plan = try plan(
                    [("10.9.0.7", PortSet([2001...2060]))], timeout: 700, retries: 4, limits: LoadLimits(rate: 100))
                return try milliseconds {
                    let results = try PortCoreTests.probe(plan)
                    #expect(results.first?.portsByReason == [.timeout: "2001-2060"])
                }
            }
            // Two attempts each, and the last of them waits half a second.
            #expect(time > Double(2 * 60 - 4) * 10 + 450)
        }

        @Test("says so when the machine has no port to probe from but the one to be probed")
        func onlyPortIsItsOwn() throws {
            let script = "ip link set lo up; echo 40000 40000 > /proc/sys/net/ipv4/ip_local_port_range"
            #expect(throws: ProbeError.noProgress(code: EADDRNOTAVAIL)) {
                try probe("127.0.0.1", PortSet([40000...40000]), after: script)
            }
        }

        @Test("fails as a whole when one of its hosts has no route")
        func oneWithoutRoute() throws {
            let host = try #require(Host("192.0.2.1"))
            #expect(throws: ProbeError.noRoute(host: host, code: ENETUNREACH)) {
                try NetworkNamespace.run("ip link set lo up") {
                    let ports = PortSet([2000...2010])
                    _ = try PortCoreTests.probe(plan([("127.0.0.1", ports), ("192.0.2.1", ports)]))
                }
            }
        }
    }
}
