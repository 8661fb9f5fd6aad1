import Glibc
import PortCore
import Testing

@testable import Baseline

@Suite("The rows of a drift report")
struct DriftRowTests {
    private static func rows(_ old: [HostResult], _ new: [HostResult]) throws -> [DriftRow] {
        let (old, new) = (try draft("x", old), try draft("x", new))
        return DriftRow.rows(Drift(from: old.snapshot, to: new.snapshot), evidence: new.evidence)
    }

    @Test("A range is split where the reason of its new state changes")
    func reasons() throws {
        let rows = try Self.rows(
            [found("10.0.0.1", [.connected: "1-10", .refused: "20"])],
            [found("10.0.0.1", [.timeout: "1-2,6-10", .prohibited: "3-5", .refused: "20"])])
        #expect(rows.map(\.ports) == [1...2, 3...5, 6...10])
        #expect(rows.map(\.reason) == [.timeout, .prohibited, .timeout])
        #expect(rows.allSatisfy { $0.kind == .lost && $0.from == .open && $0.to == .filtered && !$0.isOfLostHost })
    }

    @Test("An answer is its own reason; what is not probed any more has none")
    func answers() throws {
        let rows = try Self.rows(
            [found("10.0.0.1", [.connected: "1", .refused: "2", .timeout: "3"])],
            [found("10.0.0.1", [.refused: "1", .connected: "2,4"])])
        #expect(rows.map(\.kind) == [.closed, .opened, .unscoped, .newlyScoped])
        #expect(rows.map(\.reason) == [.refused, .connected, nil, .connected])
    }

    @Test("Without evidence a silent port has no reason, and its range stays whole")
    func noEvidence() {
        let old = Snapshot([found("10.0.0.1", [.connected: "1-10"])])
        let new = Snapshot([found("10.0.0.1", [.timeout: "1-5", .prohibited: "6-10"])])
        let rows = DriftRow.rows(Drift(from: old, to: new), evidence: [:])
        #expect(rows.map(\.ports) == [1...10])
        #expect(rows.map(\.reason) == [nil])
    }

    @Test("The rows of a host that was lost as a whole say so")
    func lostHost() throws {
        let rows = try Self.rows(
            [found("10.0.0.1", [.connected: "22,80"])], [found("10.0.0.1", [.hostUnreachable: "22,80"])])
        #expect(rows.map(\.isOfLostHost) == [true, true])
    }

    @Test("A row has a summary of one line")
    func summaries() throws {
        let rows = try Self.rows(
            [
                found("2001:db8::1", [.refused: "8000-8010"]), found("db01", at: "192.0.2.1", [.connected: "3306"]),
                found("web01", at: "192.0.2.1", [.connected: "22"]),
            ],
            [
                found("2001:db8::1", [.connected: "8000-8010"]), found("db01", [.nameUnresolved: "3306"]),
                found("web01", at: "192.0.2.2", [.connected: "22"]),
            ])
        #expect(
            rows.map(\.summary) == [
                "opened [2001:db8::1]:8000-8010", "address db01 192.0.2.1 → none", "lost db01:3306",
                "address web01 192.0.2.1 → 192.0.2.2",
            ])
    }

    @Test("The rows of one host cover its changes, in order of ports, each once")
    func cover() throws {
        try forEachSeed(300) { seed, random in
            let (old, new) = (RandomNetwork.results(&random), RandomNetwork.results(&random))
            let drift = Drift(from: Snapshot(old), to: Snapshot(new))
            let rows = try Self.rows(old, new)
            for host in drift.hosts {
                let mine = rows.filter { $0.host == host.host }.compactMap(\.ports)
                #expect(zip(mine, mine.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound }, "seed \(seed)")
                #expect(PortSet(mine) == PortSet(host.changes.map(\.ports)), "seed \(seed)")
            }
        }
    }
}

@Suite("The cost of comparing", .serialized)
struct DriftCostTests {
    /// A host whose ports alternate, `ranges` of them in each state.
    private static func alternating(_ ranges: Int, _ even: Reason, _ odd: Reason) -> HostResult {
        let ports = (1...UInt16(2 * ranges))
        return HostResult(
            host: Host("10.0.0.1")!, address: IPAddress("10.0.0.1"), ports: PortSet([ports]),
            outcomes: ports.map { Outcome(reason: $0 % 2 == 0 ? even : odd) })
    }

    /// The processor time of this thread, so that other tests and a busy machine do not count; the least of a few.
    private static func time(_ body: () -> Void) -> Int {
        func now() -> Int {
            var time = timespec()
            clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
            return time.tv_sec * 1_000_000_000 + time.tv_nsec
        }
        return (0..<5).map { _ in
            let start = now()
            body()
            return now() - start
        }.min()!
    }

    @Test("Comparing, and telling the reasons, is linear: four times the ranges cost less than eight times the time")
    func linear() {
        func cost(_ ranges: Int) -> Int {
            let old = Self.alternating(ranges, .connected, .refused)
            let new = Self.alternating(ranges, .timeout, .prohibited)
            let (before, after) = (Snapshot([old]), Snapshot([new]))
            let evidence = [new.host: Evidence(new)]
            return Self.time {
                let drift = Drift(from: before, to: after)
                _ = DriftRow.rows(drift, evidence: evidence).count
            }
        }
        let (few, many) = (cost(7500), cost(30_000))
        #expect(many < few * 8, "7,500 ranges: \(few) ns, 30,000 ranges: \(many) ns")
    }
}
