/// Which commands there are, and which of their options take a value: what `ArgumentLine` has to know before
/// ArgumentParser is asked. To derive it from the declarations would take longer than a check of one port, so a test
/// holds it against them.
enum CommandGrammar {
    /// The path of each command, the empty one being that of `portbase` itself.
    static let paths = [
        "", "check", "diff", "runs", "show", "baseline", "baseline set", "baseline accept", "baseline list",
        "baseline show", "baseline history", "correlate", "history", "query", "first-seen", "timeline", "verify",
        "head",
        "keygen", "prune", "backup", "export", "import-bundle", "help",
    ]

    /// The options of the command at `path`; `=` marks a value. Only what is asked for is put together.
    static func options(of path: String) -> String {
        switch path {
        case "check":
            """
            -H= --host= --targets= --exclude= --exclude-file= --max-block= -p= --ports= -s= --service= --services-file= \
            -4 -6 -t= --timeout= --retries= --confirm= --confirm-for= --parallelism= --per-host= --rate= \
            --max-rate-per-host= --name= --redefine --baseline= --drift-state= --deadline= --no-record --require-record \
            --require-baseline --banner -v \
            --verbose --fail-only --perfdata --no-perfdata --debug --explain-ports -V --require-all --require-any \
            --require-open-count= --expect-closed= -w= --warning= -c= --critical= --time-warning= --time-critical= \
            --count= --log-dir= --log-max-mb= \(recording) \(output)
            """
        case "diff": "--banners --count= \(database) \(sheet)"
        case "runs": "--limit= --all \(database) \(sheet)"
        case "show": "--canonical \(database) \(output)"
        case "baseline set": "\(circumstance) \(recording) \(output)"
        case "baseline accept": "--run= \(circumstance) \(recording) \(output)"
        case "baseline list": "\(database) \(sheet)"
        case "baseline history": "-v --verbose \(database) \(sheet)"
        case "correlate": "--from= --since= --interfaces= --map= \(recording) \(output)"
        case "history": "--check= \(database) \(sheet)"
        case "query": "\(subject) --state= --at= --between= --opened --closed --ticket= --by= \(database) \(sheet)"
        case "first-seen": "\(subject) --state= \(database) \(sheet)"
        case "timeline": "--since= --limit= --changes \(database) \(sheet)"
        case "verify": "--bundle= \(proof) \(database) \(output)"
        case "baseline show", "head", "backup", "export": "\(database) \(output)"
        case "prune": "--keep= --keep-last= --check= --dry-run \(circumstance) \(recording) \(output)"
        case "import-bundle": "--as= \(proof) \(circumstance) \(recording) \(output)"
        case "help": "\(common) -help"
        default: common
        }
    }

    private static let common = "-h --help --version"
    private static let output = "-j --json -q --quiet --color= \(common)"
    private static let sheet = "--csv \(output)"
    private static let database = "--db="
    private static let recording = "--db= --sign-key="
    private static let circumstance = "--reason= --ticket= --by="
    private static let proof = "--head= --public-key="
    private static let subject = "--check= -H= --host= -p= --port="

    /// Other names of commands.
    static let aliases = [CommandFamily.predecessor: "check"]

    /// The long options of check_ports.py: what is short for one of them there is so in `check`, whatever options
    /// came since.
    static let predecessorOptions = [
        "--host", "--timeout", "--ports", "--service", "--log-dir", "--log-max-mb", "--require-all", "--require-any",
        "--fail-only", "--verbose", "--json", "--quiet", "--version", "--help",
    ]

    /// What ArgumentParser takes of every program, and no help lists.
    static let hiddenOptions: Set<String> = [
        "--help-hidden", "--experimental-dump-help", "--generate-completion-script",
    ]

    /// The names of the commands right below `path`.
    static func commands(below path: String) -> [String] {
        let prefix = path.isEmpty ? "" : path + " "
        return paths.lazy.filter { $0.utf8.starts(with: prefix.utf8) }.map { String($0.dropFirst(prefix.utf8.count)) }
            .filter { !$0.isEmpty && !$0.utf8.contains(UInt8(ascii: " ")) }
    }
}

/// The options of one command.
struct OptionNames {
    private let names: [(name: Substring, takesValue: Bool)]

    /// The options of the command at `path`.
    init(of path: String) {
        names = CommandGrammar.options(of: path).utf8.split(separator: UInt8(ascii: " ")).map { word in
            let takesValue = word.last == UInt8(ascii: "=")
            return (Substring(takesValue ? word.dropLast() : word), takesValue)
        }
    }

    /// Whether the option `name` takes a value; `nil` when there is no such option.
    func takesValue(_ name: String) -> Bool? { names.first { $0.name == name }?.takesValue }

    /// Every name with its dashes.
    var all: [String] { names.map { String($0.name) } }

    /// The long options that begin with `prefix`.
    func long(from prefix: String) -> [String] { all.filter { $0.hasPrefix("--") && $0.hasPrefix(prefix) } }
}
