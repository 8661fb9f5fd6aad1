import ArgumentParser
import Baseline

/// `portbase keygen`: makes a key that signs the ledger.
struct KeygenCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keygen",
        abstract: "Make an Ed25519 key that signs the ledger, in FILE, and its public key, in FILE.pub.",
        usage: "portbase keygen <file>",
        discussion: """
            Examples:
              portbase keygen ~/portbase.key
              PORTBASE_SIGN_KEY=~/portbase.key portbase check --name web-tier
              portbase verify --public-key ~/portbase.key.pub

            No file is overwritten. Keep the public key where the database is not.
            Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
            """)

    @Argument(help: ArgumentHelp("Where the key goes, for its owner alone.", valueName: "file"), completion: .file())
    var file: String

    func validate() throws {
        guard !file.isEmpty else { throw ValidationError("Give the name of a file.") }
    }

    func run() throws {
        let key = SigningKey()
        try key.write(to: file)
        do throws(Output.WriteError) {
            try Output.standard.write("public key \(key.publicKey)\n")
        } catch {
            throw UntoldError(done: "The key '\(file)' was made", error: error)
        }
    }
}
