import ArgumentParser
import Baseline
import Glibc
import PortCore

/// The entry point: parses, runs, and turns what went wrong into one line and an exit code.
@main
enum Main {
    static func main() {
        let arguments = arguments(CommandLine.arguments)
        let family = CommandFamily(of: arguments)
        var command: any ParsableCommand
        do {
            command = try PortbaseCommand.parseAsRoot(arguments)
        } catch  where PortbaseCommand.exitCode(for: error) == .success {
            end(help: error)
        } catch {
            end(PortbaseCommand.message(for: error), .usage, family)
        }
        do {
            try command.run()
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch  where PortbaseCommand.exitCode(for: error) == .success {
            end(help: error)
        } catch {
            end("\(error)", .failed, family)
        }
    }

    /// The arguments of the process. Called by the name of the command it takes over from, it is that command.
    private static func arguments(_ all: [String]) -> [String] {
        let given = Array(all.dropFirst())
        let name = all.first?.split(separator: "/").last
        let isPredecessor = name == "\(CommandFamily.predecessor)" || name == "\(CommandFamily.predecessor).py"
        return isPredecessor ? [CommandFamily.predecessor] + given : given
    }

    /// Help and versions go to standard output and are no error.
    private static func end(help: any Error) -> Never {
        try? Output.standard.write(PortbaseCommand.fullMessage(for: help) + "\n")
        exit(Ending.done.exitCode(in: .other))
    }

    /// A monitoring plugin speaks on standard output only; everything else complains on standard error.
    private static func end(_ message: String, _ ending: Ending, _ family: CommandFamily) -> Never {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        if family == .plugin {
            try? Output.standard.write(Verdict(level: .unknown, message: Visible.pluginText(line)).line + "\n")
        } else {
            Output.complain(line)
        }
        exit(ending.exitCode(in: family))
    }
}
