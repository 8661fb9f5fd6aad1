import PortCore
import Testing

@testable import Baseline

@Suite("Confirmation: looking again before drift is told")
struct ConfirmationTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func setBaseline(_ report: CheckReport) throws {
        _ = try folder.store().setBaseline(try #require(report.run), acceptance())
    }

    /// A check of ports 22 (open), 80 (closed) and 443 (silent) of a host, and of a quiet one, with its baseline.
    private func watched(_ looks: [String: Reason]...) throws -> (network: ScriptedNetwork, report: CheckReport) {
        let usual: [String: Reason] = ["10.0.0.1:22": .connected, "10.0.0.1:443": .timeout]
        let network = ScriptedNetwork(usual)
        let checker = network.checker(folder.database)
        try setBaseline(checker.run(order("x", parts(["10.0.0.1-10.0.0.2"], ports: "22,80,443"))))
        network.looks = [usual] + looks.map { usual.merging($0) { $1 } }
        return (network, try checker.run(order("x")))
    }

    @Test("Where all is as expected there is no second look")
    func asExpected() throws {
        let (network, report) = try watched([:])
        #expect(network.probed.count == 2)
        #expect(report.verdict.level == .ok)
    }

    @Test("A packet that was lost in the first look is not told")
    func lostPacket() throws {
        let (network, report) = try watched(["10.0.0.1:22": .timeout], [:])
        #expect(network.probed.last == ["10.0.0.1:22"])
        #expect(report.verdict.line == "OK - No drift from baseline 1 (run 1): 2 hosts, 6 ports")
        #expect(report.comparison?.drift.hosts.isEmpty == true)
        #expect(report.digest == report.comparison?.reference.digest)
    }

    @Test("Exactly what differs is looked at for 5 s, after longer and longer pauses, and what is confirmed is told")
    func confirmed() throws {
        let changed: [String: Reason] = ["10.0.0.1:22": .refused, "10.0.0.1:80": .connected, "10.0.0.2:443": .timeout]
        let (network, report) = try watched(changed, changed)
        #expect(network.probed.count == 9)
        #expect(Set(network.probed.dropFirst(2)) == [["10.0.0.1:22,80", "10.0.0.2:443"]])
        #expect(network.pauses == [200, 300, 450, 675, 1012, 1518, 845])
        #expect(network.pauses.reduce(0, +) == 5000)
        #expect(UnstableRow.rows(report.findings).isEmpty)
        #expect(report.comparison?.drift.counts == [.closed: 1, .opened: 1, .changed: 1])
        #expect(report.verdict.line.hasPrefix("CRITICAL - Drift from baseline 1 (run 1): 1 opened, 1 closed: "))
    }

    @Test("A service that is back within 5 s, by whatever it was away, is no drift and listed as unstable")
    func restart() throws {
        for reason in [Reason.refused, .hostUnreachable, .timeout] {
            let away: [String: Reason] = ["10.0.0.1:22": reason]
            let (network, report) = try watched(away, away, away, away, away, away, away, [:])
            #expect(network.probed.count == 9 && network.pauses.reduce(0, +) == 5000)
            #expect(report.verdict.level == .ok && report.comparison?.drift.hosts.isEmpty == true)
            #expect(UnstableRow.rows(report.findings).map { [$0.dissent, $0.looks] } == [[7, 8]])
        }
    }

    @Test("Where looks take their time the last one has what is left of 8 s, and with a deadline all it needs")
    func slowLooks() throws {
        let usual: [String: Reason] = ["10.0.0.1:22": .connected]
        for (deadline, budgets) in [(nil, [2000, 2000, 2000, 500]), (60_000, [2000, 2000, 2000, 2000])] {
            let network = ScriptedNetwork(usual, ["10.0.0.1:22": .timeout])
            let checker = network.checker(folder.database)
            let name = deadline == nil ? "x" : "y"
            _ = try checker.run(order(name, parts(["10.0.0.1"], ports: "22")))
            network.lookTime = 2000
            var again = order(name)
            again.deadlineMilliseconds = deadline
            _ = try checker.run(again)
            #expect(network.budgets.dropFirst() == budgets[...])
            #expect(network.pauses == [200, 300, 500])
        }
    }

