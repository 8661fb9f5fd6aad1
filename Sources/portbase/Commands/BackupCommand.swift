import ArgumentParser
import Baseline

/// `portbase backup`: a copy of the database.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy the database as it is at one moment, while checks go on recording.",
        usage: "portbase backup <file> [<options>]",
        discussion: """
            Examples:
              portbase backup /backup/portbase-$(date +%F).db
              portbase verify --db /backup/portbase-2026-05-03.db

            A file that exists is never overwritten, and an unfinished copy never has the name.
            Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
            """)

    @Argument(help: ArgumentHelp("The file to make, of mode 0600.", valueName: "file"), completion: .file())
    var file: String

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !file.isEmpty else { throw ValidationError("Give the name of a file.") }
    }

    func run() throws {
        let store = try Store(reading: database.path, cancellation: SignalTrap.install())
        let backup = try store.backUp(to: file)
        try output.show(
            done: "The backup '\(file)' was made", json: BackupJSON(backup),
            text: RetentionText(style: output.style).text(backup))
    }
}
