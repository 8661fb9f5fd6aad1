import Testing

@testable import PortCore

extension RealSockets {
    /// Each in a network namespace of its own, whose loopback device loses packets in both directions.
    @Suite("The prober on a bad network", .enabled(if: NetworkNamespace.isAvailable, NetworkNamespace.need))
    struct LossTests {
        private static let ports = PortSet([2000...2999])

        /// Probes 1,000 ports of 127.0.0.1, of which 2000 to 2009 listen, with `rules` in force.
        private func probe(
            timeout: Int = 2000, limits: LoadLimits = LoadLimits(), rules: [String]
        ) throws -> (result: HostResult, milliseconds: Double) {
            let chain = "nft add chain inet t c '{ type filter hook input priority 0; }'"
            let adding = rules.map { "nft add rule inet t c '\($0)'" }
            let script = ["ip link set lo up", "nft add table inet t", chain] + adding
            return try NetworkNamespace.run(script.joined(separator: "; ")) {
                let listeners = try (2000...2009).map { try Listener("127.0.0.1", port: UInt16($0)) }
                let plan = try plan(
                    [("127.0.0.1", Self.ports)], timeout: timeout, retries: Timing.defaultRetries, limits: limits)
                var results: [HostResult] = []
                let time = try milliseconds { results = try PortCoreTests.probe(plan) }
                withExtendedLifetime(listeners) {}
                return (try #require(results.first), time)
            }
        }

        @Test("finds every state where one packet in fifty is lost each way")
        func loss() throws {
            let (result, time) = try probe(rules: ["numgen random mod 100 < 2 drop"])
            #expect(result.portsByReason == [.connected: "2000-2009", .refused: "2010-2999"])
            #expect(time < 2000)
        }

        @Test("finds every state behind a filter that drops and rejects, where one packet in fifty is lost each way")
        func lossAndFilter() throws {
            let (result, time) = try probe(rules: [
                "numgen random mod 100 < 2 drop", "tcp dport 2060-2499 drop",
                "tcp dport 2500-2999 reject with icmpx type admin-prohibited",
            ])
            #expect(result.ports { $0.state == .open }.text == "2000-2009")
            #expect(result.ports { $0.state == .closed }.text == "2010-2059")
            #expect(result.ports { $0.state == .filtered }.text == "2060-2999")
            #expect(time >= 1999 && time < 3000)
        }

        @Test(
            "spends two budgets, not one a port, on a dead host with more ports than the window",
            arguments: [LoadLimits(parallelism: 10), LoadLimits(perHost: 1)])
        func deadHost(limits: LoadLimits) throws {
            let (result, time) = try probe(timeout: 600, limits: limits, rules: ["tcp dport 2000-2999 drop"])
            #expect(result.portsByReason == [.timeout: "2000-2999"])
            #expect(time >= 1199 && time < 2000)
        }

        @Test("keeps to the rate at one host, retries included")
        func ratePerHost() throws {
            let (result, time) = try probe(limits: LoadLimits(ratePerHost: 1000), rules: ["tcp dport 2500-2599 drop"])
            #expect(result.ports { $0.state == .filtered }.text == "2500-2599")
            // 900 ports that answer, 100 that take at least three attempts.
            #expect(time > 1150)
        }

        @Test("is done with other hosts while one takes only 200 SYNs a second")
        func othersGoAhead() throws {
            let script = """
                ip link set lo up; nft add table inet t; nft add chain inet t c '{ type filter hook input priority 0; }'
                nft add rule inet t c 'ip daddr 127.0.0.2 tcp flags syn limit rate over 200/second drop'
                """
            try NetworkNamespace.run(script) {
                let hosts = (1...20).map { ("127.0.0.\($0)", PortSet([2000...2399])) }
                let start = MonotonicClock.now
                var othersDone: UInt64?
                let results = try Prober.run(plan(hosts, retries: 5), cancellation: Cancellation()) { progress in
                    if progress.hostsDone == 19, othersDone == nil { othersDone = MonotonicClock.now - start }
                }
                #expect(results.allSatisfy { $0.portsByReason == [.refused: "2000-2399"] })
                #expect(MonotonicClock.now - start > 1_500_000_000)
                #expect(try #require(othersDone) < 1_000_000_000)
            }
        }
    }
}
