import PortCore
import Testing

@testable import Baseline

/// Banners from `port: text`, all of them ssh's.
func said(_ texts: [UInt16: String]) -> HostBanners { texts.mapValues { Banner(.ssh, text: $0)! } }

@Suite("Banners in the store")
struct StoreBannerTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    /// Records a run of `check` in which 22 and 80 are open at each host of `hosts`.
    private func record(
        _ banners: [String: [UInt16: String]]?, hosts: [String] = ["10.0.0.1", "web01"], check: String = "x"
    ) throws -> Run {
        try store.record(draft(check, banners, hosts: hosts))
    }

    private func draft(
        _ check: String, _ banners: [String: [UInt16: String]]?, hosts: [String]
    ) throws -> RunDraft {
        RunDraft(
            check: CheckName(check)!, request: try request(), redefines: true, startedAt: minute(0),
            finishedAt: minute(1), context: context(),
            results: hosts.map { found($0, at: "192.0.2.1", [.connected: "22,80"]) },
            banners: banners.map { Dictionary(uniqueKeysWithValues: $0.map { (Host($0)!, said($1)) }) })
    }

    /// The changes from `old` to `new`, as `kind host:port`.
    private func changes(_ old: Run, _ new: Run) throws -> [String]? {
        let drift = try store.drift(from: old, to: new).drift
        return try store.bannerChanges(from: old, to: new, drift: drift)?.map {
            "\($0.kind) \($0.host):\($0.port) \($0.from?.text ?? "-") \($0.to?.text ?? "-")"
        }
    }

    private func rows() throws -> [Int] { try folder.numbers("SELECT run_id FROM run_banners ORDER BY run_id") }

    @Test(
        "Texts that look alike and have other bytes are other texts", arguments: [("é", "e\u{301}"), ("\u{212B}", "Å")])
    func canonicallyEquivalent(_ old: String, _ new: String) throws {
        let host = found("10.0.0.1", [.connected: "22"])
        for (time, text) in [old, new].enumerated() {
            _ = try store.record(
                BaselineTests.draft("x", [host], at: time, banners: [Host("10.0.0.1")!: said([22: text])]))
        }
        #expect(try RecordedHistory.discrepancy(folder) == nil)
        let banners = try store.banners(of: store.run(.number(2)))
        #expect(banners?.values.first?[22]?.text.unicodeScalars.elementsEqual(new.unicodeScalars) == true)
    }

    @Test("A banner that begins with a combining mark is read as it was recorded")
    func combining() throws {
        let said = [Host("10.0.0.1")!: said([22: "\u{301}x", 80: "\u{200D}y"])]
        let run = try store.record(BaselineTests.draft("x", [found("10.0.0.1", [.connected: "22,80"])], banners: said))
        #expect(try store.banners(of: run) == said)
        let path = folder.path + "/x.bundle"
        _ = try store.export([.check(run.check)], to: path)
        _ = try BundleReader(path).prove()
    }

    @Test("Banners are read back as they were, and are no part of the snapshot")
    func roundTrip() throws {
        let silent = try record(nil)
        let draft = try draft(
            "x", ["10.0.0.1": [22: "a b", 80: "ü\\u{1b} "], "web01": [22: "a b"]], hosts: ["10.0.0.1", "web01"])
        let run = try store.record(draft)
        #expect(run.readsBanners && !silent.readsBanners)
        let reader = try Store(reading: folder.database)
        #expect(try reader.run(.number(run.id)) == run)
        #expect(try reader.banners(of: run) == draft.banners)
        #expect(try reader.findings(of: run).banners == draft.banners)
        #expect(try reader.findings(of: silent).banners == nil)
        #expect(run.digest == silent.digest)
    }

    @Test("A host has a row only where its banners differ from the check's previous run that read them")
    func delta() throws {
        let first: [String: [UInt16: String]] = ["10.0.0.1": [22: "a"], "web01": [22: "a", 80: "b"]]
        var second = first
        second["web01"] = [22: "a2", 80: "b"]
        let runs = [
            try record(nil), try record(first), try record(first), try record(nil), try record(first),
            try record(second), try record(nil), try record(["10.0.0.1": [22: "a"]]), try record([:]),
            try record(first),
        ]
        #expect(try rows() == [2, 2, 6, 8, 9, 10, 10])
        #expect(try folder.numbers("SELECT count(*) FROM banners") == [3])
        let texts = try runs.map { run in
            try store.banners(of: run).map { banners in
                ["10.0.0.1", "web01"].map { banners[Host($0)!]?[22]?.text ?? "-" }.joined(separator: " ")
            }
        }
        #expect(texts == [nil, "a a", "a a", nil, "a a", "a a2", nil, "a -", "- -", "a a"])
    }

    @Test("A run without banners between two with them neither takes any away nor brings any")
    func unreadBetween() throws {
        let before = try record(["web01": [22: "a"]])
        let unread = try record(nil)
        let same = try record(["web01": [22: "a"]])
        let other = try record(["web01": [22: "b"], "10.0.0.1": [80: "c"]])
        #expect(try changes(before, same) == [])
        #expect(try changes(before, unread) == nil)
        #expect(try changes(unread, same) == nil)
        #expect(try changes(before, other) == ["appeared 10.0.0.1:80 - c", "changed web01:22 a b"])
        #expect(try changes(other, before) == ["vanished 10.0.0.1:80 c -", "changed web01:22 b a"])
        #expect(try changes(same, same) == [])
    }

    @Test("Runs of two checks compare as well, and do not show in each other's histories")
    func otherCheck() throws {
        let mine = try record(["web01": [22: "a"]])
        let theirs = try record(["web01": [22: "b"], "10.0.0.1": [22: "c"]], check: "y")
        _ = try record(["web01": [22: "z"]])
        #expect(try changes(mine, theirs) == ["appeared 10.0.0.1:22 - c", "changed web01:22 a b"])
        #expect(try store.banners(of: mine)?.count == 1)
    }

    @Test("What only one of the runs probed is no change of a banner")
    func scope() throws {
        let both = try record(["web01": [22: "a"], "10.0.0.1": [22: "c"]])
        let one = try record(["web01": [22: "a"]], hosts: ["web01"])
        #expect(try changes(both, one) == [])
        #expect(try changes(one, both) == [])
        let shut = try store.record(
            RunDraft(
                check: CheckName("x")!, request: request(), startedAt: minute(0), finishedAt: minute(1),
                context: context(),
                results: [
                    found("10.0.0.1", [.connected: "80", .refused: "22"]), found("web01", [.connected: "22,80"]),
                ], banners: [Host("web01")!: said([22: "a"])]))
        #expect(try changes(both, shut) == ["vanished 10.0.0.1:22 c -"], "a port that closed says nothing any more")
    }

    @Test(
        "Text that is not what is written there is damage",
        arguments: [
            "22 ssh\n", "22 telnet x\n", "22 ssh a", "80 ssh a\n22 ssh b\n", "0 ssh a\n", "22 ssh a\u{1B}\n", "",
            "022 ssh a\n",
        ])
    func damaged(text: String) throws {
        let run = try record(["web01": [22: "a"]])
        try folder.execute(
            "DROP TRIGGER banners_no_update", "UPDATE banners SET lines = '\(text)'")
        let error = #expect(throws: StoreError.self) { try Store(reading: folder.database).banners(of: run) }
        guard case .damaged = error else { Issue.record("\(error.map { "\($0)" } ?? "no error")"); return }
    }

    @Test("The run before that read banners is found by index")
    func plan() throws {
        let steps = try folder.steps(
            of: "SELECT max(id) FROM runs WHERE check_id = 1 AND id < 9 AND reads_banners = 1")
        #expect(steps.contains { $0.contains("runs_with_banners") }, "\(steps)")
    }
}

