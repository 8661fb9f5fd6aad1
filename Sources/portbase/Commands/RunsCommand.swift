import ArgumentParser
import Baseline

/// `portbase runs`: lists what was recorded.
struct RunsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "List recorded runs, newest first.",
        usage: "portbase runs [<name>] [--limit <count>] [<options>]",
        discussion: """
            Examples:
              portbase runs web-tier
              portbase runs --limit 5 --json
              portbase runs web-tier --all --csv

            Exit codes: 0 done, 1 failed, 2 usage.
            """)

    @Argument(help: ArgumentHelp("Only the runs of this check.", valueName: "name"), transform: Reading.name)
    var name: CheckName?

    @Option(help: ArgumentHelp("How many runs to list at most.", valueName: "count"))
    var limit = 50

    @Flag(help: "List all runs, whatever --limit.")
    var all = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var sheet: SheetOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit takes a number above 0.") }
    }

    func run() throws {
        let store = try database.store()
        let report = try store.atOneMoment { () throws(StoreError) in
            RunList(
                runs: try store.runs(of: name, limit: all ? .max : limit), total: try store.runCount(of: name),
                baselines: Set(try store.currentBaselines().filter { !$0.isDerived }.map(\.run.id)))
        }
        try sheet.show(
            report.sheet, isProved: false, notes: report.notes, json: RunListJSON(report),
            text: report.text(sheet.output.style))
    }
}
