public import ArgumentParser
import Baseline
public import PortCore

/// `portbase query`: where and when ports had a state, changed, or were accepted.
struct QueryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query",
        abstract: "Ask all recorded runs: where is a port open, what opened, who accepted it?",
        usage: "portbase query [--host <host>] [--port <list>] [<options>]",
        discussion: """
            A date alone stands for the whole day. Of a moment the last run finished by then decides.

            Examples:
              portbase query --port 3389 --state open --at 2026-05-03
              portbase query --host 'web*' --opened --between 30d now
              portbase query --ticket CHG-1234 --csv

            Exit codes: 0 found, 1 nothing found, 2 trouble, 3 not covered by any run.
            """)

    @OptionGroup var subject: SubjectOptions

    @Option(help: ArgumentHelp("Only this state.", valueName: "state"))
    var state: PortState?

    @Option(
        help: ArgumentHelp("At this moment: \(Timestamp.sinceGrammar). (default: now)", valueName: "time"),
        transform: Reading.end)
    var at: Timestamp?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Between two moments, as --at takes them; of dates the whole days.", valueName: "from> <to"))
    var between: [String] = []

    @Flag(help: "What opened: closed or filtered before, open then.")
    var opened = false

    @Flag(help: "What was open no longer: closed, or lost.")
    var closed = false

    @Option(
        help: ArgumentHelp("What baselines accepted with this ticket, in letters of either case.", valueName: "id"))
    var ticket: String?

    @Option(help: ArgumentHelp("What baselines accepted that this person, or user, set.", valueName: "person"))
    var by: String?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var sheet: SheetOptions

    func validate() throws {
        guard between.isEmpty || between.count == 2 else { throw ValidationError("--between takes two moments.") }
        guard between.isEmpty || at == nil else { throw ValidationError("--at and --between exclude each other.") }
        let asksForChanges = opened || closed || ticket != nil || by != nil
        guard at == nil || !asksForChanges else {
            throw ValidationError("--at asks for states; changes and what was accepted take --between.")
        }
        _ = try period()
    }

    func run() throws {
        var question = Question()
        question.check = subject.check
        question.hosts = subject.host
        question.ports = try subject.ports()
        question.state = state
        question.subject = try asked()
        let report = QueryReport(question: question, answers: try database.store().answers(to: question), now: .now())
        try sheet.show(
            report.sheet, isProved: report.isProved, notes: report.notes, json: QueryJSON(report),
            text: report.text(sheet.output.style))
        throw ExitCode(report.ending.exitCode(in: .search))
    }

    private func asked() throws -> Question.Subject {
        let (from, to) = try period()
        var kinds: Set<DriftKind> = []
        if opened { kinds.insert(.opened) }
        if closed { kinds.formUnion([.closed, .lost]) }
        if ticket != nil || by != nil {
            let all = kinds.isEmpty ? Set(DriftKind.allCases) : kinds
            return .accepted(all, ticket: ticket, by: by, from: from, to: to)
        }
        if !kinds.isEmpty { return .changes(kinds, from: from, to: to) }
        return between.isEmpty ? .states(at: at ?? .distantFuture) : .spans(from: from, to: to)
    }

    private func period() throws -> (from: Timestamp, to: Timestamp) {
        guard between.count == 2 else { return (.distantPast, .distantFuture) }
        let (from, to) = (try Reading.time(between[0]), try Reading.end(between[1]))
        guard from <= to else { throw ValidationError("--between takes the earlier moment first.") }
        return (from, to)
    }
}

extension PortState: ExpressibleByArgument {}
