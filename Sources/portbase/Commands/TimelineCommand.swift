import ArgumentParser
import Baseline
import PortCore

/// `portbase timeline`: what each run of a check showed against the one before it.
struct TimelineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Show run by run how many ports opened, closed, were lost, changed or were unstable.",
        usage: "portbase timeline <name> [--since <time>] [--changes] [<options>]",
        discussion: """
            In the picture a sign is a port: + opened, - closed, ? lost, ~ changed between closed and filtered, ! unstable.

            Examples:
              portbase timeline web-tier
              portbase timeline web-tier --since 30d --limit 1000 --changes

            Exit codes: 0 found, 1 nothing found, 2 trouble.
            """)

    @Argument(help: ArgumentHelp("The check.", valueName: "name"), transform: Reading.name)
    var name: CheckName

    @Option(
        help: ArgumentHelp("Only runs since then: \(Timestamp.sinceGrammar).", valueName: "time"),
        transform: Reading.time)
    var since: Timestamp = .distantPast

    @Option(help: ArgumentHelp("How many runs to show at most, the latest.", valueName: "count"))
    var limit = 50

    @Flag(help: "Only runs that showed something else than the one before.")
    var changes = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var sheet: SheetOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number above 0.") }
    }

    func run() throws {
        let entries = try database.store().timeline(of: name, since: since, limit: limit)
        let report = TimelineReport(
            name: name, entries: changes ? entries.filter { !$0.counts.isEmpty || $0.unstable > 0 } : entries)
        try sheet.show(report.sheet, isProved: false, json: TimelineJSON(report), text: report.text(sheet.output.style))
        throw ExitCode((report.entries.isEmpty ? Ending.nothingFound : .done).exitCode(in: .search))
    }
}
