/// The arguments of the process as ArgumentParser takes them: the one place where they are rewritten.
///
/// Operators write options as argparse takes them, which check_ports.py used: attached short values (`-p22`), packed
/// flags before one (`-vp22`), long options cut short (`--port`), values that begin with a dash (`--deadline -1`).
/// ArgumentParser does none of these. The rules are those of argparse:
/// - a long option may be cut short as long as no other begins so; the whole name always is that option;
/// - what follows a short option that takes a value, in the same argument, is the value, after `=` or at once;
/// - the next argument is the value unless it begins with a dash; `-` alone, and a dash before a digit, are values;
/// - `--` ends the options.
struct ArgumentLine {
    /// What ArgumentParser gets.
    private(set) var arguments: [String] = []
    /// The first argument that names nothing.
    private(set) var failure: ArgumentError?
    /// Whether `--json` is among them, be it beside a mistake.
    private(set) var asksForJSON = false

    private var path = ""
    private var options = OptionNames(of: "")

    /// Reads the arguments after the name of the program.
    init(_ given: [String]) {
        // A shell asks for completions so, with what was typed until then.
        guard given.first?.hasPrefix("---") != true else {
            arguments = given
            return
        }
        var rest = given[...]
        takeCommand(&rest)
        options = OptionNames(of: path)
        while let argument = rest.popFirst() {
            if argument == "--" {
                arguments += [argument] + rest
                return
            }
            if !argument.hasPrefix("-") || argument == "-" {
                arguments.append(argument)
            } else if argument.hasPrefix("--") {
                takeLong(argument, &rest)
            } else {
                takeShort(argument, &rest)
            }
        }
    }

    // MARK: Commands

    private mutating func takeCommand(_ rest: inout ArraySlice<String>) {
        var isHelp = false
        while let word = rest.first, !word.hasPrefix("-") {
            let commands = CommandGrammar.commands(below: path)
            guard isHelp || !commands.isEmpty else { break }
            let command = CommandGrammar.aliases[word] ?? word
            guard commands.contains(command) else {
                fail(.unknownCommand(word, under: path))
                break
            }
            arguments.append(word)
            rest.removeFirst()
            // What follows is the path of the command that is asked about.
            isHelp = isHelp || (path.isEmpty && command == "help")
            path = isHelp && command == "help" ? "" : path.isEmpty ? command : "\(path) \(command)"
        }
        if isHelp { path = "help" }
    }

    // MARK: Options

    private mutating func takeLong(_ argument: String, _ rest: inout ArraySlice<String>) {
        let (written, value) = Self.split(argument)
        guard let name = wholeName(written) else { return arguments.append(argument) }
        guard options.takesValue(name) == true else {
            return emit(flag: value.map { "\(name)=\($0)" } ?? name)
        }
        emit(name, value ?? nextValue(for: name, &rest))
    }

    private mutating func takeShort(_ argument: String, _ rest: inout ArraySlice<String>) {
        if options.takesValue(argument) == false { return emit(flag: argument) }
        var letters = argument.dropFirst()
        while let letter = letters.popFirst() {
            let name = "-\(letter)"
            switch options.takesValue(name) {
            case nil:
                noteJSON(name)
                fail(.unknownOption(name, in: argument, of: path))
                return arguments.append(argument)
            case false?:
                // ArgumentParser says that a flag takes no value.
                guard letters.first != "=" else { return emit(flag: name + letters) }
                emit(flag: name)
            case true?:
                guard !letters.isEmpty else { return emit(name, nextValue(for: name, &rest)) }
                return emit(name, String(letters.first == "=" ? letters.dropFirst() : letters))
            }
        }
    }

    /// The option that `written` is, or is short for.
    private mutating func wholeName(_ written: String) -> String? {
        if options.takesValue(written) != nil { return written }
        if CommandGrammar.hiddenOptions.contains(written) { return nil }
        let candidates = options.long(from: written)
        let known = path == "check" ? CommandGrammar.predecessorOptions.filter { $0.hasPrefix(written) } : []
        if known.count == 1 { return known[0] }
        if candidates.count == 1 { return candidates[0] }
        noteJSON(written)
        fail(candidates.isEmpty ? .unknownOption(written, in: written, of: path) : .ambiguous(written, candidates))
        return nil
    }

    /// The argument after an option, where it can be its value.
    private mutating func nextValue(for name: String, _ rest: inout ArraySlice<String>) -> String? {
        guard let next = rest.first, next != "--" else { return nil }
        guard !next.hasPrefix("-") || next == "-" || isNegative(next) else {
            fail(.noValue(option: name, next: next))
            return nil
        }
        return rest.popFirst()
    }

    /// Whether `argument` is a number below 0, or a range from one, and no option.
    private func isNegative(_ argument: String) -> Bool {
        let second = argument.utf8.dropFirst().first ?? 0
        return options.takesValue(argument) == nil && ((0x30...0x39).contains(second) || second == UInt8(ascii: "."))
    }

    /// `--name` and the value after the first `=`, if there is one.
    private static func split(_ argument: String) -> (name: String, value: String?) {
        guard let equals = argument.utf8.firstIndex(of: UInt8(ascii: "=")) else { return (argument, nil) }
        return (String(argument[..<equals]), String(argument.utf8[argument.utf8.index(after: equals)...]))
    }

    // MARK: Result

    private mutating func emit(flag name: String) {
        noteJSON(name)
        arguments.append(name)
    }

    /// A value that begins with a dash is attached, or it would be taken for an option; an empty one cannot be.
    private mutating func emit(_ name: String, _ value: String?) {
        guard let value else { return arguments.append(name) }
        if value.hasPrefix("-"), value != "-" {
            arguments.append("\(name)=\(value)")
        } else {
            arguments += [name, value]
        }
    }

    private mutating func noteJSON(_ name: String) {
        if name == "--json" || name == "-j" { asksForJSON = true }
    }

    private mutating func fail(_ error: ArgumentError) {
        if failure == nil { failure = error }
    }
}
