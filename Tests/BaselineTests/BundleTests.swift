import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("A bundle proves itself, and brings in what was recorded")
struct BundleTests {
    private let folder: TemporaryFolder
    private let web = CheckName("web")!
    private let up = found("10.0.0.1", [.connected: "22", .timeout: "23"])
    private let down = found("10.0.0.1", [.refused: "22", .timeout: "23"])

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.path + "/x.bundle" }

    private func text() throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    /// The path of a bundle whose text is `text`, closed by its digest where `isClosed`.
    private func bundle(_ text: String, isClosed: Bool = true) throws -> String {
        let changed = folder.path + "/changed.bundle"
        let body = text.components(separatedBy: "\ndigest ")[0] + "\n"
        try (isClosed ? body + "digest \(Digest(of: body))\n" : text)
            .write(toFile: changed, atomically: true, encoding: .utf8)
        return changed
    }

    private func problem(_ path: String, expected: LedgerHead? = nil) throws -> String? {
        do {
            _ = try BundleReader(path, expected: expected).prove()
            return nil
        } catch StoreError.doesNotHold(let discrepancy) {
            return "\(discrepancy)"
        } catch StoreError.notABundle {
            return "line 1"
        }
    }

    // MARK: There and back

    @Test("Every kind of record comes back: runs, evidence, banners, addresses, versions and derived baselines")
    func roundTrip() throws {
        let key = SigningKey()
        let history = try RecordedHistory(key: key)
        let source = try Store(reading: history.folder.database)
        let summary = try source.export([.check(web)], to: path)
        #expect(summary.head == history.head && summary.checks.map(\.runs) == [[1, 2, 4, 5]])
        #expect(try BundleReader(path, expected: history.head, keys: [key.publicKey]).prove() == summary)
        let target = try folder.store()
        _ = try target.record(draft("own", [up]))
        let report = try target.importBundle(BundleReader(path), as: CheckName("there")!, acceptance("audit", at: 20))
        #expect(report.checks.map(\.name.description) == ["there"] && report.bundle == summary.digest)
        #expect(report.checks[0].runs.map(\.number) == [2, 3, 4, 5])
        #expect(try Imported(target, "there") == Imported(source, "web"))
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }

    @Test(
        "Random histories, pruned or not, come back whole, and again from where they were imported", arguments: 1...15)
    func randomHistories(seed: UInt64) throws {
        let elsewhere = [try TemporaryFolder(), try TemporaryFolder()]
        var history = RandomHistory(seed: seed)
        let source = try elsewhere[0].store()
        for _ in 0..<30 { try history.recordNext(in: source) }
        if seed.isMultiple(of: 2) { _ = try source.prune(by: RetentionPolicy(since: minute(20)), acceptance(at: 100)) }
        let names = ["mine", "other"].map { CheckName($0)! }
        _ = try source.export(names.map { .check($0) }, to: path)
        let between = try elsewhere[1].store()
        _ = try between.importBundle(BundleReader(path), as: nil, acceptance(at: 101))
        let second = folder.path + "/y.bundle"
        _ = try between.export([.check(names[0])], to: second)
        let target = try folder.store()
        _ = try target.importBundle(BundleReader(second), as: names[1], acceptance(at: 102))
        for name in ["mine", "other"] { #expect(try Imported(between, name) == Imported(source, name), "seed \(seed)") }
        #expect(try Imported(target, "other") == Imported(source, "mine"), "seed \(seed)")
        for folder in [elsewhere[1], folder] { #expect(try RecordedHistory.discrepancy(folder) == nil, "seed \(seed)") }
    }

    @Test("Single runs go with the request that they carried out, and without what the others found")
    func singleRuns() throws {
        let store = try folder.store()
        for time in 0..<4 { _ = try store.record(draft("web", [time == 2 ? down : up], at: time)) }
        _ = try store.record(draft("db", [down], at: 5))
        let summary = try store.export([.run(.number(2)), .run(.latest(CheckName("db")!, back: 0))], to: path)
        #expect(summary.checks.map(\.runs) == [[5], [2]] && summary.checks.map(\.baselines) == [0, 0])
        #expect(try BundleReader(path).prove() == summary)
        #expect(try text().components(separatedBy: "part snapshot").count == 3)
        #expect(try text().components(separatedBy: "part entry").count == 1 + 7, "the whole ledger")
    }

    @Test(
        "A script in another language proves the same", .enabled(if: Tool.python3 != nil, "python3 is not installed"))
    func script() throws {
        let history = try RecordedHistory(key: SigningKey())
        let store = try Store(reading: history.folder.database)
        _ = try store.export(["web", "db", "far"].map { .check(CheckName($0)!) }, to: path)
        let script = Project.root.appendingPathComponent("docs/bundle.py").path
        let python = try #require(Tool.python3)
        let runs = try store.runs(of: nil, limit: 100).reversed().map {
            "\($0.check) run \($0.id) sha256:\($0.digest)\n"
        }
        #expect(try Tool.run(python, [script, path]) == (0, runs.joined() + "\(history.head)\n"))
        let whole = try text()
        for (old, new) in [
            ("\nopen *", "\nclosed *"), ("\ntimeout *", "\nprohibited *"), ("SSH-2.0-x", "SSH-2.0-y"),
            ("reason moved", "reason"),
            ("hosts 3", "hosts 4"), ("part record", "part recor"),
        ] {
            try #require(whole.contains(old), "\(old)")
            let (status, output) = try Tool.run(
                python, [script, bundle(whole.replacingOccurrences(of: old, with: new))])
            #expect(status == 1 && output.hasPrefix("it does not hold: line "), "\(old): \(output)")
        }
    }

    // MARK: What is refused

    @Test(
        "An export refuses a run that was taken away, where no prune that was entered dropped it",
        .enabled(if: Tool.sqlite3 != nil, "the sqlite3 program is missing"))
    func missingRun() throws {
        let history = try RecordedHistory()
        // It found nothing new, so that no row but its own tells of it.
        let taken = "DELETE FROM runs WHERE id = 7"
        let line =
            "(SELECT 'run 7 db ' || lower(hex(record)) || char(10) FROM ledger WHERE kind = 'run' AND number = 7)"
        for (changes, expected) in [
            (taken, "(run 7 of db): it is missing, and no prune dropped it"),
            (
                "\(taken); INSERT INTO prunes (content) VALUES ('portbase-prune 1' || char(10) || \(line))",
                "run 7 of db: it is missing, and no prune dropped it"
            ),
            (
                "\(taken); UPDATE prunes SET content = content || \(line)",
                "(prune 1): its record is not the one that was entered"
            ),
        ] {
            let copy = try #require(try history.changed(by: changes))
            let store = try Store(reading: copy.database)
            for item in ["web", "db"] {
                let error = #expect(throws: StoreError.self) {
                    try store.export([.check(CheckName(item)!)], to: copy.path + "/x.bundle")
                }
                #expect(error.map { "\($0)".contains(expected) } == true, "\(error.map { "\($0)" } ?? "")")
            }
        }
    }

    @Test("A bundle that is cut off anywhere, or goes on, does not hold")
    func truncation() throws {
        let history = try RecordedHistory()
        _ = try Store(reading: history.folder.database).export([.check(web)], to: path)
        let whole = try text()
        var random = SplitMix64(seed: 7)
        for _ in 0..<300 {
            let cut = String(whole.prefix(.random(in: 0..<whole.count, using: &random)))
            #expect(try problem(bundle(cut, isClosed: false))?.hasPrefix("line ") == true, "\(cut.count)")
        }
        #expect(try problem(bundle(whole + "x\n", isClosed: false))?.contains("follows the digest") == true)
    }

    @Test("Each line that is changed, dropped, doubled or moved is found: by the digest, and by a head without it")
    func edits() throws {
        let store = try folder.store()
        let said = [Host("10.0.0.1")!: said([22: "SSH-2.0-x"])]
        _ = try store.setBaseline(store.record(draft("web", [up], banners: said)), acceptance(ticket: "T-1"))
        _ = try store.record(draft("web", [down], at: 1))
        let head = try store.export([.check(web)], to: path).head
        let whole = try text()
        let lines = whole.components(separatedBy: "\n").dropLast(2)
        for index in lines.indices.dropFirst() {
            var edits = Array(repeating: Array(lines), count: 4)
            edits[0][index] += "0"
            edits[1].remove(at: index)
            edits[2].insert(lines[index], at: index)
            edits[3].swapAt(index, index - 1)
            for (edit, lines) in edits.enumerated() {
                let text = lines.joined(separator: "\n") + "\n"
                guard !whole.hasPrefix(text) else { continue }
                let place = "line \(index + 1), edit \(edit)"
                #expect(try problem(bundle(text), expected: head) != nil, "\(place)")
                let unclosed = try bundle(text + "digest \(Digest(of: whole))\n", isClosed: false)
                #expect(try problem(unclosed)?.hasPrefix("line ") == true, "\(place)")
            }
        }
    }

    @Test("Bytes changed at random never crash it, and are never taken for the original", arguments: 1...4)
    func randomBytes(seed: UInt64) throws {
        let history = try RecordedHistory(key: SigningKey())
        _ = try Store(reading: history.folder.database).export([.check(web)], to: path)
        let whole = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
        var random = SplitMix64(seed: seed)
        let changed = folder.path + "/changed.bundle"
        for round in 0..<150 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let place = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = .random(in: 0...255, using: &random)
                case 1: bytes.remove(at: place)
                default: bytes.insert(bytes.randomElement(using: &random)!, at: place)
                }
            }
            guard bytes != whole else { continue }
            try Data(bytes).write(to: URL(fileURLWithPath: changed))
            #expect(try problem(changed) != nil, "seed \(seed), round \(round)")
        }
    }

    @Test("A bundle that does not hold changes nothing")
    func allOrNothing() throws {
        let source = try TemporaryFolder()
        let store = try source.store()
        for time in 0..<3 { _ = try store.record(draft("web", [time == 1 ? down : up], at: time)) }
        _ = try store.export([.check(web)], to: path)
        let target = try folder.store()
        let before = try folder.numbers("SELECT count(*) FROM sqlite_schema, ledger, checks")
        let changed = try bundle(
            text().replacingOccurrences(of: "finished_at 2026-05-03T12:02", with: "finished_at 2026-05-03T12:03"))
        #expect(throws: StoreError.self) { try target.importBundle(BundleReader(changed), as: nil, acceptance()) }
        #expect(try folder.numbers("SELECT count(*) FROM sqlite_schema, ledger, checks") == before)
        _ = try target.importBundle(BundleReader(path), as: nil, acceptance())
    }

    @Test("Names are free, one for one check, and nothing is added to what was imported")
    func names() throws {
        let source = try TemporaryFolder()
        let store = try source.store()
        let run = try store.record(draft("web", [up]))
        _ = try store.record(draft("db", [up]))
        _ = try store.export([.check(web), .check(CheckName("db")!)], to: path)
        let target = try folder.store()
        #expect(throws: StoreError.manyChecks(path: path)) {
            try target.importBundle(BundleReader(path), as: CheckName("x")!, acceptance())
        }
        _ = try target.importBundle(BundleReader(path), as: nil, acceptance())
        #expect(throws: StoreError.checkExists(web)) {
            try target.importBundle(BundleReader(path), as: nil, acceptance())
        }
        #expect(throws: StoreError.imported(web)) { try target.record(draft("web", [up], at: 9)) }
        #expect(throws: StoreError.imported(web)) { try target.setBaseline(run, acceptance()) }
        #expect(throws: StoreError.exists(path: path)) { try store.export([.check(web)], to: path) }
        #expect(throws: StoreError.notABundle(path: folder.database)) { try BundleReader(folder.database).prove() }
    }

    @Test("A prune leaves what was imported, and drops what is its own")
    func pruned() throws {
        let source = try TemporaryFolder()
        let store = try source.store()
        for time in 0..<4 { _ = try store.record(draft("web", [up], at: time)) }
        _ = try store.export([.check(web)], to: path)
        let target = try folder.store()
        for time in 0..<4 { _ = try target.record(draft("own", [up], at: time)) }
        _ = try target.importBundle(BundleReader(path), as: nil, acceptance())
        let report = try target.prune(by: RetentionPolicy(since: minute(100)), acceptance())
        #expect(report.checks.map(\.name.description) == ["own"] && report.count == 2)
        #expect(try folder.numbers("SELECT id FROM runs ORDER BY id") == [1, 4, 5, 6, 7, 8])
        #expect(try RecordedHistory.discrepancy(folder) == nil)
    }

    @Test("What does not hold is not exported, and leaves no file")
    func damaged() throws {
        let store = try folder.store()
        for time in 0..<3 { _ = try store.record(draft("web", [time == 1 ? down : up], at: time)) }
        try folder.execute("DROP TRIGGER runs_no_update", "UPDATE runs SET open = 7 WHERE id = 2")
        #expect(throws: StoreError.self) { try store.export([.check(web)], to: path) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).allSatisfy { !$0.contains("bundle") })
    }

    @Test("A key proves who signed a bundle, and an unsigned one has none")
    func signatures() throws {
        let (key, other) = (SigningKey(), SigningKey())
        for key in [key, nil] {
            let folder = try TemporaryFolder()
            let store = try Store(recordingIn: folder.database, signingKey: key)
            _ = try store.record(draft("web", [up]))
            let path = folder.path + "/x.bundle"
            #expect(try store.export([.check(web)], to: path).signedFrom == (key == nil ? nil : 1))
            #expect(throws: StoreError.self) { try BundleReader(path, keys: [other.publicKey]).prove() }
            if let key { _ = try BundleReader(path, keys: [other.publicKey, key.publicKey]).prove() }
        }
    }
}