@Suite("Banners of a check")
struct CheckerBannerTests {
    private let folder: TemporaryFolder
    private let network = ScriptedNetwork(
        ["10.0.0.1:22": .connected, "10.0.0.1:80": .connected, "10.0.0.2:22": .timeout])

    init() throws {
        folder = try TemporaryFolder()
        network.says = ["10.0.0.1:22": Banner(.ssh, text: "SSH-2.0-x")!]
    }

    private func order(reads: Bool = true) throws -> CheckOrder {
        var order = try BaselineTests.order("x", parts(["10.0.0.1-10.0.0.2"], ports: "22,80"))
        order.readsBanners = reads
        return order
    }

    @Test("They are read when asked for, of open ports only, and recorded")
    func read() throws {
        let checker = network.checker(folder.database)
        #expect(try checker.run(order(reads: false)).findings.banners == nil)
        #expect(network.heard.isEmpty)
        let report = try checker.run(order())
        #expect(network.heard == [["10.0.0.1:22,80"]])
        #expect(report.findings.banners?[Host("10.0.0.1")!]?[22]?.text == "SSH-2.0-x")
        let run = try #require(report.run)
        #expect(run.readsBanners && run.requestVersion == 1, "the flag is no part of the request")
        #expect(try folder.store().banners(of: run) == [Host("10.0.0.1")!: said([22: "SSH-2.0-x"])])
    }

    @Test("They are read after the second look, whose states hold")
    func afterSecondLook() throws {
        let checker = network.checker(folder.database)
        let first = try checker.run(order(reads: false))
        _ = try folder.store().setBaseline(try #require(first.run), acceptance())
        network.looks = [[:], [:], ["10.0.0.1:22": .connected]]
        let report = try checker.run(order())
        #expect(network.heard == [["10.0.0.1:22"]])
        #expect(report.findings.snapshot.count(.open) == 1)
    }

    @Test("Where the machine cannot read them, a warning says so, and the run is one that did not")
    func shortage() throws {
        network.deafness = .shortage(code: 24)
        let report = try network.checker(folder.database).run(order())
        #expect(report.warnings.count == 1 && report.warnings[0].hasPrefix("No banners were read: "))
        #expect(report.findings.banners == nil && report.run?.readsBanners == false)
        #expect(report.verdict.level == .critical, "the states are judged all the same")
    }

    @Test("A signal while they are read ends the check, and nothing is recorded")
    func cancelled() throws {
        network.deafness = .cancelled(signal: 2)
        #expect(throws: BannerError.cancelled(signal: 2)) {
            try network.checker(folder.database).run(order())
        }
        #expect(throws: StoreError.self) { try Store(reading: folder.database) }
    }
}
