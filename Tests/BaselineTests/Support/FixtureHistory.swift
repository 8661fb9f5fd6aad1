import PortCore

@testable import Baseline

/// What a database of every version is made of, to be kept as `Fixtures/vN.db`: a row of everything that can be recorded,
/// and what is special about them.
enum FixtureHistory {
    /// Writes it into `database` and gives back the key that signed the entries from the middle on.
    static func write(to path: String) throws -> PublicKey {
        let folder = try TemporaryFolder()
        let key = SigningKey()
        // Everything once: requests, runs, evidence, banners, baselines, reports, a prune, an import.
        try RecordedHistory.record(in: folder.store())
        try recordMore(in: Store(recordingIn: folder.database, signingKey: key))
        _ = try Store(reading: folder.database).backUp(to: path)
        return key.publicKey
    }

    private static func recordMore(in store: Store) throws {
        let request = try request(
            ["edge01", "10.0.8.0/30", "2001:db8:8::1"], ports: "22,80", services: ["https"], timeout: 3500,
            limits: LoadLimits(parallelism: 64, perHost: 4, rate: 100, ratePerHost: 20))
        func results(_ name: HostResult) -> [HostResult] {
            (0..<4).map { found("10.0.8.\($0)", [.connected: "22", .refused: "80,443"]) }
                + [found("2001:db8:8::1", [.timeout: "22", .prohibited: "80", .hostUnreachable: "443"]), name]
        }
        let edge = found("edge01", at: "2001:db8:9::9", [.connected: "22,443", .refused: "80"])
        let moved = found("edge01", at: "10.0.8.77", [.connected: "22", .timeout: "80,443"])
        let nowhere = found("edge01", [.nameUnresolved: "22,80,443"])
        // The clock is set back for a run, and a name leads nowhere for another.
        for (time, found) in [(20, edge), (21, moved), (5, edge), (22, nowhere), (23, unstable(edge))] {
            let banners = time == 21 ? [Host("edge01")!: said([22: "SSH-2.0-é \u{200D} \\x00"])] : nil
            _ = try store.record(draft("edge", results(found), at: time, request: request, banners: banners))
        }
        let first = try store.run(.latest(CheckName("edge")!, back: 4))
        _ = try store.setBaseline(first, acceptance("as built — \u{212A}", at: 24, ticket: "CHG-8", person: "Zoë"))
        _ = try store.acceptDrift(
            of: first.check, upTo: .latest(first.check, back: 3), at: [Endpoints("edge01:443")!],
            acceptance("only 443", at: 25))
        for time in 26...28 { _ = try store.record(draft("edge", results(edge), at: time, request: request)) }
        _ = try store.prune(by: RetentionPolicy(since: minute(28), check: first.check), acceptance("yearly", at: 29))
    }

    /// The same, of which one port in three looks showed another state at 80.
    private static func unstable(_ result: HostResult) -> HostResult {
        let outcomes = zip(result.ports.values, result.outcomes).map { port, outcome in
            var outcome = outcome
            outcome.looks = 3
            outcome.dissent = port == 80 ? 1 : 0
            return outcome
        }
        return HostResult(host: result.host, address: result.address, ports: result.ports, outcomes: outcomes)
    }
}
