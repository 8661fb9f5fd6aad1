public import ArgumentParser
public import Baseline
import PortCore

/// Where the database is.
struct DatabaseOptions: ParsableArguments {
    @Option(
        name: .customLong("db"),
        help: ArgumentHelp(
            "The database. (default: $PORTBASE_DB, else portbase/portbase.db in the XDG data folder)",
            valueName: "file"), completion: .file())
    var file: String?

    var path: String { Machine.databasePath(file) }

    func validate() throws {
        guard file != "" else { throw ValidationError("--db takes the name of a file.") }
    }

    func store() throws(StoreError) -> Store { try Store(reading: path) }
}

/// What signs what is recorded.
struct SigningOptions: ParsableArguments {
    @Option(
        name: .customLong("sign-key"),
        help: ArgumentHelp(
            "Sign the entry in the ledger with this key. (default: $PORTBASE_SIGN_KEY)", valueName: "file"),
        completion: .file())
    var file: String?

    func validate() throws {
        guard file != "" else { throw ValidationError("--sign-key takes the name of a file.") }
    }

    /// The key of the option, else the one of `PORTBASE_SIGN_KEY`, else none.
    func key() throws(KeyError) -> SigningKey? {
        guard let path = file ?? Machine.variable("PORTBASE_SIGN_KEY") else { return nil }
        return try SigningKey(path: path)
    }

    /// The store for recording, signed where that is asked for.
    func store(recordingIn database: DatabaseOptions) throws -> Store {
        try Store(recordingIn: database.path, signingKey: key(), cancellation: SignalTrap.install())
    }
}

/// What was noted elsewhere, to hold a ledger against.
struct ProofOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("An entry that has to be there: \(LedgerHead.grammar).", valueName: "head"),
        transform: Reading.head)
    var head: LedgerHead?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "The key that has to have signed each entry from the first signed one on. Repeats, for keys that took over.",
            valueName: "file"), completion: .file())
    var publicKey: [String] = []

    /// The keys of the files; `nil` where none is given.
    func keys() throws(KeyError) -> [PublicKey]? {
        var keys: [PublicKey] = []
        for file in publicKey { keys.append(try PublicKey(path: file)) }
        return keys.isEmpty ? nil : keys
    }

    func reader(
        of bundle: String, _ cancellation: Cancellation = Cancellation()
    ) throws(KeyError) -> BundleReader {
        BundleReader(bundle, expected: head, keys: try keys(), cancellation: cancellation)
    }
}

/// Who does something with what is recorded, and why, where that need not be told.
struct CircumstanceOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Why, for the ledger.", valueName: "text"))
    var reason: String?

    @Option(help: ArgumentHelp("The ticket of it.", valueName: "id"))
    var ticket: String?

    @Option(help: ArgumentHelp("Who decided it, where that is not the user.", valueName: "person"))
    var by: String?

    func validate() throws {
        for (name, text) in [("reason", reason), ("ticket", ticket), ("by", by)] {
            if let text { try Reading.checkLine(text, of: name) }
        }
    }

    /// Done now, by this user on this machine; for `usual` where no reason is given.
    func acceptance(_ usual: String) -> Acceptance {
        Acceptance(
            recordedAt: .now(), vantage: Machine.vantage, user: Machine.user, person: by, reason: reason ?? usual,
            ticket: ticket)
    }
}

/// How results are shown.
struct OutputOptions: ParsableArguments {
    @Flag(name: [.customShort("j"), .long], help: "Print JSON; docs/schemas describes it.")
    var json = false

    @Flag(name: .shortAndLong, help: "Print nothing; the exit code tells. A form that is asked for wins.")
    var quiet = false

    @Option(help: ArgumentHelp("When to use colour.", valueName: "when"))
    var color = ColorChoice.auto

    var style: Style { Style(color) }

    /// Prints `json` or `text`, whichever is asked for: JSON before `--verbose` before `--quiet`, as check_ports.py.
    ///
    /// - Parameter done: what is done by now and stays so if it cannot be told: `Run 17 of web-tier was recorded`.
    func show(
        done: String? = nil, json value: @autoclosure () -> some Encodable, text: @autoclosure () -> String,
        isVerbose: Bool = false
    ) throws {
        guard json || isVerbose || !quiet else { return }
        do {
            try Output.standard.write(json ? JSONOutput.text(value()) : text())
        } catch let error as Output.WriteError {
            throw done.map { UntoldError(done: $0, error: error) } ?? error
        }
    }
}

/// Which kinds of drift count beside opened, closed and lost.
struct CountOptions: ParsableArguments {
    @Option(
        name: .customLong("count"), parsing: .singleValue,
        help: ArgumentHelp("Also count this kind as drift. Repeats.", valueName: "kind"))
    var kinds: [DriftKind] = []

    var counted: Set<DriftKind> { DriftKind.counted.union(kinds) }
}

extension DriftKind: ExpressibleByArgument {
    /// A kind that counts when asked for; `nil` for any other word, such as a kind that always counts.
    public init?(argument: String) {
        guard let kind = DriftKind.countable.first(where: { $0.rawValue == argument }) else { return nil }
        self = kind
    }

    /// The kinds that count when asked for: what help and messages offer.
    public static var allValueStrings: [String] { DriftKind.countable.map(\.rawValue) }
}

/// Reads an argument, or says what would be right.
enum Reading {
    @Sendable static func run(_ text: String) throws -> RunReference {
        guard let reference = RunReference(text) else { throw ValidationError("Give \(RunReference.grammar).") }
        return reference
    }

    @Sendable static func head(_ text: String) throws -> LedgerHead {
        guard let head = LedgerHead(text) else { throw ValidationError("Give \(LedgerHead.grammar).") }
        return head
    }

    @Sendable static func endpoints(_ text: String) throws -> Endpoints {
        guard let endpoints = Endpoints(text) else { throw ValidationError("Give \(Endpoints.grammar).") }
        return endpoints
    }

    private static let lineLimit = 1000

    /// Refuses what is no line of visible text.
    static func checkLine(_ text: String, of option: String) throws {
        // What is not UTF-8 comes as replacement characters, and would not be told from other such texts.
        guard text.contains(where: { !$0.isWhitespace }), Visible.isPlain(text), !text.contains("\u{FFFD}"),
            text.count <= lineLimit
        else {
            throw ValidationError("--\(option) takes one line of visible UTF-8 text, at most \(lineLimit) characters.")
        }
    }

    @Sendable static func name(_ text: String) throws -> CheckName {
        guard let name = CheckName(text) else { throw ValidationError("Give \(CheckName.grammar).") }
        return name
    }
}

/// Help texts that several commands share.
enum HelpText {
    static let run = ArgumentHelp("A run: \(RunReference.grammar).", valueName: "run")
}
