import ArgumentParser
import Baseline
import PortCore

/// `portbase prune`: drops runs that no answer needs.
struct PruneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Drop old runs that changed nothing, and enter what went into the ledger.",
        usage: "portbase prune --keep <time> [--dry-run] [<options>]",
        discussion: """
            Examples:
              portbase prune --keep 90d --dry-run
              portbase prune --keep 26w --keep-last 100 --check web-tier

            What stays: younger runs, the first and the last run of each check, each run that changed a host's state, the \
            last one before it, and every run that a version of a baseline names. So the state of every host at any time \
            stays as it was, and 'verify' holds. What does not hold is not pruned.
            Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
            """)

    @Option(
        help: ArgumentHelp("Keep all runs since then: \(Timestamp.sinceGrammar).", valueName: "time"),
        transform: Reading.time)
    var keep: Timestamp

    @Option(help: ArgumentHelp("Keep so many of the newest runs of each check.", valueName: "count"))
    var keepLast = 0

    @Option(
        name: .customLong("check"), help: ArgumentHelp("Only runs of this check.", valueName: "name"),
        transform: Reading.name)
    var name: CheckName?

    @Flag(help: "Print what would go, and write nothing.")
    var dryRun = false

    @OptionGroup var circumstance: CircumstanceOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard keepLast >= 0 else { throw ValidationError("--keep-last takes a number, 0 or above.") }
    }

    func run() throws {
        let policy = RetentionPolicy(since: keep, newest: keepLast, check: name)
        // A database that is not there is told before one is made.
        let reading = try database.store()
        var report = try reading.prunable(by: policy)
        if !dryRun, report.count > 0 {
            report = try signing.store(recordingIn: database).prune(
                by: policy, circumstance.acceptance("retention"))
        }
        try output.show(
            done: dryRun || report.count == 0
                ? nil : "\(Wording.count(report.count, "run")) went, and the ledger says so",
            json: PruneJSON(report, isDryRun: dryRun),
            text: RetentionText(style: output.style).text(report, isDryRun: dryRun))
    }
}