    @Test("An answer of the first look beats silence in the second")
    func answerBeatsSilence() throws {
        let (_, report) = try watched(["10.0.0.1:80": .connected], ["10.0.0.1:80": .timeout])
        #expect(report.comparison?.drift.counts == [.opened: 1])
    }

    @Test("Of two answers the later one holds")
    func laterAnswer() throws {
        let (_, report) = try watched(["10.0.0.1:80": .connected], [:])
        #expect(report.comparison?.drift.hosts.isEmpty == true)
        let (_, other) = try watched(["10.0.0.1:22": .timeout], ["10.0.0.1:22": .refused])
        #expect(other.comparison?.drift.counts == [.closed: 1])
    }

    @Test("Of two silences the later reason is kept")
    func laterSilence() throws {
        let (_, report) = try watched(["10.0.0.1:22": .timeout], ["10.0.0.1:22": .hostUnreachable])
        #expect(report.comparison?.drift.counts == [.lost: 1])
        #expect(report.findings.evidence[Host("10.0.0.1")!]?.lines == "timeout *\nhost-unreachable 22\n")
    }

    @Test("Ports of one scope only are not looked at again")
    func nothingToLookAt() throws {
        let network = ScriptedNetwork([:])
        network.names = ["web01": "192.0.2.1"]
        let checker = network.checker(folder.database)
        try setBaseline(checker.run(order("x", parts(["web01"], ports: "22,80"))))
        var wider = order("x", try parts(["web01"], ports: "80,443"))
        wider.redefines = true
        #expect(try checker.run(wider).comparison?.drift.counts == [.unscoped: 1, .newlyScoped: 1])
        #expect(network.probed == [["web01:22,80"], ["web01:80,443"]])
    }

    @Test("Without a baseline the previous run is what is expected, also where states judge")
    func previousRun() throws {
        let network = ScriptedNetwork(["10.0.0.1:22": .connected], [:], ["10.0.0.1:22": .connected])
        let checker = network.checker(folder.database)
        _ = try checker.run(order("x", parts(["10.0.0.1"], ports: "22,80")))
        var again = order("x")
        again.reference = .states
        let report = try checker.run(again)
        #expect(network.probed == [["10.0.0.1:22,80"], ["10.0.0.1:22,80"], ["10.0.0.1:22"]])
        #expect(report.findings.snapshot.count(.open) == 1)
        #expect(report.verdict.line.hasPrefix("WARNING - Closed ports: 80"))
    }

    @Test("The first run of a check has nothing to confirm, and a check that asks for no confirmation looks once")
    func never() throws {
        let network = ScriptedNetwork([:], ["10.0.0.1:22": .connected])
        let checker = network.checker(folder.database)
        var parts = try parts(["10.0.0.1"], ports: "22,80")
        parts.confirmations = 0
        for _ in 0..<2 { _ = try checker.run(order("x", parts)) }
        #expect(network.probed.count == 2)
    }

    @Test("At least as many looks are taken as are asked for, and none once all is as expected")
    func count() throws {
        let lost: [String: Reason] = [:]
        let network = ScriptedNetwork(["10.0.0.1:22": .connected], lost)
        let checker = network.checker(folder.database)
        var asked = try parts(["10.0.0.1"], ports: "22")
        asked.confirmations = 6
        asked.confirmForMilliseconds = 0
        _ = try checker.run(order("x", asked))
        _ = try checker.run(order("x"))
        #expect(network.pauses == [200, 300, 450, 675, 1012, 1518])
        network.looks = network.looks + Array(repeating: lost, count: 6) + [["10.0.0.1:22": .connected], lost, lost]
        _ = try checker.run(order("x"))
        #expect(network.probed.count == 10, "one look that differed, and one that did not")
    }