/// All that a store tells of one check, but for the numbers of its runs.
private struct Imported: Equatable {
    var runs: [String] = []
    var baselines: [String] = []

    init(_ store: Store, _ name: String) throws {
        let name = CheckName(name)!
        let all = try store.runs(of: name, limit: 1000).reversed()
        for run in all { try runs.append(Self.text(run, store)) }
        for version in try store.baselines(of: name) {
            let place = Array(all).firstIndex(of: version.run)
            let findings = try store.findings(of: version.recorded)
            try #require(place != nil)
            baselines.append(
                "\(version.version) \(place!) \(version.digest) \(version.recordedAt) \(version.user) \(version.vantage) "
                    + "\(version.person ?? "-") \(version.reason) \(version.ticket ?? "-") \(Self.text(findings))")
        }
    }

    private static func text(_ run: Run, _ store: Store) throws -> String {
        "\(run.requestVersion) \(run.startedAt) \(run.finishedAt) \(run.context) \(run.digest) \(run.statesDigest) "
            + "\(run.counts) \(run.times) \(run.readsBanners) \(try RequestCoding.text(store.request(of: run))) "
            + text(try store.findings(of: run))
    }

    private static func text(_ findings: Findings) -> String {
        let evidence = findings.evidence.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.lines)" }
        let banners = findings.banners?.sorted { $0.key < $1.key }.map { "\($0.key) \(BannerFormat.lines($0.value))" }
        return "\(findings.snapshot.digest) \(evidence) \(banners.map { "\($0)" } ?? "not read")"
    }
}
