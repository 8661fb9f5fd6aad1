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

            Banners never count as drift.
            Exit codes: 0 no drift, 1 drift, 2 trouble.
            """)

    @Argument(help: HelpText.run, transform: Reading.run)
    var from: RunReference

    @Argument(
        help: ArgumentHelp("The newer run. Left out: from the baseline of <from> to <from>.", valueName: "to"),
        transform: Reading.run)
    var to: RunReference?

    @Flag(help: "Also tell which banners appeared, vanished or changed.")
    var banners = false

    @OptionGroup var count: CountOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = try DiffReport(
            database.store(), from: from, to: to, counted: count.counted, comparesBanners: banners)
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
    /// `nil` when they were not asked for.
    let banners: BannerComparison?

    /// - Parameter to: `nil` for the drift from the baseline of the check of `from` to `from`.
    init(
        _ store: Store, from: RunReference, to: RunReference?, counted: Set<DriftKind>, comparesBanners: Bool
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
        banners =
            comparesBanners
            ? BannerComparison(
                from: self.from, to: self.to,
                changes: try store.bannerChanges(from: self.from, to: self.to, drift: drift)) : nil
    }

    var hasDrift: Bool { drift.counts.keys.contains(where: counted.contains) }
}

/// What two runs tell about banners: no change is something else than not known.
enum BannerComparison {
    case changes([BannerChange])
    /// The runs that did not read them.
    case unknown(without: [Run])

    /// - Parameter changes: `nil` when one of the runs did not read banners.
    init(from: Run, to: Run, changes: [BannerChange]?) {
        self =
            changes.map { .changes($0) }
            ?? .unknown(without: Set([from, to]).filter { !$0.readsBanners }.sorted { $0.id < $1.id })
    }
}
