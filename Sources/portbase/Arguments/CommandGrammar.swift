/// Which commands there are, and which of their options take a value: what `ArgumentLine` has to know before
/// ArgumentParser is asked. To derive it from the declarations would take longer than a check of one port, so a test
/// holds it against them.
enum CommandGrammar {
    /// The options of each command by its path, the empty one being that of `portbase` itself. `=` marks a value.
    static let options: [String: String] = [
        "": common,
        "check": """
        -H= --host= --targets= --exclude= --exclude-file= --max-block= -p= --ports= -s= --service= --services-file= -4 -6 \
        -t= --timeout= --retries= --confirm= --confirm-for= --parallelism= --per-host= --rate= --max-rate-per-host= --name= --redefine \
        --baseline= --drift-state= --deadline= --no-record --banner -v --verbose --fail-only --perfdata --no-perfdata \
        --debug --explain-ports -V --require-all --require-any --require-open-count= --expect-closed= -w= --warning= -c= \
        --critical= --time-warning= --time-critical= --count= --log-dir= --log-max-mb= \(recording) \(output)
        """,
        "diff": "--banners --count= \(database) \(sheet)",
        "runs": "--limit= --all \(database) \(sheet)",
        "show": "--canonical \(database) \(output)",
        "baseline": common,
        "baseline set": "\(circumstance) \(recording) \(output)",
        "baseline accept": "--run= \(circumstance) \(recording) \(output)",
        "baseline list": "\(database) \(sheet)",
        "baseline show": "\(database) \(output)",
        "baseline history": "-v --verbose \(database) \(sheet)",
        "correlate": "--from= --since= --interfaces= --map= \(recording) \(output)",
        "history": "--check= \(database) \(sheet)",
        "query": "\(subject) --state= --at= --between= --opened --closed --ticket= --by= \(database) \(sheet)",
        "first-seen": "\(subject) --state= \(database) \(sheet)",
        "timeline": "--since= --limit= --changes \(database) \(sheet)",
        "verify": "--bundle= \(proof) \(database) \(output)",
        "head": "\(database) \(output)",
        "keygen": common,
        "prune": "--keep= --keep-last= --check= --dry-run \(circumstance) \(recording) \(output)",
        "backup": "\(database) \(output)",
        "export": "\(database) \(output)",
        "import-bundle": "--as= \(proof) \(circumstance) \(recording) \(output)",
        "help": "\(common) -help",
    ]

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

    /// The names of the commands right below `path`, sorted.
    static func commands(below path: String) -> [String] {
        let prefix = path.isEmpty ? "" : path + " "
        return options.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).isEmpty }
            .map { String($0.dropFirst(prefix.count)) }
            .filter { !$0.contains(" ") }.sorted()
    }
}

/// The options of one command.
struct OptionNames {
    /// Every option, with whether it takes a value.
    private let takesValue: [Substring: Bool]

    /// Options as `CommandGrammar` writes them.
    init(_ text: String) {
        let names = text.split { $0 == " " || $0 == "\n" }.map { name in
            (name.last == "=" ? name.dropLast() : name, name.last == "=")
        }
        takesValue = Dictionary(uniqueKeysWithValues: names)
    }

    /// Whether the option `name` takes a value; `nil` when there is no such option.
    func takesValue(_ name: String) -> Bool? { takesValue[name[...]] }

    /// Every name with its dashes, sorted.
    var all: [String] { takesValue.keys.map(String.init).sorted() }

    /// The long options that begin with `prefix`, sorted.
    func long(from prefix: String) -> [String] { all.filter { $0.hasPrefix("--") && $0.hasPrefix(prefix) } }
}
