import ArgumentParser

/// `portbase`: lists the commands.
struct PortbaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "portbase",
        abstract: "Check TCP ports, record every run, and see what drifted from the baseline.",
        usage: "portbase <subcommand> [<options>]",
        discussion: """
            Examples:
              portbase check -H web01 -p 22,80,443 --name web-tier
              portbase baseline set web-tier --reason "as installed"
              portbase diff web-tier

            Runs are named everywhere alike: 17, sha256:PREFIX, NAME (latest), NAME~N (N before), NAME@baseline, \
            NAME@baseline~N, NAME@2026-05-03T12:00Z (latest at that time).

            The database is --db FILE, else $PORTBASE_DB, else portbase/portbase.db in the XDG data folder.
            """,
        version: "portbase \(Machine.version)",
        subcommands: [
            CheckCommand.self, DiffCommand.self, RunsCommand.self, ShowCommand.self, BaselineCommand.self,
            CorrelateCommand.self, HistoryCommand.self, QueryCommand.self, FirstSeenCommand.self, TimelineCommand.self,
            VerifyCommand.self, HeadCommand.self, KeygenCommand.self, PruneCommand.self, BackupCommand.self,
            ExportCommand.self, ImportBundleCommand.self,
        ])
}
