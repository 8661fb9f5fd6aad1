import PortCore
import Testing

@testable import Baseline

@Suite("When the clock was set back, the order of runs stays that of their commits")
struct ClockTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs that were finished a second after these minutes, in this order; 22 is open where it says so.
    private func record(_ runs: [(minute: Int, isOpen: Bool)]) throws -> Store {
        let store = try folder.store()
        for (minute, isOpen) in runs {
            let reason: Reason = isOpen ? .connected : .refused
            _ = try store.record(draft("web", [found("10.0.0.1", [reason: "22"])], at: minute))
        }
        return store
    }

    private func states(_ store: Store, from start: Int, to end: Int) throws -> [String] {
        var question = Question()
        question.subject = .spans(from: minute(start), to: minute(end))
        return try store.answers(to: question).rows.map { "\($0.run.id) \($0.state!)" }
    }

    @Test("A stretch over which the clock was set back lasted nobody knows how long, and none lasted less than nothing")
    func durations() throws {
        let store = try record([(420, true), (0, false), (5, false), (8, true), (20, true)])
        let spans = try store.histories(of: nil, ports: nil, in: nil)[0].spans
        #expect(spans.map(\.milliseconds) == [nil, 8 * 60_000, 12 * 60_000])
        #expect(spans.map(\.first.id) == [1, 2, 4])
    }

    @Test("A stretch whose last run came before its first by the clock has no duration either")
    func withinStretch() throws {
        let store = try record([(10, true), (2, true), (30, false)])
        #expect(try store.histories(of: nil, ports: nil, in: nil)[0].spans.map(\.milliseconds) == [nil, 0])
    }

    @Test("No state is left out of a time in which a run showed it")
    func between() throws {
        let store = try record([(420, true), (0, false), (5, false), (8, true), (6, true), (20, true)])
        #expect(try states(store, from: 419, to: 421) == ["1 open", "4 open"])
        #expect(try states(store, from: 4, to: 5) == ["2 closed"])
        #expect(try states(store, from: 7, to: 7) == ["2 closed", "4 open"])
        #expect(try states(store, from: 0, to: 500) == ["1 open", "2 closed", "4 open"])
    }

    @Test("Random histories: at the time of each run its state is there", arguments: 1...20)
    func random(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let runs = (0..<12).map { _ in
            (minute: Int.random(in: 0..<10, using: &random), isOpen: Bool.random(using: &random))
        }
        let store = try record(runs)
        for (index, run) in runs.enumerated() {
            // A run takes a second.
            let states = try states(store, from: run.minute, to: run.minute + 1)
            #expect(states.contains { $0.hasSuffix(run.isOpen ? " open" : " closed") }, "run \(index + 1): \(states)")
        }
        for span in try store.histories(of: nil, ports: nil, in: nil)[0].spans {
            #expect(span.milliseconds ?? 0 >= 0)
        }
    }
}
