import PortCore
import Testing

@testable import Baseline

@Suite("Ports that flip by themselves are learnt from the last runs")
struct FlipsTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// What runs showed of one port, oldest first: `O`, `C`, `F`, in lower case where not all looks agreed, `-` where
    /// the run did not cover it. The last one is this run.
    private func flips(_ runs: String) -> [Flips] {
        Flips.all(
            runs.reversed().map { run in
                var states = PortStates()
                switch run.uppercased() {
                case "O": states[.open] = ports("22")
                case "C": states[.closed] = ports("22")
                case "F": states[.filtered] = ports("22")
                default: return Flips.Sight(states: nil, unstable: PortSet())
                }
                return Flips.Sight(states: states, unstable: run.isLowercase ? ports("22") : PortSet())
            })
    }

    @Test(
        "Three restless runs of the last ten make a port unstable: the third one is the first to know",
        arguments: [
            ("OOOO", nil), ("OC", nil), ("OCO", nil), ("OCOC", "new"), ("OCOCO", "known"), ("ooo", "new"),
            ("oo", nil), ("oOo", nil), ("ooC", "new"), ("OcOOOOOOOOOC", nil), ("OCOOOOOOOOOC", nil),
            ("OCOOOOOOOOC", "new"), ("OCOCOOOOOOOO", "known"), ("OCOCOOOOOOOOO", nil), ("OFOF", "new"),
            ("CFCF", "new"), ("O-C-O-C", nil), ("OC-CO", nil), ("ooo-------", "known"), ("oooOOOOOOO", "known"),
            ("oooOOOOOOOO", nil), ("C", nil), ("", nil),
        ] as [(String, String?)])
    func learnt(runs: String, expected: String?) {
        // No more is remembered than counts.
        let found = flips(String(runs.suffix(Flips.memory + 1)))
        #expect(found.map { $0.isNew ? "new" : "known" } == [expected].compactMap { $0 }, "\(runs)")
        #expect(found == flips(runs))
    }

    @Test(
        "A port has settled when its last three runs agree, and nothing in them was unstable",
        arguments: [
            ("OCOC", false), ("OCOCC", false), ("OCOCCC", true), ("OCOCCCO", false), ("OCOCCc", false),
            ("OCOcCC", false), ("OCOCOOO", true), ("OCOCFFF", true), ("OCOCC-C", false),
        ])
    func settled(runs: String, hasSettled: Bool) {
        #expect(flips(runs).map(\.hasSettled) == [hasSettled])
    }

    @Test(
        "The words count what the last ten runs showed",
        arguments: [
            ("OCOC", "open in 2 of the last 4 runs, closed in 2"),
            ("OOOOOOOoooo", "open in 10 of the last 10 runs, unstable in 4"),
            ("OCFOcFOCFO", "open in 4 of the last 10 runs, closed in 3, filtered in 3, unstable in 1"),
            ("OCOC---", "open in 2 of the last 4 runs, closed in 2"),
        ])
    func words(runs: String, text: String) {
        #expect(flips(runs).map(\.text) == [text])
    }

    @Test("Ports are told apart by what happened to them, whatever they are together with")
    func severalPorts() {
        forEachSeed(200) { seed, random in
            let count = Int.random(in: 0...14, using: &random)
            let runs = (0..<9).map { _ in
                String((0..<count).map { _ in "OOOOOOCCFoc-".randomElement(using: &random)! })
            }
            // A run covers a host as a whole, and a port by itself.
            let sights = (0..<count).reversed().map { index in
                var (states, unstable) = (PortStates(), PortSet())
                for (port, run) in runs.enumerated() {
                    let mark = run[run.index(run.startIndex, offsetBy: index)]
                    let set = PortSet([UInt16(port + 1)...UInt16(port + 1)])
                    if let state = ["O": PortState.open, "C": .closed, "F": .filtered][mark.uppercased()] {
                        states[state] = states[state].union(set)
                    }
                    if mark.isLowercase { unstable = unstable.union(set) }
                }
                return Flips.Sight(states: states, unstable: unstable)
            }
            let together = Flips.all(sights)
            #expect(
                together.reduce(0) { $0 + $1.ports.count } == together.reduce(PortSet()) { $0.union($1.ports) }.count)
            for (port, run) in runs.enumerated() {
                let alone = flips(run).first
                let found = together.first { $0.ports.contains(UInt16(port + 1)) }
                #expect(
                    [found?.text, found?.isNew.description, found?.hasSettled.description]
                        == [alone?.text, alone?.isNew.description, alone?.hasSettled.description], "seed \(seed)")
            }
        }
    }

    // MARK: In a check

    private let open: [String: Reason] = ["10.0.0.1:22": .connected, "10.0.0.1:80": .connected]

    /// A check of two open ports of a host, and a silent host, with its baseline, that looks once a run.
    private func watched() throws -> (ScriptedNetwork, Checker) {
        let network = ScriptedNetwork(open)
        let checker = network.checker(folder.database)
        var asked = try parts(["10.0.0.1-10.0.0.2"], ports: "22,80")
        asked.confirmations = 0
        let first = try checker.run(order("x", asked))
        _ = try folder.store().setBaseline(try #require(first.run), acceptance())
        return (network, checker)
    }

    private func play(
        _ runs: [[String: Reason]], _ network: ScriptedNetwork, _ checker: Checker
    ) throws -> [CheckReport] {
        try runs.map { run in
            network.looks = [open.merging(run) { $1 }]
            return try checker.run(order("x"))
        }
    }

    @Test(
        "A port that flips is told as drift first, then as newly unstable, then as unstable, and as drift when it has gone"
    )
    func told() throws {
        let (network, checker) = try watched()
        let away: [String: Reason] = ["10.0.0.1:22": .refused]
        let reports = try play([away, [:], away, [:], away, away, away, away], network, checker)
        let drift = "CRITICAL - Drift from baseline 1 (run 1): 1 closed: closed 10.0.0.1:22"
        let none = "OK - No drift from baseline 1 (run 1): 2 hosts, 4 ports"
        #expect(
            reports.map(\.verdict.line) == [
                drift, none,
                none + "; newly unstable: 10.0.0.1:22 (open in 2 of the last 4 runs, closed in 2)",
                none + "; unstable: 10.0.0.1:22 (open in 3 of the last 5 runs, closed in 2)",
                none + "; unstable: 10.0.0.1:22 (open in 3 of the last 6 runs, closed in 3)",
                none + "; unstable: 10.0.0.1:22 (open in 3 of the last 7 runs, closed in 4)",
                drift, drift,
            ])
        #expect(reports.map { $0.comparison?.drift.hosts.count } == [1, 0, 0, 0, 0, 0, 1, 1])
        #expect(reports.map { $0.driftCount(DriftKind.counted) } == [1, 0, 0, 0, 0, 0, 1, 1])
        #expect(Set(reports.map(\.digest)).count == 2, "what was seen is recorded as it was")
        #expect(
            UnstableRow.rows(reports[4].findings, flips: reports[4].flips).map {
                "\($0.host):\($0.ports.portText) \($0.state) \($0.dissent)/\($0.looks) \($0.flips?.text ?? "")"
            } == ["10.0.0.1:22 closed 0/1 open in 3 of the last 6 runs, closed in 3"])
        #expect(UnstableRow.rows(reports[4].findings).isEmpty)
    }

    @Test("What drifts beside it is told, and a port that flips only then when its whole host is lost")
    func beside() throws {
        let (network, checker) = try watched()
        let away: [String: Reason] = ["10.0.0.1:22": .refused]
        let reports = try play(
            [
                away, [:], away, away.merging(["10.0.0.2:80": .connected]) { $1 },
                ["10.0.0.1:22": .timeout, "10.0.0.1:80": .timeout],
            ], network, checker)
        #expect(
            reports[3].verdict.line == "CRITICAL - Drift from baseline 1 (run 1): 1 opened: opened 10.0.0.2:80; "
                + "unstable: 10.0.0.1:22 (open in 2 of the last 5 runs, closed in 3)")
        #expect(
            reports[4].verdict.line
                == "CRITICAL - Drift from baseline 1 (run 1): 2 lost: lost 10.0.0.1:22, lost 10.0.0.1:80")
    }

    @Test("Looks that disagree within runs make a port unstable, too, and the first run that differs is excused")
    func withinRuns() throws {
        let (network, checker) = try watched()
        var order = order("x")
        order.redefines = true
        order.parts.confirmations = 1
        order.parts.confirmForMilliseconds = 0
        let away = open.merging(["10.0.0.1:22": .refused]) { $1 }
        var reports: [CheckReport] = []
        for looks in [[away, open], [away, open], [away, open], [away, away]] {
            network.looks = Array(repeating: open, count: network.probed.count) + looks
            reports.append(try checker.run(order))
        }
        let none = "OK - No drift from baseline 1 (run 1): 2 hosts, 4 ports"
        #expect(
            reports.map(\.verdict.line) == [
                none, none, none + "; newly unstable: 10.0.0.1:22 (open in 4 of the last 4 runs, unstable in 3)",
                none + "; unstable: 10.0.0.1:22 (open in 4 of the last 5 runs, closed in 1, unstable in 3)",
            ])
    }

    @Test("Where states judge, the verdict is of this run, and the port is listed all the same")
    func byStates() throws {
        let (network, checker) = try watched()
        let away: [String: Reason] = ["10.0.0.1:22": .refused]
        _ = try play([away, [:]], network, checker)
        network.looks = [open.merging(away) { $1 }]
        var byStates = order("x")
        byStates.reference = .states
        let report = try checker.run(byStates)
        #expect(report.verdict.line == "WARNING - Closed ports: 10.0.0.1:22; 10.0.0.2:22,80")
        #expect(report.flips[Host("10.0.0.1")!]?.map(\.text) == ["open in 2 of the last 4 runs, closed in 2"])
    }

    @Test("What the store tells of the last runs is what they showed, however they were recorded")
    func store() throws {
        try forEachSeed(12) { seed, random in
            let folder = try TemporaryFolder()
            var (results, all): ([HostResult], [[HostResult]]) = ([], [])
            for number in 0..<Int.random(in: 1...25, using: &random) {
                if number == 0 || Int.random(in: 0..<3, using: &random) > 0 {
                    results =
                        number == 0 ? RandomNetwork.results(&random) : RandomNetwork.successor(of: results, &random)
                    results = results.map { result in
                        HostResult(
                            host: result.host, address: result.address, ports: result.ports,
                            outcomes: result.outcomes.map { outcome in
                                var outcome = outcome
                                let isUnstable = Int.random(in: 0..<8, using: &random) == 0
                                (outcome.looks, outcome.dissent) = isUnstable ? (3, 1) : (1, 0)
                                return outcome
                            })
                    }
                }
                all.append(results)
            }
            let now = all.removeLast()
            for (number, run) in all.enumerated() { _ = try folder.store().record(draft("x", run, at: number)) }
            let recent = all.isEmpty ? nil : try folder.store().recentRuns(of: CheckName("x")!)
            let found = recent?.flips(before: Snapshot(now), evidence(now)) ?? [:]
            for result in now {
                let sights = ([now] + all.reversed().prefix(Flips.memory)).map { run in
                    let mine = run.first { $0.host == result.host }
                    return Flips.Sight(
                        states: mine.map { Snapshot([$0]).entries[0].states },
                        unstable: mine.map { Evidence($0).unstable.reduce(PortSet()) { $0.union($1.ports) } }
                            ?? PortSet())
                }
                #expect(found[result.host] ?? [] == Flips.all(sights), "seed \(seed)")
            }
        }
    }

    private func evidence(_ results: [HostResult]) -> [Host: Evidence] {
        Dictionary(uniqueKeysWithValues: results.map { ($0.host, Evidence($0)) })
    }

    @Test("The last runs are read by index, whatever the history is")
    func indexes() throws {
        _ = try folder.store()
        for sql in [
            "SELECT host_id FROM run_hosts WHERE check_id = 1 AND run_id > 2",
            "SELECT x.run_id, x.host_id, e.reasons FROM run_evidence AS x LEFT JOIN evidence AS e "
                + "ON e.id = x.evidence_id WHERE x.check_id = 1 AND x.run_id > 2 ORDER BY x.run_id",
            "SELECT id FROM runs WHERE check_id = 1 ORDER BY id DESC LIMIT 11",
        ] {
            let steps = try folder.steps(of: sql)
            #expect(steps.allSatisfy { !$0.hasPrefix("SCAN") && !$0.contains("TEMP") }, "\(steps)")
        }
    }
}
