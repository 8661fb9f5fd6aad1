import ArgumentParser
import Baseline
import PortCore

/// `portbase diff`: compares two runs.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show the drift between two runs, or from a check's baseline to its latest run.",
        discussion: """
            Examples:
              portbase diff web-tier                baseline → latest run
              portbase diff web-tier~3 web-tier     any two runs

            Exit codes: 0 no drift, 1 drift, 2 trouble.
            """)

    @Argument(help: HelpText.run, transform: Reading.run)
    var from: RunReference

    @Argument(
        help: ArgumentHelp("The newer run. Left out: from the baseline of <from> to <from>.", valueName: "to"),
        transform: Reading.run)
    var to: RunReference?

    @OptionGroup var count: CountOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = try DiffReport(database.store(), from: from, to: to, counted: count.counted)
        try output.show(json: DiffJSON(report), text: DiffText(report: report, style: output.style).text)
        throw ExitCode((report.hasDrift ? Ending.differs : .done).exitCode(in: .comparison))
    }
}

/// Two runs and the drift between them: everything that the outputs of `diff` are made of.
struct DiffReport {
    let from: Run
    let to: Run
    let drift: Drift
    /// The evidence of the newer run, of the hosts that differ.
    let evidence: [Host: Evidence]
    /// The request of the newer run, for the names of services.
    let request: CheckRequest
    let counted: Set<DriftKind>

    /// - Parameter to: `nil` for the drift from the baseline of the check of `from` to `from`.
    init(
        _ store: Store, from: RunReference, to: RunReference?, counted: Set<DriftKind>
    ) throws(StoreError) {
        let first = try store.run(from)
        if let to {
            self.from = first
            self.to = try store.run(to)
        } else {
            self.from = try store.run(.baseline(first.check, back: 0))
            self.to = first
        }
        (drift, evidence) = try store.drift(from: self.from, to: self.to)
        request = try store.request(of: self.to)
        self.counted = counted
    }

    var hasDrift: Bool { drift.counts.keys.contains(where: counted.contains) }
}
