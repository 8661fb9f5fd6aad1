import Baseline

/// Which table of exit codes a command keeps to.
enum CommandFamily: CaseIterable {
    /// A monitoring plugin: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN (Monitoring Plugins guidelines).
    case plugin
    /// A command that compares, as diff(1): 0 no difference, 1 differences, 2 trouble. `verify` compares what is there
    /// with what was entered.
    case comparison
    /// A question to what is recorded, as grep(1): 0 found, 1 nothing found, 2 trouble; 3 where no run covered what was
    /// asked, so that nothing is known.
    case search
    /// Everything else: 0, 1 failed, 2 usage.
    case other

    /// The command that portbase takes over from: a name of `check`.
    static let predecessor = "check_ports"

    /// The family of the command that `arguments` names; what names none is `other`.
    init(of arguments: [String]) {
        switch arguments.first(where: { !$0.hasPrefix("-") }) {
        case "check", Self.predecessor: self = .plugin
        case "diff", "verify": self = .comparison
        case "history", "query", "first-seen", "timeline": self = .search
        default: self = .other
        }
    }
}

/// How a command ended. The one place that decides exit codes.
enum Ending: Hashable {
    case done
    case verdict(VerdictLevel)
    case differs
    case nothingFound
    case notCovered
    case failed
    case usage
    /// It was done and is recorded, but the output could not be written.
    case untold

    /// The exit code of this ending in `family`.
    func exitCode(in family: CommandFamily) -> Int32 {
        switch (family, self) {
        case (_, .done): 0
        // One code for all, so that a script that tries again can tell; a monitoring system takes it for trouble.
        case (_, .untold): 4
        case (.plugin, .verdict(let level)): Self.pluginCode(level)
        case (.plugin, _): 3
        case (.comparison, .differs): 1
        case (.comparison, _): 2
        case (.search, .nothingFound): 1
        case (.search, .notCovered): 3
        case (.search, _): 2
        case (.other, .usage): 2
        case (.other, _): 1
        }
    }

    private static func pluginCode(_ level: VerdictLevel) -> Int32 {
        switch level {
        case .ok: 0
        case .warning: 1
        case .critical: 2
        case .unknown: 3
        }
    }
}
