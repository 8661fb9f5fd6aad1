import ArgumentParser
import Baseline

/// `portbase correlate`: which ports went with an interface or an address.
struct CorrelateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "correlate",
        abstract: "Say which ports were lost or closed together with an interface or an address.",
        usage: "portbase correlate [<run>] [--interfaces <file> ...] [<options>]",
        discussion: """
            Give what 'check_interfaces.py -j' printed on the hosts, read as soon as it is made: it carries no time, so \
            the time of reading is recorded, and later reports are compared with it.

            Examples:
              portbase correlate web-tier --interfaces web01.json web02.json
              portbase correlate web-tier --since 30d
              portbase correlate core --interfaces switch.json --map eth0=10.0.0.5

            Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
            """)

    @Argument(
        help: ArgumentHelp(
            "The newer run, compared with its check's baseline, or else with the run before it. "
                + "With --since, the name of a check.",
            valueName: "run"), transform: Reading.run)
    var reference: RunReference?

    @Option(
        help: ArgumentHelp("Compare with this run.", valueName: "run"), transform: Reading.run)
    var from: RunReference?

    @Option(
        help: ArgumentHelp(
            "Every two consecutive runs since then, of the check or of all: \(Timestamp.sinceGrammar).",
            valueName: "time"), transform: CorrelateCommand.moment)
    var since: Timestamp?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Reports of check_interfaces.py -j to record and to use.", valueName: "file"),
        completion: .file())
    var interfaces: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Whose address is whose in reports made in snmp mode, INTERFACE=ADDRESS or INTERFACE@HOST=ADDRESS. Repeats.",
            valueName: "mapping"), transform: CorrelateCommand.mapping)
    var map: [InterfaceMap.Entry] = []

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try span() }

    func run() throws {
        var files: [InterfaceReading] = []
        for file in interfaces { files.append(try InterfaceReading(path: file)) }
        let correlator = try Correlator(
            databasePath: database.path, vantage: Machine.vantage, user: Machine.user,
            signingKey: interfaces.isEmpty ? nil : signing.key(), cancellation: SignalTrap.install())
        let found = try correlator.run(CorrelationOrder(span(), files: files, map: InterfaceMap(map)))
        try output.show(
            done: interfaces.isEmpty ? nil : "The reports were recorded",
            json: CorrelationListJSON(found),
            text: CorrelationText(correlations: found, style: output.style).text
                + output.style.paint(Proof.lacking, .dim) + "\n")
    }

    private func span() throws -> CorrelationOrder.Span {
        switch (reference, since) {
        case (nil, nil):
            throw ValidationError("Give a run or --since; a run stands before --interfaces.")
        case (let reference?, nil): return .run(reference, from: from)
        case (_, _?) where from != nil: throw ValidationError("--from and --since exclude each other.")
        case (nil, let time?): return .since(time, of: nil)
        case (.latest(let name, back: 0)?, let time?): return .since(time, of: name)
        case (_?, _?): throw ValidationError("With --since, give the name of a check or nothing.")
        }
    }

    @Sendable private static func moment(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text, before: .now()) else {
            throw ValidationError("Give \(Timestamp.sinceGrammar).")
        }
        return time
    }

    @Sendable private static func mapping(_ text: String) throws -> InterfaceMap.Entry {
        do {
            return try InterfaceMap.Entry(text)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
