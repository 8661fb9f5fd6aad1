import ArgumentParser
import Baseline
import PortCore

/// `portbase baseline`: what should be, who accepted it, and why.
struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Set and list baselines: the runs that are what should be.",
        discussion: "Exit codes: 0 done, 1 failed, 2 usage.",
        subcommands: [Set.self, List.self, Show.self, History.self])

    /// `portbase baseline set`.
    struct Set: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a run the next version of its check's baseline; earlier versions stay.",
            discussion: """
                Example:
                  portbase baseline set web-tier --reason "release 4.2" --ticket CHG-1042

                Exit codes: 0 done, 1 failed, 2 usage.
                """)

        @Argument(help: HelpText.run, transform: Reading.run) var reference: RunReference

        @Option(help: ArgumentHelp("Why this run is what should be.", valueName: "text"))
        var reason: String

        @Option(help: ArgumentHelp("The ticket of the change.", valueName: "id"))
        var ticket: String?

        @Option(help: ArgumentHelp("Who accepts it, where that is not the user.", valueName: "person"))
        var by: String?

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var signing: SigningOptions
        @OptionGroup var output: OutputOptions

        func validate() throws {
            for (name, text) in [("reason", reason), ("ticket", ticket ?? "-"), ("by", by ?? "-")]
            where !Self.isOneLine(text) {
                throw ValidationError("--\(name) takes one line of visible text.")
            }
        }

        private static func isOneLine(_ text: String) -> Bool {
            text.contains { !$0.isWhitespace } && Visible.isPlain(text)
        }

        func run() throws {
            let run = try database.store().run(reference)
            let store = try Store(
                recordingIn: database.path, signingKey: signing.key(), cancellation: SignalTrap.install())
            let version = try store.setBaseline(
                run,
                Acceptance(
                    recordedAt: .now(), vantage: Machine.vantage, user: Machine.user, person: by,
                    reason: reason, ticket: ticket))
            try output.show(
                json: BaselineListJSON(baselines: [BaselineJSON(version)]),
                text: "Baseline \(version.version) of \(version.check) is run \(run.id), sha256:\(run.digest.short)\n")
        }
    }

    /// `portbase baseline list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the current baseline of each check.",
            discussion: "Exit codes: 0 done, 1 failed, 2 usage.")

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            try output.show(baselines: database.store().currentBaselines())
        }
    }

    /// `portbase baseline history`.
    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every version of a check's baseline, oldest first.",
            discussion: "Exit codes: 0 done, 1 failed, 2 usage.")

        @Argument(help: ArgumentHelp("The check.", valueName: "name"), transform: Reading.name) var name: CheckName
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let versions = try database.store().baselines(of: name)
            guard !versions.isEmpty else { throw StoreError.noBaseline(name) }
            try output.show(baselines: versions)
        }
    }

    /// `portbase baseline show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the current baseline of a check in full.",
            discussion: """
                Example:
                  portbase baseline show web-tier

                An earlier version: portbase show web-tier@baseline~1
                Exit codes: 0 done, 1 failed, 2 usage.
                """)

        @Argument(help: ArgumentHelp("The check.", valueName: "name"), transform: Reading.name) var name: CheckName
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let store = try database.store()
            guard let version = try store.baselines(of: name).last else { throw StoreError.noBaseline(name) }
            let request = try store.request(of: version.run)
            let findings = try store.findings(of: version.run)
            try output.show(
                json: BaselineShowJSON(version, request, findings),
                text: RunText.table([version], style: output.style) + "\n"
                    + RunText.full(version.run, request, findings, style: output.style))
        }
    }
}

extension OutputOptions {
    fileprivate func show(baselines: [BaselineVersion]) throws {
        try show(
            json: BaselineListJSON(baselines: baselines.map(BaselineJSON.init)),
            text: RunText.table(baselines, style: style))
    }
}
