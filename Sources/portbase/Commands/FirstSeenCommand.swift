import ArgumentParser
import Baseline
import PortCore

/// `portbase first-seen`: when ports were first seen open.
struct FirstSeenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "first-seen",
        abstract: "Show which run first saw ports in a state, open unless another is asked for, and who made it.",
        usage: "portbase first-seen [--host <host>] [--port <list>] [<options>]",
        discussion: """
            Examples:
              portbase first-seen --host db01 --port 3306
              portbase first-seen --check web-tier --csv

            Exit codes: 0 found, 1 nothing found, 2 trouble, 3 not covered by any run.
            """)

    @OptionGroup var subject: SubjectOptions

    @Option(help: ArgumentHelp("The state.", valueName: "state"))
    var state = PortState.open

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var sheet: SheetOptions

    func run() throws {
        let store = try database.store()
        let ports = try subject.ports()
        let histories = try store.histories(of: subject.host, ports: ports, in: subject.check)
        let report = FirstSeenReport(
            histories: histories, ports: ports, state: state, runs: try store.runs(firstOf: histories, state))
        try sheet.show(
            report.sheet, isProved: false, notes: report.notes, json: FirstSeenJSON(report),
            text: report.text(sheet.output.style))
        throw ExitCode(report.ending.exitCode(in: .search))
    }
}
