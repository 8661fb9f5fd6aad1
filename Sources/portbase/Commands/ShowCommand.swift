import ArgumentParser
import Baseline

/// `portbase show`: one run in full.
struct ShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract:
            "Show a run or a baseline: what was asked, and every endpoint with its state and reason, and banners.",
        usage: "portbase show <run> [--canonical] [<options>]",
        discussion: """
            Examples:
              portbase show web-tier
              portbase show 17 --canonical | sha256sum     prints the digest of the run

            Exit codes: 0 done, 1 failed, 2 usage.
            """)

    @Argument(help: HelpText.run, transform: Reading.run)
    var reference: RunReference

    @Flag(help: "Print exactly the canonical bytes that the digest is of.")
    var canonical = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !(canonical && output.json) else { throw ValidationError("--canonical and --json exclude each other.") }
    }

    func run() throws {
        let store = try database.store()
        if canonical {
            let snapshot = try store.atOneMoment { () throws(StoreError) in
                try store.snapshot(of: store.recorded(reference))
            }
            return try Output.standard.write(SnapshotFormat.text(snapshot))
        }
        let (recorded, request, findings) = try store.atOneMoment { () throws(StoreError) in
            let recorded = try store.recorded(reference)
            return (recorded, try store.request(of: recorded.run), try store.findings(of: recorded))
        }
        try output.show(
            json: ShowJSON(recorded, request, findings),
            text: RunText.full(recorded, request, findings, style: output.style))
    }
}
