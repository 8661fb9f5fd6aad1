import Glibc
import Testing

@testable import PortCore

extension RealSockets {
    /// Each in a child process of its own, whose descriptor limit is its own.
    @Suite("The prober without enough descriptors")
    struct ShortageTests {
        @Test("probes more endpoints than it may have sockets")
        func fewDescriptors() async {
            await #expect(processExitsWith: .success) {
                try Descriptors.limit(to: 60)
                let listener = try Listener()
                let ports = PortSet([2000...2999]).union(PortSet(values: [listener.port]))
                let result = try #require(try probe(plan([("127.0.0.1", ports), ("127.0.0.2", ports)])).first)
                #expect(result.ports { $0 == .connected }.contains(listener.port))
                #expect(result.outcomes.allSatisfy { [.connected, .refused].contains($0.reason) })
            }
        }

        @Test("slows down when there are fewer than it took for granted, and every state is right")
        func fewerThanThought() async {
            await #expect(processExitsWith: .success) {
                try Descriptors.limit(to: 200)
                let listener = try Listener(backlog: 0)
                try listener.fill()
                let ports = PortSet([2000...2200]).union(PortSet(values: [listener.port]))
                try Descriptors.use(allBut: 4)
                // Silent probes hold their sockets, so that the others must do with what is left.
                let addresses = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
                let results = try probe(plan(addresses.map { ($0, ports) }, timeout: 400, retries: 0))
                #expect(results[0].ports { $0 == .timeout }.contains(listener.port))
                for result in results {
                    let others = zip(result.ports.values, result.outcomes).filter { $0.0 != listener.port }
                    #expect(others.allSatisfy { [.connected, .refused].contains($0.1.reason) })
                }
            }
        }

        @Test("says so when there is none at all, instead of guessing a state")
        func noDescriptor() async {
            await #expect(processExitsWith: .success) {
                try Descriptors.limit(to: 100)
                let lane = try lane("127.0.0.1", 2000...2000)
                let settings = ProbeWorker.Settings(
                    window: 10, sockets: 10, rate: nil, schedule: AttemptSchedule(budget: 100_000_000, attempts: 1),
                    patience: 200_000_000)
                let control = RunControl(cancellation: Cancellation(), parts: [1], endpoints: 1)
                var worker = try ProbeWorker(
                    ways: [Way([lane], window: 10, budget: 100_000_000)], settings: settings, control: control)
                try Descriptors.use(allBut: 0)
                var failure: ProbeError?
                do throws(ProbeError) { _ = try worker.run {} } catch { failure = error }
                #expect(failure == .noProgress(code: EMFILE))
            }
        }
    }
}

/// The descriptors of this process, for tests that run in one of their own.
private enum Descriptors {
    struct Failure: Error {}

    static func limit(to count: UInt) throws {
        var limit = rlimit(rlim_cur: count, rlim_max: count)
        guard setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { throw Failure() }
    }

    /// Opens descriptors until only `count` are left.
    static func use(allBut count: Int) throws {
        var opened: [Int32] = []
        while case let descriptor = dup(STDERR_FILENO), descriptor >= 0 { opened.append(descriptor) }
        guard errno == EMFILE, opened.count >= count else { throw Failure() }
        for descriptor in opened.suffix(count) { close(descriptor) }
    }
}
