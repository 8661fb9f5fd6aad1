import ArgumentParser
import Baseline
import PortCore

/// Who accepts something, and why.
struct ApprovalOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Why this is what should be.", valueName: "text"))
    var reason: String

    @Option(help: ArgumentHelp("The ticket of the change.", valueName: "id"))
    var ticket: String?

    @Option(help: ArgumentHelp("Who accepts it, where that is not the user.", valueName: "person"))
    var by: String?

    func validate() throws {
        for (name, text) in [("reason", reason), ("ticket", ticket ?? "-"), ("by", by ?? "-")] {
            try Reading.checkLine(text, of: name)
        }
    }

    /// Accepted now, by this user on this machine.
    var acceptance: Acceptance {
        Acceptance(
            recordedAt: .now(), vantage: Machine.vantage, user: Machine.user, person: by, reason: reason,
            ticket: ticket)
    }
}

extension BaselineCommand {
    /// `portbase baseline set`.
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a run, or an earlier version, the next version of its check's baseline.",
            usage: "portbase baseline set <run> --reason <text> [<options>]",
            discussion: """
                Examples:
                  portbase baseline set web-tier --reason "release 4.2" --ticket CHG-1042
                  portbase baseline set web-tier@baseline~1 --reason "rolled back"

                Earlier versions stay.
                Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
                """)

        @Argument(help: HelpText.run, transform: Reading.run) var reference: RunReference
        @OptionGroup var approval: ApprovalOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var signing: SigningOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let recorded = try database.store().recorded(reference)
            let store = try signing.store(recordingIn: database)
            try output.show(set: store.setBaseline(recorded, approval.acceptance))
        }
    }

    /// `portbase baseline accept`.
    struct Accept: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the drift from a check's baseline, or only some of it, into the next version.",
            usage: "portbase baseline accept <name> [<endpoint> ...] --reason <text>\n    [<options>]",
            discussion: """
                Examples:
                  portbase baseline accept web-tier --reason "release 4.3" --by alice
                  portbase baseline accept web-tier web01:8443 --reason "new admin port"
                  portbase baseline accept web-tier [2001:db8::7]:22 db03 --reason ordered

                Where no run found what that makes, the version has a snapshot of its own. Earlier versions stay.
                Exit codes: 0 done, 1 failed, 2 usage, 4 done, but not told.
                """)

        @Argument(help: ArgumentHelp("The check.", valueName: "name"), transform: Reading.name) var name: CheckName

        @Argument(
            help: ArgumentHelp(
                "What to take: \(Endpoints.grammar); a host alone is all that differs there. Left out: all drift.",
                valueName: "endpoint"), transform: Reading.endpoints)
        var endpoints: [Endpoints] = []

        @Option(
            name: .customLong("run"),
            help: ArgumentHelp("The run whose drift it is, instead of the latest.", valueName: "run"),
            transform: Reading.run)
        var reference: RunReference?

        @OptionGroup var approval: ApprovalOptions
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var signing: SigningOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            // A check that is not there is told before a database is made for it.
            _ = try database.store().baselines(of: name)
            let store = try signing.store(recordingIn: database)
            try output.show(
                set: store.acceptDrift(of: name, upTo: reference, at: endpoints, approval.acceptance))
        }
    }
}

extension OutputOptions {
    fileprivate func show(set version: BaselineVersion) throws {
        try show(
            done: "Version \(version.version) of the baseline of \(version.check) was recorded",
            json: BaselineListJSON(baselines: [BaselineJSON(version)]),
            text:
                "Baseline \(version.version) of \(version.check) is \(version.recorded.origin), sha256:\(version.digest.short)\n"
        )
    }
}
