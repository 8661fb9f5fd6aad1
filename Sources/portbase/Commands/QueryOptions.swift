import ArgumentParser
import Baseline
import PortCore

/// How the answers of queries are shown.
struct SheetOptions: ParsableArguments {
    @Flag(help: "Print CSV (RFC 4180).")
    var csv = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !(csv && output.json) else { throw ValidationError("--csv and --json exclude each other.") }
    }

    /// Prints `sheet` as CSV, `json` or `text`, whichever is asked for. CSV has no place for `notes`, which are in the
    /// others: they go to standard error.
    ///
    /// - Parameter isProved: whether it is proved that this was recorded; text says where it is not, and JSON says it
    ///   itself.
    func show(
        _ sheet: @autoclosure () -> Sheet, isProved: Bool = true, notes: [String] = [],
        json: @autoclosure () -> some Encodable, text: @autoclosure () -> String, isVerbose: Bool = false
    ) throws {
        guard csv else {
            let note = isProved ? "" : output.style.paint(Proof.lacking, .dim) + "\n"
            return try output.show(json: json(), text: text() + note, isVerbose: isVerbose)
        }
        try Output.standard.write(sheet().csv)
        for note in notes { Output.complain(note) }
    }
}

/// What answers say of rows that nothing but `verify` proves.
enum Proof {
    static let lacking = "Not proved: rows as they stand; 'portbase verify' proves them."
}

/// Which hosts and ports of which check are meant.
struct SubjectOptions: ParsableArguments {
    @Option(
        name: .customLong("check"), help: ArgumentHelp("Only the runs of this check.", valueName: "name"),
        transform: Reading.name)
    var check: CheckName?

    @Option(
        name: [.customShort("H"), .long],
        help: ArgumentHelp("Only hosts that fit: \(HostPattern.grammar).", valueName: "host"),
        transform: SubjectOptions.hosts)
    var host: HostPattern?

    @Option(
        name: [.customShort("p"), .customLong("port")], parsing: .singleValue,
        help: ArgumentHelp("Only these ports, as check takes them. Repeats.", valueName: "list"))
    var port: [String] = []

    /// The ports that were given; `nil` for all.
    func ports() throws -> PortSet? {
        guard !port.isEmpty else { return nil }
        return try PortSelection(ports: port, services: []) { () throws(PortError) in try ServiceTable() }.all
    }

    @Sendable static func hosts(_ text: String) throws -> HostPattern {
        guard let pattern = HostPattern(text) else { throw ValidationError("Give \(HostPattern.grammar).") }
        return pattern
    }
}

extension Reading {
    /// A moment; a date alone is its beginning.
    @Sendable static func time(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(text, before: .now()) else {
            throw ValidationError("Give \(Timestamp.sinceGrammar).")
        }
        return time
    }

    /// A moment; a date alone is its end.
    @Sendable static func end(_ text: String) throws -> Timestamp {
        guard let time = Timestamp(endOf: text, before: .now()) else {
            throw ValidationError("Give \(Timestamp.sinceGrammar).")
        }
        return time
    }
}
