import ArgumentParser

/// Where a check is logged.
struct LogOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Log to check_ports.log in this folder, with --json, --verbose or --quiet.", valueName: "dir"),
        completion: .directory)
    var logDir: String?

    @Option(help: ArgumentHelp("The size from which the log is moved into a ZIP archive.", valueName: "mb"))
    var logMaxMb = 50

    func validate() throws {
        guard (1...4000).contains(logMaxMb) else {
            throw ValidationError("--log-max-mb takes a number from 1 to 4000.")
        }
        guard logDir != "" else { throw ValidationError("--log-dir takes the name of a folder.") }
    }

    /// Appends a check to the log, if there is one. What cannot be logged costs a warning, never the check.
    func append(_ check: CheckLog) {
        guard let logDir else { return }
        do throws(LogFile.Failure) {
            try LogFile(folder: logDir, limit: logMaxMb << 20).append(check.lines, now: check.finishedAt)
        } catch {
            Output.complain("\(error)")
        }
    }
}
