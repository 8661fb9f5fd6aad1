import ArgumentParser
import Baseline

/// `portbase export`: runs in one file that proves itself.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write runs into one file that can be proved without the database.",
        usage: "portbase export <name or run> ... <file> [<options>]",
        discussion: """
            Examples:
              portbase export web-tier web-tier.bundle             runs and baselines
              portbase export 17 web-tier@baseline change.bundle   two runs
              portbase verify --bundle web-tier.bundle

            The file holds the canonical snapshots with their evidence and banners, and the whole ledger with its \
            signatures: also who recorded what and why in other checks, but not what these found. It is text that \
            compresses well. A file that exists is never overwritten, and an unfinished one never has the name.
            Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
            """)

    @Argument(
        help: ArgumentHelp(
            "What to export: \(ExportItem.grammar); at last the file to make, of mode 0600.",
            valueName: "name or run> ... <file"), completion: .file())
    var arguments: [String]

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard arguments.count > 1 else { throw ValidationError("Give what to export, and the file to make.") }
        _ = try items
    }

    private var items: [ExportItem] {
        get throws {
            try arguments.dropLast().map { text in
                guard let item = ExportItem(text) else {
                    throw ValidationError("'\(text)': give \(ExportItem.grammar).")
                }
                return item
            }
        }
    }

    func run() throws {
        let store = try Store(reading: database.path, cancellation: SignalTrap.install())
        let (items, file) = (try items, arguments[arguments.count - 1])
        var line = ProgressLine(isShown: !output.quiet)
        let bundle: BundleSummary
        do {
            defer { line.clear() }
            bundle = try store.export(items, to: file) { line.show($0, of: $1, "entries") }
        }
        try output.show(
            done: "The bundle '\(file)' was written", json: ExportJSON(bundle, file: file),
            text: BundleText(style: output.style).text(bundle, in: file))
    }
}
