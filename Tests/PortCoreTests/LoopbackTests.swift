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

        @Test("finds exactly the listening ports among all 65,535, time after time", arguments: 1...3)
        func fullRange(run: Int) throws {
            let listeners = try (0..<25).map { _ in try Listener() }
            let before = try listeningPorts()
            let result = try #require(try probe(plan([("127.0.0.1", .all)])).first)
            let after = try listeningPorts()
            try #require(before.isSuperset(of: listeners.map(\.port)))
            // What another program opened or closed meanwhile is right either way.
            let unsure = PortSet(values: before.symmetricDifference(after))
            let open = result.ports { $0 == .connected }.subtracting(unsure)
            #expect(open == PortSet(values: before.intersection(after)), "run \(run)")
            #expect(result.ports { $0 == .refused }.union(open).union(unsure) == .all, "run \(run)")
            withExtendedLifetime(listeners) {}
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
