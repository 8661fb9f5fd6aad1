import Glibc
import Testing

@testable import PortCore

extension RealSockets {
    /// Each in a network namespace of its own, with nftables rules on its loopback device.
    @Suite("The prober behind a firewall", .enabled(if: NetworkNamespace.isAvailable, NetworkNamespace.need))
    struct FirewallTests {
        /// Both families with their loopback address.
        static let loopbacks = ["127.0.0.1", "::1"]

        /// Probes `ports` of `address` with `rules` in force on the `hook`. Port 2000 listens, 2001 is closed.
        private func probe(
            _ address: String, _ ports: PortSet, timeout: Int = 2000, retries: Int = 1, hook: String = "input",
            rules: [String]
        ) throws -> (result: HostResult, milliseconds: Double) {
            let chain = "nft add chain inet t c '{ type filter hook \(hook) priority 0; }'"
            let script = ["ip link set lo up", "nft add table inet t", chain]
            let adding = rules.map { "nft add rule inet t c '\($0)'" }
            return try NetworkNamespace.run((script + adding).joined(separator: "; ")) {
                let listener = try Listener(address, port: 2000)
                let plan = try plan([(address, ports)], timeout: timeout, retries: retries)
                var results: [HostResult] = []
                let time = try milliseconds { results = try PortCoreTests.probe(plan) }
                withExtendedLifetime(listener) {}
                return (try #require(results.first), time)
            }
        }

        @Test("says timeout for a dropped port, and open and closed for the others", arguments: loopbacks)
        func drop(address: String) throws {
            let (result, _) = try probe(
                address, PortSet([2000...2010]), timeout: 500, rules: ["tcp dport 2005-2010 drop"])
            #expect(result.portsByReason == [.connected: "2000", .refused: "2001-2004", .timeout: "2005-2010"])
        }

        @Test("spends about one timeout on 1,000 dropped ports", arguments: loopbacks)
        func manyDropped(address: String) throws {
            let (result, time) = try probe(
                address, PortSet([2000...3000]), timeout: 1000, rules: ["tcp dport 2001-3000 drop"])
            #expect(result.portsByReason == [.connected: "2000", .timeout: "2001-3000"])
            #expect(time >= 999 && time < 1500)
        }

        @Test(
            "does not take an ICMP refusal for the host's own",
            arguments: loopbacks,
            [("port-unreachable", Reason.portUnreachable), ("admin-prohibited", .prohibited)])
        func reject(address: String, kind: (type: String, reason: Reason)) throws {
            let (result, _) = try probe(
                address, PortSet([2000...2005]), rules: ["tcp dport 2003-2005 reject with icmpx type \(kind.type)"])
            #expect(result.portsByReason == [.connected: "2000", .refused: "2001-2002", kind.reason: "2003-2005"])
        }

        @Test("hears of a reject within a short timeout", arguments: loopbacks, ["input", "output"])
        func rejectWithinShortTimeout(address: String, hook: String) throws {
            // A local error reaches the socket while its connect(2) still runs, and only its error queue tells.
            let (result, _) = try probe(
                address, PortSet([2000...2005]), timeout: 300, hook: hook,
                rules: ["tcp dport 2003-2005 reject with icmpx type port-unreachable"])
            #expect(result.portsByReason == [.connected: "2000", .refused: "2001-2002", .portUnreachable: "2003-2005"])
        }

        @Test("takes a RST for a refusal, whoever sent it", arguments: loopbacks)
        func rejectWithReset(address: String) throws {
            let (result, _) = try probe(
                address, PortSet([2000...2003]),
                rules: ["meta l4proto tcp tcp dport { 2000, 2003 } reject with tcp reset"])
            #expect(result.portsByReason == [.refused: "2000-2003"])
        }

        @Test("gives no verdict on a port whose packets never leave", arguments: loopbacks)
        func outputDrop(address: String) throws {
            let (result, _) = try probe(
                address, PortSet([2000...2003]), timeout: 500, hook: "output",
                rules: ["tcp dport { 2000, 2003 } drop"])
            #expect(result.portsByReason == [.refused: "2001-2002", .timeout: "2000,2003"])
        }

        @Test("probes again after silence, so that a lost SYN is no false timeout", arguments: loopbacks)
        func lostSYN(address: String) throws {
            // The first SYN of the endpoint is lost, every later one comes through.
            let (result, _) = try probe(
                address, PortSet([2000...2001]), timeout: 900, retries: 1,
                rules: [
                    "tcp dport 2000 tcp flags syn limit rate over 1/hour burst 1 packets accept",
                    "tcp dport 2000 tcp flags syn drop",
                ])
            #expect(result.portsByReason == [.connected: "2000", .refused: "2001"])
            #expect(try #require(result.outcomes.first).elapsedMicroseconds >= 50_000)
        }

        @Test("finds every port of a host that takes 200 SYNs a second", arguments: ["accept", "drop"])
        func limitedSYNs(others: String) throws {
            // 2000 is open, 2001 to 2050 are closed, and of the others nothing is heard, or all are closed.
            let (result, _) = try probe(
                "127.0.0.1", PortSet([2000...2400]), timeout: 1000, retries: 5,
                rules: [
                    "tcp flags & (syn | ack) == syn limit rate over 200/second drop",
                    "tcp dport 2051-2400 \(others)",
                ])
            let closed = others == "accept" ? "2001-2400" : "2001-2050"
            #expect(result.ports { $0 == .connected }.text == "2000")
            #expect(result.ports { $0 == .refused }.text == closed)
        }
    }
}
