import ArgumentParser
import Baseline
import PortCore

/// `portbase baseline`: what should be, who accepted it, and why.
struct BaselineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "baseline",
        abstract: "Set, accept and list baselines: what should be.",
        usage: "portbase baseline <subcommand>",
        discussion: """
            Examples:
              portbase baseline set web-tier --reason "as installed" --ticket CHG-1
              portbase baseline accept web-tier web01:8443 --reason "new admin port"
              portbase baseline history web-tier

            Every version stays, with who accepted it and why.
            Exit codes: 0 done, 1 failed, 2 usage.
            """,
        subcommands: [Set.self, Accept.self, List.self, Show.self, History.self])

    /// `portbase baseline list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the current baseline of each check.",
            usage: "portbase baseline list [<options>]",
            discussion: """
                Examples:
                  portbase baseline list
                  portbase baseline list --json

                Exit codes: 0 done, 1 failed, 2 usage.
                """)

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var sheet: SheetOptions

        func run() throws {
            let versions = try database.store().currentBaselines()
            try sheet.show(
                BaselineText.sheet(versions), json: BaselineListJSON(baselines: versions.map { BaselineJSON($0) }),
                text: BaselineText.table(versions, style: sheet.output.style))
        }
    }

    /// `portbase baseline history`.
    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List every version of a check's baseline, oldest first, and what each changed.",
            usage: "portbase baseline history <name> [--verbose] [<options>]",
            discussion: """
                Examples:
                  portbase baseline history web-tier --verbose
                  portbase diff web-tier@baseline~2 web-tier@baseline

                Exit codes: 0 done, 1 failed, 2 usage.
                """)

        @Argument(help: ArgumentHelp("The check.", valueName: "name"), transform: Reading.name) var name: CheckName

        @Flag(name: .shortAndLong, help: "Show every change.")
        var verbose = false

        @OptionGroup var database: DatabaseOptions
        @OptionGroup var sheet: SheetOptions

        func run() throws {
            let store = try database.store()
            let history = try store.atOneMoment { () throws(StoreError) in try BaselineHistory(store, of: name) }
            try sheet.show(
                BaselineText.sheet(history), json: BaselineListJSON(baselines: history.steps.map { BaselineJSON($0) }),
                text: BaselineText.history(history, isVerbose: verbose, style: sheet.output.style), isVerbose: verbose)
        }
    }

    /// `portbase baseline show`.
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the current baseline of a check in full.",
            usage: "portbase baseline show <name> [<options>]",
            discussion: """
                Examples:
                  portbase baseline show web-tier
                  portbase show web-tier@baseline~1     the version before

                Exit codes: 0 done, 1 failed, 2 usage.
                """)

        @Argument(help: ArgumentHelp("The check.", valueName: "name"), transform: Reading.name) var name: CheckName
        @OptionGroup var database: DatabaseOptions
        @OptionGroup var output: OutputOptions

        func run() throws {
            let store = try database.store()
            let (version, request, findings) = try store.atOneMoment { () throws(StoreError) in
                guard let version = try store.baseline(of: name) else { throw StoreError.noBaseline(name) }
                return (version, try store.request(of: version.run), try store.findings(of: version.recorded))
            }
            try output.show(
                json: BaselineShowJSON(version, request, findings),
                text: BaselineText.table([version], style: output.style) + "\n"
                    + RunText.full(version.recorded, request, findings, style: output.style))
        }
    }
}

/// Every version of a baseline with what it changed: everything that the outputs of `baseline history` are made of.
struct BaselineHistory {
    /// A version, and the drift to it from the one before.
    struct Step {
        let version: BaselineVersion
        /// `nil` for the first version.
        let drift: Drift?
        let evidence: [Host: Evidence]
        let request: CheckRequest
    }

    /// Oldest first.
    let steps: [Step]

    init(_ store: Store, of name: CheckName) throws(StoreError) {
        let versions = try store.baselines(of: name)
        guard !versions.isEmpty else { throw StoreError.noBaseline(name) }
        var steps: [Step] = []
        for (index, version) in versions.enumerated() {
            try store.prove(version.recorded)
            let change = index == 0 ? nil : try store.drift(from: versions[index - 1].recorded, to: version.recorded)
            steps.append(
                Step(
                    version: version, drift: change?.drift, evidence: change?.evidence ?? [:],
                    request: try store.request(of: version.run)))
        }
        self.steps = steps
    }
}
