import Foundation
import Testing

@testable import PortCore

extension RealSockets {
    @Suite("The prober on loopback")
    struct LoopbackTests {
        @Test("tells open ports from closed ones", arguments: ["127.0.0.1", "127.0.0.2", "::1"])
        func openAndClosed(address: String) throws {
            let listeners = try (0..<20).map { _ in try Listener(address) }
            let open = PortSet(values: listeners.map(\.port))
            // Ports that the kernel gives to nobody: below the ephemeral range, and not listening.
            let closed = PortSet([2000...2200]).subtracting(PortSet(values: try listeningPorts()))
            let result = try #require(try probe(plan([(address, open.union(closed))])).first)
            #expect(result.ports { $0 == .connected } == open)
            #expect(result.ports { $0 == .refused } == closed)
            withExtendedLifetime(listeners) {}
        }

        @Test("gives results in the plan's order, whatever the plan's order")
        func order() throws {
            let listener = try Listener("127.0.0.1")
            let ports = PortSet(values: [listener.port, 2001])
            let texts = ["127.0.0.9", "::1", "127.0.0.1", "127.0.0.10", "127.0.0.2"]
            let results = try probe(plan(texts.map { ($0, ports) }))
            #expect(results.map(\.host.description) == texts)
            #expect(results.map { $0.address?.description } == texts)
            #expect(results.map { $0.ports { $0 == .connected }.count } == [0, 0, 1, 0, 0])
        }

        @Test("gives a name that leads nowhere as a result, beside hosts that answer")
        func unresolved() throws {
            let listener = try Listener()
            let ports = PortSet(values: [listener.port, 2001])
            let address = try #require(IPAddress("127.0.0.1"))
            let items = [
                ProbePlan.Item(host: .name("gone1"), address: nil, ports: ports),
                ProbePlan.Item(host: .name("here"), address: address, ports: ports),
                ProbePlan.Item(host: .name("gone2"), address: nil, ports: ports),
            ]
            let results = try probe(ProbePlan(items: items, timing: Timing(timeoutMilliseconds: 1000)))
            for result in [results[0], results[2]] {
                #expect(result.address == nil)
                #expect(result.portsByReason == [.nameUnresolved: ports.text])
                #expect(result.outcomes.allSatisfy { $0.state == .filtered })
            }
            #expect(results[1].portsByReason == [.connected: "\(listener.port)", .refused: "2001"])
        }

        @Test("has nothing to do for an empty plan")
        func empty() throws {
            #expect(try probe(plan([])).isEmpty)
            let noPorts = try probe(plan([("127.0.0.1", PortSet())]))
            #expect(noPorts.map(\.outcomes) == [[]])
        }

        @Test("finds the listening ports of this machine among all 65,535, time after time", arguments: 1...2)
        func fullRange(run: Int) throws {
            let listeners = try (0..<25).map { _ in try Listener() }
            let own = Set(listeners.map(\.port))
            let before = try listeningPorts()
            let result = try #require(try probe(plan([("127.0.0.1", .all)])).first)
            let after = try listeningPorts()
            let open = Set(result.ports { $0 == .connected }.values)
            #expect(open.isSuperset(of: own), "run \(run)")
            // What another program opened or closed meanwhile is right either way; the test below knows every listener.
            #expect(open.isSuperset(of: before.intersection(after)), "run \(run)")
            #expect(result.ports { $0 == .refused }.count == 65535 - open.count, "run \(run)")
            withExtendedLifetime(listeners) {}
        }

        @Test(
            "finds exactly the listening ports among all 65,535, and no connection to itself",
            .enabled(if: NetworkNamespace.isAvailable, NetworkNamespace.need),
            arguments: ["127.0.0.1", "::1"], 1...2)
        func fullRangeAlone(address: String, run: Int) throws {
            let fixed: [UInt16] = [1, 22, 443, 32767, 32768, 60999, 61000, 65535]
            // A namespace of its own has no listener but these.
            let (listening, result) = try NetworkNamespace.run("ip link set lo up") {
                let listeners =
                    try fixed.map { try Listener(address, port: $0) } + (0..<40).map { _ in try Listener(address) }
                let results = try probe(plan([(address, .all)]))
                return (PortSet(values: listeners.map(\.port)), try #require(results.first))
            }
            #expect(result.ports { $0 == .connected } == listening, "run \(run)")
            #expect(result.ports { $0 == .refused } == PortSet.all.subtracting(listening), "run \(run)")
        }

        @Test(
            "gives the same states under any limits",
            arguments: [
                LoadLimits(parallelism: 1), LoadLimits(parallelism: 3), LoadLimits(parallelism: 100, perHost: 1),
                LoadLimits(parallelism: 7, perHost: 2), LoadLimits(parallelism: 100_000),
            ])
        func limits(limits: LoadLimits) throws {
            let (four, six) = (try Listener("127.0.0.1"), try Listener("::1"))
            let closed = PortSet([2000...2300]).subtracting(PortSet(values: try listeningPorts()))
            let ports = closed.union(PortSet(values: [four.port, six.port]))
            let results = try probe(plan([("127.0.0.1", ports), ("::1", ports), ("127.0.0.3", ports)], limits: limits))
            let open = results.map { $0.ports { $0 == .connected }.text }
            #expect(open == ["\(four.port)", "\(six.port)", ""])
            #expect(results.allSatisfy { $0.outcomes.allSatisfy { [.connected, .refused].contains($0.reason) } })
        }

        @Test("keeps to the rate", arguments: [1, 4])
        func rate(hosts: Int) throws {
            let ports = PortSet([2000...UInt16(2000 + 50 / hosts - 1)])
            let plan = try plan(
                (1...hosts).map { ("127.0.0.\($0)", ports) }, limits: LoadLimits(parallelism: 100, rate: 100))
            let time = try milliseconds { _ = try probe(plan) }
            #expect(time > Double(plan.endpointCount - 3) * 10)
        }

        @Test("shares hosts of one port out to both threads, so that the rate is reached")
        func rateOfSinglePorts() throws {
            let plan = try plan(
                (0..<4096).map { ("127.1.\($0 / 256).\($0 % 256)", PortSet([2000...2000])) },
                limits: LoadLimits(parallelism: 100, rate: 4096))
            var results: [HostResult] = []
            let time = try milliseconds { results = try probe(plan) }
            #expect(results.allSatisfy { $0.outcomes.map(\.reason) == [.refused] })
            #expect(time < 1700)
        }

        @Test("tells its progress from the calling thread, up to all that there is to do")
        func progress() throws {
            let thread = Thread.current
            var seen: [ProbeProgress] = []
            let plan = try plan(
                [("127.0.0.1", PortSet([2000...2024])), ("127.0.0.2", PortSet([2000...2024]))],
                limits: LoadLimits(parallelism: 100, rate: 100))
            _ = try Prober.run(plan, cancellation: Cancellation()) { progress in
                #expect(Thread.current === thread)
                seen.append(progress)
            }
            #expect(seen.count >= 3)
            #expect(seen.allSatisfy { $0.hosts == 2 && $0.endpoints == 50 })
            #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.endpointsDone <= $1.endpointsDone })
            #expect(try #require(seen.last).endpointsDone > 0)
        }
    }
}
