import PortCore
import Testing

@testable import Baseline

@Suite("Runs found by reference")
struct StoreReferenceTests {
    private let folder: TemporaryFolder
    private let store: Store

    /// Four runs of `web` in minutes 0, 10, 20 and 30, one of `db` in minute 40; baselines: runs 1, 3, then 2.
    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
        for (index, port) in ["1", "2", "3", "2"].enumerated() {
            _ = try store.record(draft("web", [found("10.0.0.1", [.connected: port])], at: index * 10))
        }
        _ = try store.record(draft("db", [found("10.0.0.2", [.connected: "3306"])], at: 40))
        for number in [1, 3, 2] as [Int64] { _ = try store.setBaseline(store.run(.number(number)), acceptance()) }
    }

    private func run(_ text: String) throws -> Int64 {
        try store.run(#require(RunReference(text))).id
    }

    @Test(
        "Each form finds its run",
        arguments: [
            ("1", 1), ("5", 5), ("web", 4), ("web~0", 4), ("web~1", 3), ("web~3", 1), ("db", 5),
            ("web@baseline", 2), ("web@baseline~0", 2), ("web@baseline~1", 3), ("web@baseline~2", 1),
            ("web@2026-05-03T12:10:01Z", 2), ("web@2026-05-03T12:10:00.999Z", 1), ("web@2026-05-03T12:29Z", 3),
            ("web@2026-05-03T14:10:01+02:00", 2), ("web@2030-01-01", 4), ("web@2026-05-03", 4),
        ])
    func forms(reference: String, id: Int64) throws {
        #expect(try run(reference) == id)
    }

    @Test("A digest prefix of any length finds the latest run that has the snapshot", arguments: [4, 5, 12, 63, 64])
    func digests(length: Int) throws {
        for (number, latest) in [(1, 1), (2, 4), (3, 3), (4, 4), (5, 5)] as [(Int64, Int64)] {
            let digest = try store.run(.number(number)).digest.description
            #expect(try run("sha256:\(digest.prefix(length))") == latest)
            #expect(try run("sha256:\(digest.prefix(length).uppercased())") == latest)
        }
    }

    @Test("A time as tables show it finds the run that was finished in that second")
    func shownTimes() throws {
        let late = Timestamp(milliseconds: minute(50).milliseconds + 700)
        _ = try store.record(
            RunDraft(
                check: CheckName("late")!, request: request(), startedAt: minute(50), finishedAt: late,
                context: context(), results: [found("10.0.0.1", [.connected: "22"])]))
        #expect(try run("late@\(late.text)") == 6)
        #expect(throws: StoreError.self) { try run("late@2026-05-03T12:50:00.699Z") }
    }

    @Test("A digest finds a run of this database before one that was imported")
    func importedDigest() throws {
        let other = try TemporaryFolder()
        let copy = try other.store()
        _ = try copy.record(draft("far", [found("10.0.0.1", [.connected: "2"])]))
        let bundle = other.path + "/x.bundle"
        _ = try copy.export([.check(CheckName("far")!)], to: bundle)
        let report = try store.importBundle(BundleReader(bundle), as: nil, acceptance())
        #expect(report.checks[0].runs.map(\.number) == [6])
        #expect(try run("sha256:\(store.run(.number(6)).digest)") == 4)
    }

    @Test("A prefix of several snapshots is ambiguous")
    func ambiguous() throws {
        var byPrefix: [Substring: Set<String>] = [:]
        var port: UInt16 = 1000
        while !byPrefix.values.contains(where: { $0.count > 1 }) {
            let draft = try draft("many", [found(Host("10.0.0.1")!, at: nil, [(.connected, PortSet([port...port]))])])
            let digest = draft.snapshot.digest.description
            byPrefix[digest.prefix(4), default: []].insert(digest)
            port += 1
        }
        let (prefix, digests) = byPrefix.first { $0.value.count > 1 }!
        for other in 1000..<port {
            let draft = try draft("many", [found(Host("10.0.0.1")!, at: nil, [(.connected, PortSet([other...other]))])])
            if digests.contains(draft.snapshot.digest.description) { _ = try store.record(draft) }
        }
        let error = StoreError.ambiguous(reference: "sha256:\(prefix)")
        #expect(throws: error) { try run("sha256:\(prefix)") }
        for digest in digests { #expect(try store.run(.number(run("sha256:\(digest)"))).digest.description == digest) }
    }

    @Test("A run that is not there has its own error, which says what was asked")
    func failures() throws {
        let nobody = CheckName("nobody")!
        let web = CheckName("web")!
        #expect(throws: StoreError.noRun("99")) { try run("99") }
        #expect(throws: StoreError.noRun("sha256:0000000000000000")) { try run("sha256:0000000000000000") }
        #expect(throws: StoreError.unknownCheck(nobody)) { try run("nobody") }
        #expect(throws: StoreError.unknownCheck(nobody)) { try run("nobody@baseline") }
        #expect(throws: StoreError.unknownCheck(nobody)) { try run("nobody@2026-05-03") }
        #expect(throws: StoreError.noRun("web~4")) { try run("web~4") }
        #expect(throws: StoreError.noRun("web@2026-05-03T12:00:00Z")) { try run("web@2026-05-03T12:00Z") }
        #expect(throws: StoreError.noBaseline(CheckName("db")!)) { try run("db@baseline") }
        #expect(throws: StoreError.noSuchRun(reference: "\(web)@baseline~3", reason: "the baseline has 3 versions")) {
            try run("web@baseline~3")
        }
        #expect(throws: StoreError.unknownCheck(nobody)) { try store.runs(of: nobody, limit: 1) }
        #expect(throws: StoreError.unknownCheck(nobody)) { try store.baselines(of: nobody) }
    }

    @Test("Names of checks differ by letter case")
    func letterCase() throws {
        #expect(throws: StoreError.unknownCheck(CheckName("WEB")!)) { try run("WEB") }
    }
}

