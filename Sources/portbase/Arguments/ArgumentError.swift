import PortCore

/// Arguments that name nothing there is; the description is one line for the operator.
enum ArgumentError: Error, Equatable, CustomStringConvertible {
    /// `under` is the path of the command that should have it.
    case unknownCommand(String, under: String)
    case unknownOption(String, in: String, of: String)
    case ambiguous(String, [String])
    /// `next` stands where the value should, and is no value.
    case noValue(option: String, next: String)

    var description: String {
        switch self {
        case .unknownCommand(let word, let path):
            "Unknown command '\(Self.join(path, word))'. " + Self.hint(to: word, under: path)
        case .unknownOption(let name, let argument, let path):
            "Unknown option '\(name)'\(name == argument ? "" : " in '\(argument)'"). "
                + (Self.near(argument, of: path).map { "Did you mean '\($0)'?" }
                    ?? "'\(Self.join("portbase", path)) --help' lists the options\(path.isEmpty ? " and commands" : "").")
        case .ambiguous(let name, let candidates):
            "Option '\(name)' is short for more than one: \(Wording.list(candidates, separator: ", ", of: "options"))."
        case .noValue(let option, let next):
            "Option '\(option)' needs a value, and '\(next)' after it looks like an option. "
                + "Write \(option)=\(next) if it is the value."
        }
    }

    private static func hint(to word: String, under path: String) -> String {
        let commands = CommandGrammar.commands(below: path)
        if let near = NearName.of(word, among: commands) { return "Did you mean '\(join(path, near))'?" }
        return "'\(join("portbase", commands.isEmpty ? "" : path)) --help' lists the commands."
    }

    private static func join(_ path: String, _ word: String) -> String {
        [path, word].filter { !$0.isEmpty }.joined(separator: " ")
    }

    /// The option that an argument was meant to be: a long one, be it with one dash, or a letter in the other case.
    private static func near(_ argument: String, of path: String) -> String? {
        let names = OptionNames(of: path).all
        let word = argument.prefix { $0 != "=" }.drop { $0 == "-" }
        guard word.count > 1 else { return names.first { $0.lowercased() == "-\(word.lowercased())" } }
        let long = names.filter { $0.hasPrefix("--") }.map { String($0.dropFirst(2)) }
        return NearName.of(String(word), among: long).map { "--\($0)" }
    }
}
