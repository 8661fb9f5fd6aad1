import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("What the recorded runs say of ports, one after another")
struct HistoryTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    /// What the tests below ask: a run each hour, 443 of web01 opens, closes, is lost and comes back.
    private func recorded() throws -> Store {
        let store = try folder.store()
        let states: [Reason] = [.refused, .connected, .connected, .refused, .timeout, .connected]
        for (hour, reason) in states.enumerated() {
            _ = try store.record(
                draft("web", [found("web01", at: "10.0.0.9", [.connected: "22", reason: "443"])], at: hour * 60))
        }
        return store
    }

    private func text(_ history: PortHistory) -> [String] {
        history.spans.map { span in
            "\(history.ports.text) \(span.state?.rawValue ?? "-") \(span.first.id)-\(span.last.id)"
                + (span.next.map { " until \($0.id)" } ?? "")
        }
    }

    @Test("Each change of state has the first and the last run that showed it, how long it lasted, and is counted")
    func changes() throws {
        let histories = try recorded().histories(of: HostPattern("web01"), ports: ports("443"), in: nil)
        let history = try #require(histories.first)
        #expect(
            text(history) == [
                "443 closed 1-1 until 2", "443 open 2-3 until 4", "443 closed 4-4 until 5", "443 filtered 5-5 until 6",
                "443 open 6-6",
            ])
        #expect(history.changes == 4)
        #expect(history.spans.map(\.milliseconds) == [3_600_000, 7_200_000, 3_600_000, 3_600_000, 0])
        #expect(history.firstSpan(in: .open)?.first.id == 2)
    }

    @Test("Ports that always were alike are one history, and a host by its address is the host by its name")
    func classes() throws {
        let store = try recorded()
        for pattern in ["web01", "WEB*", "10.0.0.0/24"] {
            let histories = try store.histories(of: HostPattern(pattern), ports: nil, in: CheckName("web"))
            #expect(histories.map(\.ports.text) == ["22", "443"], "\(pattern)")
        }
        #expect(try store.histories(of: HostPattern("10.0.1.0/24"), ports: nil, in: nil).isEmpty)
        #expect(throws: StoreError.unknownCheck(CheckName("db")!)) {
            try store.histories(of: nil, ports: nil, in: CheckName("db"))
        }
    }

    @Test("A port that left the scope is not covered from then on, and was not before it came")
    func scope() throws {
        let store = try folder.store()
        for (number, list) in ["22", "22,80", "22", "80"].enumerated() {
            _ = try store.record(
                draft(
                    "x", [found("10.0.0.1", [.connected: list])], at: number, request: request(ports: list),
                    redefines: true))
        }
        let histories = try store.histories(of: nil, ports: ports("21-80"), in: nil)
        #expect(
            histories.flatMap(text) == [
                "22 open 1-3 until 4", "22 - 4-4", "80 open 2-2 until 3", "80 - 3-3 until 4", "80 open 4-4",
            ])
    }

    @Test("What was not covered for a while is no change, unless another state followed")
    func gaps() throws {
        let store = try folder.store()
        for (number, reasons) in [Reason.refused, nil, .refused, nil, .connected].enumerated() {
            let results =
                reasons.map { found("10.0.0.1", [.connected: "22", $0: "80"]) } ?? found("10.0.0.1", [.connected: "22"])
            _ = try store.record(draft("x", [results], at: number, request: request(ports: "22,80")))
        }
        let history = try #require(try store.histories(of: nil, ports: ports("80"), in: nil).first)
        #expect(text(history).count == 5 && history.changes == 1)
        let opened = try answers(store, .changes([.opened], from: .distantPast, to: .distantFuture))
        #expect(opened.rows.map(\.run.id) == [5])
    }

    @Test("A question of a moment is answered from a snapshot that its digest proves, or not at all")
    func proved() throws {
        let store = try recorded()
        try folder.execute(
            "DROP TRIGGER run_hosts_no_update", "UPDATE run_hosts SET block_id = 1 WHERE run_id = 2")
        #expect(throws: StoreError.self) { try answers(store, .states(at: minute(61))) }
    }

    @Test("Histories say of every run what its snapshot says, whatever changed, came and went")
    func sameAsSnapshots() throws {
        try forEachSeed(25) { seed, random in
            let folder = try TemporaryFolder()
            let store = try folder.store()
            var results = RandomNetwork.results(&random)
            var runs: [Run] = []
            for number in 0..<12 {
                runs.append(
                    try store.record(draft("x", results, at: number, request: request(ports: "22"))))
                results = RandomNetwork.successor(of: results, &random)
            }
            let histories = try store.histories(of: nil, ports: nil, in: nil)
            for run in runs {
                let snapshot = try store.snapshot(of: run)
                let told = Snapshot(entries(of: histories, at: run.id, like: snapshot))
                #expect(told == snapshot, "seed \(seed), run \(run.id)")
                var question = Question()
                question.subject = .states(at: run.finishedAt)
                let answers = try store.answers(to: question)
                #expect(
                    Snapshot(entries(of: answers.rows, like: snapshot)) == snapshot, "seed \(seed), run \(run.id)")
            }
            for history in histories {
                for (old, new) in zip(history.spans, history.spans.dropFirst()) {
                    #expect(
                        old.state != new.state && old.next == new.first && old.last.id < new.first.id, "seed \(seed)")
                }
            }
        }
    }

    /// The hosts that `histories` show at run `id`, with the addresses of `snapshot`.
    private func entries(of histories: [PortHistory], at id: Int64, like snapshot: Snapshot) -> [Snapshot.Entry] {
        merged(
            histories.compactMap { history in
                let span = history.spans.first { $0.first.id <= id && id <= $0.last.id }
                return (span?.state).map { Share(host: history.host, state: $0, ports: history.ports) }
            }, like: snapshot)
    }

    private func entries(of answers: [Answer], like snapshot: Snapshot) -> [Snapshot.Entry] {
        merged(
            answers.compactMap { row in row.state.map { Share(host: row.host, state: $0, ports: row.ports) } },
            like: snapshot)
    }

    private struct Share {
        let host: PortCore.Host
        let state: PortState
        let ports: PortSet
    }

    private func merged(_ shares: [Share], like snapshot: Snapshot) -> [Snapshot.Entry] {
        var states: [PortCore.Host: PortStates] = [:]
        for share in shares {
            states[share.host, default: PortStates()][share.state] =
                (states[share.host]?[share.state] ?? PortSet()).union(share.ports)
        }
        let addresses = Dictionary(uniqueKeysWithValues: snapshot.entries.map { ($0.host, $0.address) })
        return states.map { Snapshot.Entry(host: $0.key, address: addresses[$0.key] ?? nil, states: $0.value) }
    }

    // MARK: Questions

    private func answers(
        _ store: Store, _ subject: Question.Subject, host: String? = nil, port: String? = nil, state: PortState? = nil
    ) throws -> Answers {
        var question = Question()
        question.subject = subject
        question.hosts = host.flatMap { HostPattern($0) }
        question.ports = port.map(ports)
        question.state = state
        return try store.answers(to: question)
    }

    private func hour(_ hours: Double) -> Timestamp { minute(Int(hours * 60)) }

    @Test("Of a moment the last run finished by then decides, and before the first nothing is known")
    func atMoment() throws {
        let store = try recorded()
        func state(at time: Timestamp) throws -> String {
            let answers = try answers(store, .states(at: time), port: "443")
            guard answers.isCovered else { return "not covered" }
            return answers.rows.map { "\($0.state?.rawValue ?? "") by \($0.run.id)" }.joined()
        }
        #expect(try state(at: hour(0)) == "not covered")
        #expect(try state(at: minute(1)) == "closed by 1")
        #expect(try state(at: hour(1)) == "closed by 1", "the second run was not finished")
        #expect(try state(at: hour(1.5)) == "open by 2")
        #expect(try state(at: .distantFuture) == "open by 6")
    }

    @Test("A port that no run covers is never called closed, and what is missing at a host is told")
    func uncovered() throws {
        let store = try recorded()
        let none = try answers(store, .states(at: .distantFuture), port: "80", state: .closed)
        #expect(!none.isCovered && none.rows.isEmpty)
        #expect(none.uncovered.map { "\($0.host):\($0.ports.text)" } == ["web01:80"])
        let some = try answers(store, .states(at: .distantFuture), port: "80,443", state: .closed)
        #expect(some.isCovered && some.rows.isEmpty)
        #expect(try !answers(store, .states(at: .distantFuture), host: "web02").isCovered)
        #expect(try !answers(store, .changes([.opened], from: .distantPast, to: hour(0)), port: "443").isCovered)
    }

    @Test("Between two moments: what had a state at any time, and what changed")
    func between() throws {
        let store = try recorded()
        func texts(_ answers: Answers) -> [String] {
            answers.rows.map { row in
                [row.kind?.rawValue, row.from?.rawValue, row.state?.rawValue, "\(row.run.id)"].compactMap(\.self)
                    .joined(separator: " ")
            }
        }
        let spans = try answers(store, .spans(from: hour(2.5), to: hour(3.5)), port: "443")
        #expect(texts(spans) == ["open 2", "closed 4"])
        let changes = try answers(
            store, .changes([.opened, .closed, .lost], from: .distantPast, to: .distantFuture), port: "443")
        #expect(texts(changes) == ["opened closed open 2", "closed open closed 4", "opened filtered open 6"])
        let none = try answers(store, .changes([.lost], from: .distantPast, to: .distantFuture), port: "443")
        #expect(none.isCovered && none.rows.isEmpty, "it was closed before it was silent")
    }

    @Test("What baselines accepted is found by ticket, by person and by user")
    func accepted() throws {
        let store = try recorded()
        _ = try store.setBaseline(store.run(.number(1)), acceptance(at: 400, ticket: "T-1"))
        _ = try store.setBaseline(store.run(.number(2)), acceptance(at: 500, ticket: "T-2", person: "alice"))
        func found(ticket: String? = nil, by: String? = nil, from: Timestamp = .distantPast) throws -> [String] {
            let all = Set(DriftKind.allCases)
            return try answers(
                store, .accepted(all, ticket: ticket, by: by, from: from, to: .distantFuture), port: "443"
            ).rows.map { "\($0.kind?.rawValue ?? "") \($0.version?.version ?? 0)" }
        }
        #expect(try found(ticket: "T-2") == ["opened 2"])
        #expect(try found(by: "alice") == ["opened 2"])
        #expect(try found(by: "op") == ["newly-scoped 1", "opened 2"])
        #expect(try found(by: "op", from: minute(450)) == ["opened 2"])
        let none = try answers(
            store, .accepted([], ticket: "T-3", by: nil, from: .distantPast, to: .distantFuture))
        #expect(none.isCovered && none.rows.isEmpty, "baselines are known as a whole")
    }

    @Test(
        "A ticket is found however its letters are written, and none that only begins like it",
        arguments: [
            ("chg-7", ["CHG-7"]), ("CHG-7", ["CHG-7"]), ("Chg-7ä", ["chg-7Ä"]), ("chg", []), ("chg-", []),
        ])
    func ticketCase(asked: String, expected: [String]) throws {
        let store = try recorded()
        for (time, ticket) in ["CHG-7", "CHG-71", "chg-7Ä"].enumerated() {
            // Each version differs from the one before.
            let run = try store.run(.number(time.isMultiple(of: 2) ? 1 : 2))
            _ = try store.setBaseline(run, acceptance(at: 400 + time, ticket: ticket))
        }
        let rows = try answers(
            store,
            .accepted(Set(DriftKind.allCases), ticket: asked, by: nil, from: .distantPast, to: .distantFuture)
        ).rows
        #expect(Set(rows.compactMap(\.version?.ticket)) == Set(expected), "\(rows)")
    }

    // MARK: Timelines

    @Test("A timeline counts what each run changed, and what was unstable in it")
    func timeline() throws {
        let store = try recorded()
        var shaken = found("web01", at: "10.0.0.9", [.connected: "22,443"])
        var outcomes = shaken.outcomes
        (outcomes[0].looks, outcomes[0].dissent) = (3, 1)
        shaken = HostResult(host: shaken.host, address: shaken.address, ports: shaken.ports, outcomes: outcomes)
        _ = try store.record(draft("web", [shaken], at: 700))
        _ = try store.record(draft("web", [found("web01", at: "10.0.0.9", [.connected: "22,443"])], at: 800))
        let name = CheckName("web")!
        let entries = try store.timeline(of: name, since: .distantPast, limit: 50)
        #expect(entries.map(\.run.id) == Array(1...8))
        #expect(
            entries.map(\.counts) == [
                [:], [.opened: 1], [:], [.closed: 1], [.changed: 1], [.opened: 1], [:], [:],
            ])
        #expect(entries.map(\.unstable) == [0, 0, 0, 0, 0, 0, 1, 0])
        #expect(try store.timeline(of: name, since: minute(130), limit: 2).map(\.unstable) == [1, 0])
        #expect(try store.timeline(of: name, since: minute(190), limit: 3).map(\.run.id) == [6, 7, 8])
        #expect(try store.timeline(of: name, since: minute(900), limit: 3).isEmpty)
    }

    @Test("Steps of the plan for one host's history are lookups by index")
    func plan() throws {
        _ = try recorded()
        let steps = try folder.steps(
            of: "SELECT run_id FROM run_hosts WHERE check_id = 1 AND host_id = 1 ORDER BY run_id")
        #expect(steps.count == 1 && steps[0].contains("USING") && steps[0].contains("run_hosts_by_host"))
    }

    // MARK: Words

    @Test(
        "Hosts are meant by names, patterns, addresses, blocks and ranges",
        arguments: [
            ("web01", "web01", true), ("WEB01", "web01", true), ("web*", "web01", true), ("web?", "web01", false),
            ("*.example", "db01.example", true), ("10.0.0.0/30", "10.0.0.3", true), ("10.0.0.0/30", "10.0.0.4", false),
            ("10.0.0.1-9", "10.0.0.5", true), ("2001:db8::/32", "2001:db8::1", true), ("10.*", "10.0.0.4", true),
        ])
    func patterns(pattern: String, host: String, isMeant: Bool) throws {
        #expect(try #require(HostPattern(pattern)).matches(Host(host)!) == isMeant)
    }

    @Test("What can be no host is no pattern", arguments: ["", "a b", "1.2.3.4/40", "web_ü", "-"])
    func noPatterns(text: String) {
        #expect(HostPattern(text) == nil)
    }

    @Test("A date alone ends with its last millisecond, anything else where it is")
    func ends() {
        let now = minute(0)
        #expect(Timestamp(endOf: "2026-05-03", before: now)?.description == "2026-05-03T23:59:59.999Z")
        #expect(Timestamp(endOf: "2026-05-03T10:00Z", before: now)?.description == "2026-05-03T10:00:00.999Z")
        #expect(Timestamp(endOf: "1h", before: now) == minute(-60))
        #expect(Timestamp(endOf: "yesterday", before: now) == nil)
    }
}
