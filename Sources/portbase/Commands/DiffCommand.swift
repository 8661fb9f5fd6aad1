import ArgumentParser
import Baseline
import PortCore

/// `portbase diff`: compares two runs.
struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show the drift between two runs, or from a check's baseline to its latest run.",
        usage: "portbase diff <from> [<to>] [--banners] [<options>]",
        discussion: """
            Examples:
              portbase diff web-tier                baseline → latest run
              portbase diff web-tier~3 web-tier     any two runs
              portbase diff 17 web-tier --csv

            Banners never count as drift.
            Exit codes: 0 no drift, 1 drift, 2 trouble.
            """)

    @Argument(
        help: ArgumentHelp("The older run: \(RunReference.grammar).", valueName: "from"), transform: Reading.run)
    var from: RunReference

    @Argument(
        help: ArgumentHelp(
            "The newer run. Left out: <from> is the newer one, and its check's baseline the older.", valueName: "to"),
        transform: Reading.run)
    var to: RunReference?

    @Flag(help: "Also tell which banners appeared, vanished or changed.")
    var banners = false

    @OptionGroup var count: CountOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var sheet: SheetOptions

    func validate() throws {
        guard !(banners && sheet.csv) else { throw ValidationError("--banners and --csv exclude each other.") }
    }

    func run() throws {
        let store = try database.store()
        let report = try store.atOneMoment { () throws(StoreError) in
            try DiffReport(store, from: from, to: to, counted: count.counted, comparesBanners: banners)
        }
        let text = DiffText(report: report, style: sheet.output.style)
        try sheet.show(text.sheet, json: DiffJSON(report), text: text.text)
        throw ExitCode((report.hasDrift ? Ending.differs : .done).exitCode(in: .comparison))
    }
}

/// Two runs or baselines and the drift between them: everything that the outputs of `diff` are made of.
struct DiffReport {
    let from: Recorded
    let to: Recorded
    let drift: Drift
    /// The evidence of the newer run, at least of the hosts that differ.
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
        let first = try store.recorded(from)
        if let to {
            self.from = first
            self.to = try store.recorded(to)
        } else {
            self.from = try store.recorded(.baseline(first.check, back: 0))
            self.to = first
        }
        try store.prove(self.from, self.to)
        (drift, evidence) = try store.drift(from: self.from, to: self.to)
        try store.requireCommon(drift, from: self.from, to: self.to)
        request = try store.request(of: self.to.run)
        self.counted = counted
        banners =
            comparesBanners
            ? BannerComparison(
                from: self.from, to: self.to,
                changes: try Self.bannerChanges(store, self.from, self.to, drift)) : nil
    }

    /// `nil` when there are no banners of one of them.
    private static func bannerChanges(
        _ store: Store, _ from: Recorded, _ to: Recorded, _ drift: Drift
    ) throws(StoreError) -> [BannerChange]? {
        guard case .run(let from) = from, case .run(let to) = to else { return nil }
        return try store.bannerChanges(from: from, to: to, drift: drift)
    }

    var hasDrift: Bool { drift.counts.keys.contains(where: counted.contains) }
}

/// What two runs tell about banners: no change is something else than not known.
enum BannerComparison {
    case changes([BannerChange])
    /// The snapshots without them.
    case unknown(without: [Recorded])

    /// - Parameter changes: `nil` when there are none of one of the snapshots.
    init(from: Recorded, to: Recorded, changes: [BannerChange]?) {
        func isWithout(_ recorded: Recorded) -> Bool {
            if case .run(let run) = recorded { !run.readsBanners } else { true }
        }
        self =
            changes.map { .changes($0) }
            ?? .unknown(without: (from == to ? [from] : [from, to]).filter(isWithout))
    }
}
