import ArgumentParser
import Baseline

/// `portbase head`: the last entry of the ledger.
struct HeadCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Print the last entry of the ledger and its hash, to be noted elsewhere.",
        usage: "portbase head [<options>]",
        discussion: """
            Examples:
              portbase head >> ticket.txt
              portbase verify --head "portbase ledger 17 sha256:…"

            Exit codes: 0 done, 1 failed, 2 usage.
            """)

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        guard let head = try database.store().ledgerHead() else { throw StoreError.empty(path: database.path) }
        try output.show(json: HeadJSON(head), text: "\(head)\n")
    }
}
