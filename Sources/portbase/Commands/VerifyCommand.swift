import ArgumentParser
import Baseline

/// `portbase verify`: proves everything that is recorded.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove that everything recorded is what was recorded, and name the first thing that is not.",
        discussion: """
            Examples:
              portbase verify
              portbase verify --head "portbase ledger 17 sha256:…"     what was noted is there, and all before it
              portbase verify --public-key ~/portbase.key.pub

            Who can write the file can rewrite the ledger as a whole: only --head and --public-key find that, and only \
            --head finds that its end was cut off. docs/audit.md tells what each proves.
            Exit codes: 0 it holds, 1 it does not hold, 2 trouble.
            """)

    @Option(
        help: ArgumentHelp("An entry that has to be there: \(LedgerHead.grammar).", valueName: "head"),
        transform: VerifyCommand.head)
    var head: LedgerHead?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "The key that has to have signed each entry from the first signed one on. Repeats, for keys that took over.",
            valueName: "file"))
    var publicKey: [String] = []

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var keys: [PublicKey] = []
        for file in publicKey { keys.append(try PublicKey(path: file)) }
        let verifier = Verifier(try database.store(), expected: head, keys: keys.isEmpty ? nil : keys)
        var line = ProgressLine(isShown: !output.quiet)
        let verification: Verification
        do {
            defer { line.clear() }
            verification = try verifier.run { line.show($0, of: $1, "entries") }
        } catch StoreError.doesNotHold(let discrepancy) {
            try output.show(
                json: VerifyJSON(discrepancy), text: VerifyText(style: output.style).text(discrepancy))
            throw ExitCode(Ending.differs.exitCode(in: .comparison))
        }
        try output.show(
            json: VerifyJSON(verification), text: VerifyText(style: output.style).text(verification))
    }

    @Sendable private static func head(_ text: String) throws -> LedgerHead {
        guard let head = LedgerHead(text) else { throw ValidationError("Give \(LedgerHead.grammar).") }
        return head
    }
}
