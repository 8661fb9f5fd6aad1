import ArgumentParser
import Baseline

/// `portbase import-bundle`: histories of another database.
struct ImportBundleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import-bundle",
        abstract: "Prove a bundle and bring its histories in, as checks of their own.",
        usage: "portbase import-bundle <file> [--as <name>] [<options>]",
        discussion: """
            Examples:
              portbase import-bundle web-tier.bundle
              portbase import-bundle <(zstd -dc web.bundle.zst) --as probe2-web

            Runs get numbers of this database; snapshots keep their digests. Nothing is added to an imported history: \
            neither runs nor baselines, and 'prune' keeps it. The ledger has one entry, which vouches for all of it and \
            names the digest of the bundle. All of a bundle is imported, or nothing; while that goes on, nobody else records.
            Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
            """)

    @Argument(help: ArgumentHelp("A file that 'portbase export' made.", valueName: "file"), completion: .file())
    var file: String

    @Option(
        name: .customLong("as"), help: ArgumentHelp("What to name its check here.", valueName: "name"),
        transform: Reading.name)
    var name: CheckName?

    @OptionGroup var proof: ProofOptions
    @OptionGroup var circumstance: CircumstanceOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let reader = try proof.reader(of: file, SignalTrap.install())
        // A bundle that does not hold keeps nobody from recording, and makes no database.
        if reader.canBeReadAgain { _ = try reader.prove() }
        let report = try signing.store(recordingIn: database).importBundle(
            reader, as: name, circumstance.acceptance("import"))
        try output.show(
            done: "The bundle was imported", json: ImportJSON(report),
            text: BundleText(style: output.style).text(report))
    }
}
