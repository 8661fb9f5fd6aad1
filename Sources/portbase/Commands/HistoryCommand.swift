import ArgumentParser
import Baseline
import PortCore

/// `portbase history`: each change of state at an endpoint or a host.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show which states an endpoint or a host had, from which run to which.",
        usage: "portbase history <endpoint> [--check <name>] [<options>]",
        discussion: """
            Ports that always were alike are one line. A state lasts until a run shows another one.

            Examples:
              portbase history db01:3306
              portbase history 10.0.0.7 --check web-tier --csv

            Exit codes: 0 found, 2 trouble, 3 not covered by any run.
            """)

    @Argument(help: ArgumentHelp("\(Endpoints.grammar).", valueName: "endpoint"), transform: Reading.endpoints)
    var endpoint: Endpoints

    @Option(help: ArgumentHelp("Only the runs of this check.", valueName: "name"), transform: Reading.name)
    var check: CheckName?

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var sheet: SheetOptions

    func run() throws {
        let histories = try database.store().histories(
            of: HostPattern("\(endpoint.host)"), ports: endpoint.ports, in: check)
        let report = HistoryReport(endpoint: endpoint, histories: histories)
        try sheet.show(
            report.sheet, isProved: false, notes: report.notes, json: HistoryJSON(report),
            text: report.text(sheet.output.style))
        throw ExitCode((histories.isEmpty ? Ending.notCovered : .done).exitCode(in: .search))
    }
}