@Suite("Requests and baselines of a check")
struct StoreVersionTests {
    private let folder: TemporaryFolder
    private let store: Store
    private let results = [found("192.0.2.1", [.connected: "22", .refused: "80"])]

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    @Test("The same request is one version, however it was written and however hard it presses")
    func sameRequest() throws {
        let first = try request(["web01", "10.0.0.1-10.0.0.2"], ports: "22,80-81", services: ["ssh", "https"])
        let again = try request(
            ["10.0.0.2", "WEB01.", "10.0.0.1", "web01"], ports: "81,80,22", services: ["https", "ssh"],
            limits: LoadLimits(parallelism: 7, perHost: 2, rate: 100))
        #expect(try store.record(draft("x", results, request: first)).requestVersion == 1)
        #expect(try store.record(draft("x", results, request: again)).requestVersion == 1)
        #expect(try store.latestRequest(of: CheckName("x")!)?.request.identity == first.identity)
    }

    @Test(
        "Another request is refused, and nothing of its run is recorded",
        arguments: [
            (["192.0.2.2"], "22,80", [], 2000), (["192.0.2.1"], "22", [], 2000),
            (["192.0.2.1"], "22,80", ["https"], 2000), (["192.0.2.1"], "22,80", [], 2001),
        ] as [([String], String, [String], Int)])
    func otherRequest(targets: [String], ports: String, services: [String], timeout: Int) throws {
        _ = try store.record(draft("x", results))
        let other = try request(targets, ports: ports, services: services, timeout: timeout)
        let changes = try #require(try store.latestRequest(of: CheckName("x")!)).request.changes(to: other)
        #expect(changes.count == 1)
        #expect(throws: StoreError.requestDiffers(CheckName("x")!, changes: changes)) {
            try store.record(draft("x", results, request: other))
        }
        #expect(try folder.numbers("SELECT count(*) FROM runs UNION ALL SELECT count(*) FROM requests") == [1, 1])
    }

    @Test("A redefined request is the next version, and each run keeps the one that it ran")
    func redefined() throws {
        let wider = try request(ports: "22,80,443")
        let runs = [
            try store.record(draft("x", results)),
            try store.record(draft("x", results, request: wider, redefines: true)),
            try store.record(draft("x", results, request: wider)),
            try store.record(draft("x", results, redefines: true)),
        ]
        #expect(runs.map(\.requestVersion) == [1, 2, 2, 3])
        #expect(
            try runs.map { try store.request(of: $0).ports.all.text } == ["22,80", "22,80,443", "22,80,443", "22,80"])
        #expect(try store.latestRequest(of: CheckName("x")!)?.version == 3)
        #expect(try store.latestRequest(of: CheckName("y")!) == nil)
    }

    @Test("A redefinition to the same request is no new version")
    func redefinedAlike() throws {
        _ = try store.record(draft("x", results, redefines: true))
        #expect(try store.record(draft("x", results, redefines: true)).requestVersion == 1)
    }

    @Test("Every version of a baseline stays, with who, why and ticket")
    func baselineHistory() throws {
        let runs = try (0..<3).map { try store.record(draft("x", results, at: $0)) }
        let set = [
            try store.setBaseline(runs[0], acceptance("first", at: 5, ticket: "CHG-1042")),
            try store.setBaseline(runs[2], acceptance("second", at: 6)),
            try store.setBaseline(runs[0], acceptance("back again", at: 7)),
        ]
        let read = try Store(reading: folder.database).baselines(of: CheckName("x")!)
        #expect(read == set)
        #expect(read.map(\.version) == [1, 2, 3])
        #expect(read.map(\.run.id) == [1, 3, 1])
        #expect(read.map(\.ticket) == ["CHG-1042", nil, nil])
        #expect(read.map(\.reason) == ["first", "second", "back again"])
        #expect(read.map(\.recordedAt) == [minute(5), minute(6), minute(7)])
        #expect(Set(read.map(\.user)) == ["op"] && Set(read.map(\.vantage)) == ["probe1"])
    }

    @Test("The current baseline of each check is listed by name")
    func currentBaselines() throws {
        for name in ["web", "db", "mail"] { _ = try store.record(draft(name, results)) }
        for number in [1, 2, 1] as [Int64] { _ = try store.setBaseline(store.run(.number(number)), acceptance()) }
        let current = try store.currentBaselines()
        #expect(current.map(\.check.description) == ["db", "web"])
        #expect(current.map(\.version) == [1, 2])
        #expect(try store.baselines(of: CheckName("mail")!).isEmpty)
    }
}
