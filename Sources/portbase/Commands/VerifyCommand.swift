import ArgumentParser
import Baseline

/// `portbase verify`: proves everything that is recorded.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that everything recorded is what was recorded, and name the first thing that is not.",
        usage: "portbase verify [--head <head>] [--public-key <file> ...] [<options>]",
        discussion: """
            Examples:
              portbase verify
              portbase verify --head "portbase ledger 17 sha256:…"   up to what was noted
              portbase verify --public-key ~/portbase.key.pub
              portbase verify --bundle web-tier.bundle

            Who can write the file can rewrite the ledger as a whole: only --head and --public-key find that, and only \
            --head finds that its end was cut off. docs/audit.md tells what each proves.
            Exit codes: 0 it holds, 1 it does not hold, 2 trouble.
            """)

    @Option(
        help: ArgumentHelp("Prove a bundle that 'portbase export' made instead of the database.", valueName: "file"),
        completion: .file())
    var bundle: String?

    @OptionGroup var proof: ProofOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard bundle == nil || database.file == nil else {
            throw ValidationError("--bundle and --db exclude each other.")
        }
    }

    func run() throws {
        let style = output.style
        do {
            if let bundle {
                let found = try proof.reader(of: bundle).prove()
                try output.show(json: VerifyBundleJSON(found), text: VerifyText(style: style).text(found))
            } else {
                let found = try verification()
                try output.show(json: VerifyJSON(found), text: VerifyText(style: style).text(found))
            }
        } catch StoreError.doesNotHold(let discrepancy) {
            try output.show(json: VerifyJSON(discrepancy), text: VerifyText(style: style).text(discrepancy))
            throw ExitCode(Ending.differs.exitCode(in: .comparison))
        }
    }

    private func verification() throws -> Verification {
        let verifier = Verifier(try Verifier.store(at: database.path), expected: proof.head, keys: try proof.keys())
        var line = ProgressLine(isShown: !output.quiet)
        defer { line.clear() }
        return try verifier.run { line.show($0, of: $1, "entries") }
    }
}
