import ArgumentParser
import Baseline
import Glibc
import PortCore

/// The entry point: parses, runs, and turns what went wrong into one line and an exit code.
@main
enum Main {
    static func main() {
        let line = ArgumentLine(arguments(Machine.arguments))
        let family = CommandFamily(of: line.arguments)
        Crash.prepare(family)
        let voice = Voice(family: family, isJSON: line.asksForJSON)
        if let failure = line.failure { voice.end("\(failure)", .usage) }
        var command: any ParsableCommand
        do {
            command = try PortbaseCommand.parseAsRoot(line.arguments)
        } catch  where PortbaseCommand.exitCode(for: error) == .success {
            end(help: error)
        } catch {
            voice.end(PortbaseCommand.message(for: error), .usage)
        }
        do {
            try command.run()
        } catch let code as ExitCode {
            exit(code.rawValue)
        } catch let error as UntoldError {
            Output.complain("\(error)")
            exit(Ending.untold.exitCode(in: family))
        } catch let error as Output.WriteError where error.isOfClosedPipe && family != .plugin {
            // A reader that has seen enough, such as head, is nothing to complain of.
            Crash.endByClosedPipe()
        } catch  where PortbaseCommand.exitCode(for: error) == .success {
            end(help: error)
        } catch {
            voice.end("\(error)", .failed)
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
}

/// How this process says that it could not do what was asked.
private struct Voice {
    let family: CommandFamily
    let isJSON: Bool

    /// With `--json` it says so in JSON. A monitoring plugin speaks on standard output only; everything else complains on
    /// standard error.
    func end(_ message: String, _ ending: Ending) -> Never {
        let line = message.split(whereSeparator: \.isNewline).joined(separator: " ")
        let code = ending.exitCode(in: family)
        switch (family, isJSON) {
        case (.plugin, true): try? Output.standard.write(JSONOutput.text(UnknownJSON(message: line)))
        case (_, true): try? Output.standard.write(JSONOutput.text(ErrorJSON(message: line, exitStatus: code)))
        case (.plugin, false):
            try? Output.standard.write(Verdict(level: .unknown, message: Visible.pluginText(line)).line + "\n")
        case (_, false): Output.complain(line)
        }
        exit(code)
    }
}
