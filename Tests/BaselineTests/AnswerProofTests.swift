import PortCore
import Testing

@testable import Baseline

/// What answers say of a database of which one cell is another: what they said before, or nothing.
@Suite(
    "An answer that is proved is right or refused, whatever cell was changed behind the back of portbase",
    .enabled(if: Tool.sqlite3 != nil, "the sqlite3 program is missing: apt-get install sqlite3"))
struct AnswerProofTests {
    /// The answers by their questions; what is refused has none.
    private static func answers(_ folder: TemporaryFolder) -> [String: String] {
        guard let store = try? Store(reading: folder.database) else { return [:] }
        var answers: [String: String] = [:]
        func ask(_ question: String, _ answer: () throws -> Any) {
            if let answer = try? answer() { answers[question] = "\(answer)" }
        }
        let references = [
            "1", "3", "4", "5", "8", "web", "web~1", "web@baseline", "web@baseline~1", "web@2026-05-03T12:03Z",
        ]
        for text in references {
            guard let reference = RunReference(text) else { continue }
            ask("show \(text)") {
                let recorded = try store.recorded(reference)
                let findings = try store.findings(of: recorded)
                return [
                    shown(recorded), SnapshotFormat.text(findings.snapshot),
                    sorted(findings.evidence.mapValues(\.lines)),
                    sorted((findings.banners ?? [:]).mapValues(BannerFormat.lines)),
                    try store.request(of: recorded.run),
                ] as [Any]
            }
            ask("canonical \(text)") { SnapshotFormat.text(try store.snapshot(of: store.recorded(reference))) }
            ask("diff \(text)") { try drift(store, reference, RunReference("5")!) }
        }
        for name in ["web", "db", "far"].map({ CheckName($0)! }) {
            ask("baselines of \(name)") { try store.baselines(of: name).map(shown) }
            ask("baseline of \(name)") { try store.baseline(of: name).map(shown) ?? "none" }
            ask("request of \(name)") { try store.latestRequest(of: name).map { "\($0)" } ?? "none" }
        }
        ask("current baselines") { try store.currentBaselines().map(shown) }
        for time in [minute(3), Timestamp.distantFuture] {
            var question = Question()
            question.subject = .states(at: time)
            ask("states at \(time)") {
                try store.answers(to: question).rows.map { row in
                    "\(row.check) \(row.host) \(row.ports.text) \(row.state!) \(row.run.id) \(row.run.finishedAt)"
                }
            }
        }
        return answers
    }

    private static func shown(_ recorded: Recorded) -> String {
        switch recorded {
        case .run(let run): "\(run)"
        case .derived(let version): shown(version)
        }
    }

    private static func shown(_ version: BaselineVersion) -> String {
        """
        \(version.check) \(version.version) \(version.run.id) \(version.isDerived) \(version.digest) \(version.recordedAt) \
        \(version.vantage) \(version.user) \(version.person ?? "-") \(version.reason) \(version.ticket ?? "-")
        """
    }

    private static func sorted(_ texts: [Host: String]) -> [String] {
        texts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    }

    private static func drift(_ store: Store, _ from: RunReference, _ to: RunReference) throws -> String {
        let (from, to) = (try store.recorded(from), try store.recorded(to))
        try store.prove(from, to)
        let (drift, evidence) = try store.drift(from: from, to: to)
        var banners: [BannerChange]?
        if case (.run(let old), .run(let new)) = (from, to) {
            banners = try store.bannerChanges(from: old, to: new, drift: drift)
        }
        return "\(DriftRow.rows(drift, evidence: evidence)) \(banners.map { "\($0)" } ?? "none")"
    }

    @Test("Every column of every table, in its first row and in its last", arguments: LedgerTamperTests.tables)
    func alteredCell(table: String) throws {
        let history = try RecordedHistory()
        let right = Self.answers(history.folder)
        #expect(right.count > 40, "\(right.keys.sorted())")
        for column in try history.folder.texts("SELECT name FROM pragma_table_info('\(table)')") {
            for isFirst in [true, false] {
                let row = try LedgerTamperTests.isFirst(of: table, isFirst ? "ASC" : "DESC", history)
                for value in ["\(column) + 1", "1", "-\(column)", "\(column) || 'x'", "zeroblob(32)"] {
                    let sql = "UPDATE \(table) SET \(column) = \(value) WHERE \(row) AND \(column) IS NOT \(value)"
                    guard let copy = try history.changed(by: sql) else { continue }
                    for (question, answer) in Self.answers(copy) where answer != right[question] {
                        Issue.record("\(sql): \(question): \(answer)")
                    }
                }
            }
        }
    }

    @Test("What excuses drift in a check is proved: runs that were made restless are refused")
    func excuse() throws {
        let history = try TemporaryFolder()
        let store = try history.store()
        for time in 0..<6 {
            let reason: Reason = time.isMultiple(of: 2) ? .connected : .refused
            _ = try store.record(draft("web", [found("10.0.0.1", [reason: "22", .timeout: "80"])], at: time))
        }
        let name = CheckName("web")!
        #expect(try store.recentRuns(of: name).sights.count == 1)
        try history.execute(
            "DROP TRIGGER evidence_no_update",
            "UPDATE evidence SET reasons = 'timeout *' || char(10) || 'unstable 1/3 80' || char(10)")
        #expect(throws: StoreError.self) { try store.recentRuns(of: name) }
    }
}
