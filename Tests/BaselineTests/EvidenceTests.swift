import PortCore
import Testing

@testable import Baseline

@Suite("Evidence: why filtered ports are filtered")
struct EvidenceTests {
    @Test("Evidence holds the reasons of filtered ports, in their fixed order, the most frequent one as the rest")
    func lines() {
        let evidence = Evidence(
            found(
                "db01", at: "192.0.2.1", [.connected: "22", .refused: "80", .prohibited: "443", .timeout: "8000-8010"]))
        #expect(evidence.lines == "timeout *\nprohibited 443\n")
        #expect(evidence.reasons.map(\.reason) == [.timeout, .prohibited])
        #expect(evidence.reasons.map(\.ports.text) == ["8000-8010", "443"])
    }

    @Test("A host without filtered ports has none")
    func none() {
        let evidence = Evidence(found("192.0.2.1", [.connected: "22", .refused: "80"]))
        #expect(evidence.isEmpty)
        #expect(evidence.lines.isEmpty)
    }

    @Test("What was written is read again as it was")
    func roundTrip() throws {
        try forEachSeed(300) { seed, random in
            let result = shaken(RandomNetwork.result(of: Host("web01")!, &random), &random)
            let evidence = Evidence(result)
            guard !evidence.isEmpty else { return }
            let states = Snapshot([result]).entries[0].states
            let again = try #require(Evidence(lines: evidence.lines, states: states), "seed \(seed)")
            #expect(again == evidence, "seed \(seed)")
            #expect(again.reasons.map(\.ports) == evidence.reasons.map(\.ports), "seed \(seed)")
            #expect(again.unstable == evidence.unstable, "seed \(seed)")
        }
    }

    /// `result` as if some of its ports had been looked at several times.
    private func shaken(_ result: HostResult, _ random: inout SplitMix64) -> HostResult {
        let outcomes = result.outcomes.map { outcome in
            var outcome = outcome
            outcome.looks = UInt8.random(in: 1...4, using: &random)
            outcome.dissent = UInt8.random(in: 0..<outcome.looks, using: &random)
            return outcome
        }
        return HostResult(host: result.host, address: result.address, ports: result.ports, outcomes: outcomes)
    }

    @Test(
        "Unstable ports follow, and nothing else than what is written is read",
        arguments: [
            ("unstable 1/3 80\n", true), ("timeout *\nunstable 1/3 80\n", false), ("unstable 1/3 81\n", false),
            ("unstable 0/3 80\n", false), ("unstable 3/3 80\n", false), ("unstable 1/3 80,22\n", false),
            ("unstable 1/3 22\nunstable 2/3 80\n", true), ("unstable 2/3 22\nunstable 1/3 80\n", false),
            ("unstable 1/3 22\nunstable 2/3 22\n", false), ("unstable 1/3 22\nunstable 1/3 80\n", false),
            ("unstable 01/3 22\n", false), ("unstable 1/3\n", false), ("unstable 1/3 22\ntimeout *\n", false),
            ("unstable 1/300 22\n", false),
        ])
    func unstable(lines: String, isRead: Bool) {
        var states = PortStates()
        states[.open] = ports("22")
        states[.closed] = ports("80")
        #expect((Evidence(lines: lines, states: states) != nil) == isRead)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "timeout", "timeout 1-10", "timeout *\ntimeout 1", "timeout *\nprohibited *",
            "timeout *\nprohibited 1-10",
            "timeout *\nprohibited 11", "connected *", "refused *", "tired *", "timeout * ", " timeout *",
            "timeout *\nprohibited 2,1", "timeout *\nhost-unreachable 1-3\nprohibited 3-4",
            "prohibited 1\ntimeout *", "timeout 1\nprohibited 2-10", "timeout 1\nprohibited 2\nbroadcast",
            "timeout 1-9\nprohibited *", "timeout *\n\nprohibited 1",
        ])
    func refused(lines: String) {
        var states = PortStates()
        states[.filtered] = ports("1-10")
        #expect(Evidence(lines: lines + "\n", states: states) == nil)
        #expect(Evidence(lines: "timeout *\nprohibited 1\n", states: states) != nil)
    }

    @Test("Findings tell every reason at a host, answers first")
    func findings() throws {
        let draft = try draft(
            "x", [found("db01", at: "192.0.2.1", [.timeout: "80", .connected: "22", .refused: "23"])])
        let findings = Findings(snapshot: draft.snapshot, evidence: draft.evidence)
        let reasons = findings.reasons(at: findings.entries[0])
        #expect(reasons.map(\.reason) == [.connected, .refused, .timeout])
        #expect(reasons.map(\.ports.text) == ["22", "23", "80"])
    }
}

@Suite("The rest notation")
struct RestNotationTests {
    @Test(
        "The largest share is the rest, a tie goes to the first, empty shares are left out",
        arguments: [
            (["1-3", "4", ""], "a *\nb 4\n"),
            (["1", "2-4", "5"], "a 1\nb *\nc 5\n"),
            (["1-2", "3-4", "5-6"], "a *\nb 3-4\nc 5-6\n"),
            (["1", "2-3", "4-5"], "a 1\nb *\nc 4-5\n"),
            (["", "", "9"], "c *\n"),
            (["", "", ""], ""),
        ])
    func lines(sets: [String], text: String) {
        #expect(RestNotation.lines(Array(zip(["a", "b", "c"], sets.map(ports)))) == text)
    }

    @Test(
        "Lines that do not share out the scope are refused",
        arguments: [
            [], ["a"], ["a *", "a 1"], ["a *", "b *"], ["a 1-4", "b *", "c 4"], ["a 1-10"], ["a 1-10", "b *"],
            ["a 11", "b *"], ["a 1 2", "b *"], ["a  1", "b *"], ["a 1,", "b *"], ["a ", "b *"], [""],
        ])
    func refused(lines: [String]) {
        #expect(RestNotation.read(lines.map { $0[...] }, scope: ports("1-10")) == nil)
    }
}