    @Test("A check that asks for no confirmation looks once, unless it asks for a time")
    func timeAlone() throws {
        let network = ScriptedNetwork(["10.0.0.1:22": .connected], [:], [:], [:], [:])
        let checker = network.checker(folder.database)
        var asked = try parts(["10.0.0.1"], ports: "22")
        asked.confirmations = 0
        asked.confirmForMilliseconds = 700
        for _ in 0..<2 { _ = try checker.run(order("x", asked)) }
        #expect(network.pauses == [200, 300, 200])
    }

    @Test("A request that was recorded before there was a time keeps its bytes, has the default, and may name it")
    func recordedBefore() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        let old = try parts(["10.0.0.1"], ports: "22")
        #expect(try checker.run(order("x", old)).request.timing.confirmationMilliseconds == 5000)
        let body = try folder.texts("SELECT body FROM requests")
        #expect(body[0].hasSuffix(#""timing":{"confirmations":2,"retries":5,"timeoutMilliseconds":2000}}"#))
        var same = order("x", old)
        same.parts.confirmForMilliseconds = 5000
        #expect(try checker.run(same).run?.requestVersion == 1)
        #expect(try checker.run(order(nil, old)).name == checker.run(order(nil, same.parts)).name)
        same.parts.confirmForMilliseconds = 6000
        #expect(throws: StoreError.requestDiffers(CheckName("x")!, changes: ["confirmed for: 5 s → 6 s"])) {
            try checker.run(same)
        }
        same.redefines = true
        #expect(try checker.run(same).run?.requestVersion == 2)
        #expect(try checker.run(order("x")).request.timing.confirmationMilliseconds == 6000)
        let recorded = try folder.texts("SELECT body FROM requests WHERE version = 2")
        #expect(recorded[0].contains(#"{"confirmForMilliseconds":6000,"confirmations":2,"#))
        #expect(RequestCoding.value(CheckRequest.self, recorded[0]) != nil)
        #expect(RequestCoding.value(CheckRequest.self, body[0]) != nil)
        for damaged in ["-1", "3600001", "null"] {
            let text = recorded[0].replacing("\":6000,", with: "\":\(damaged),")
            #expect(RequestCoding.value(CheckRequest.self, text) == nil)
        }
    }

    @Test(
        "An answer beats silence, the later of two answers holds, and looks that differ from it are counted",
        arguments: [
            ("O", "O", 0), ("CO", "O", 1), ("FO", "O", 1), ("OF", "O", 1), ("OFF", "O", 2), ("FFO", "O", 2),
            ("COC", "C", 1), ("OCO", "O", 1), ("OOC", "C", 2), ("FFF", "F", 0), ("CFO", "O", 2), ("OFCF", "C", 3),
        ])
    func rule(looks: String, state: String, dissent: Int) {
        let reasons: [Character: Reason] = ["O": .connected, "C": .refused, "F": .timeout]
        let held = Confirmation.held(looks.compactMap { reasons[$0].map { Outcome(reason: $0) } })
        #expect(held.reason == reasons[Character(state)])
        #expect(Int(held.looks) == looks.count)
        #expect(Int(held.dissent) == dissent)
    }

    @Test("What was unstable is recorded with the run, listed, and no part of its digest")
    func recorded() throws {
        let (_, report) = try watched(["10.0.0.1:80": .connected], ["10.0.0.1:80": .timeout], [:])
        let (_, steady) = try watched([:])
        #expect(report.digest == steady.digest)
        let run = try #require(report.run)
        let store = try folder.store()
        let findings = Findings(snapshot: try store.snapshot(of: run), evidence: try store.evidence(of: run))
        #expect(findings.evidence[Host("10.0.0.1")!]?.lines == "timeout *\nunstable 2/3 80\n")
        let rows = UnstableRow.rows(findings)
        #expect(rows == UnstableRow.rows(report.findings))
        #expect(
            rows.map { "\($0.host) \($0.ports) \($0.state) \($0.dissent) \($0.looks)" } == [
                "10.0.0.1 80...80 closed 2 3"
            ])
    }
}
