import Baseline
import PortCore

/// The newest of the recorded runs: everything that the outputs of `runs` are made of.
struct RunList {
    let runs: [Run]
    /// How many there are.
    let total: Int
    /// The runs that are baselines.
    let baselines: Set<Int64>

    /// That there are more.
    var notes: [String] {
        runs.count < total
            ? ["\(Wording.number(runs.count)) of \(Wording.count(total, "run")); --all lists all of them."] : []
    }

    func text(_ style: Style) -> String {
        RunText.table(runs, baselines: baselines, style: style) + notes.map { $0 + "\n" }.joined()
    }

    var sheet: Sheet {
        Sheet(
            columns: [
                "run", "check", "started", "finished", "hosts", "open", "closed", "filtered", "digest", "baseline",
            ],
            rows: runs.map { run in
                [
                    .number(Int(run.id)), .text("\(run.check)"), .time(run.startedAt), .time(run.finishedAt),
                    .number(run.counts.hosts), .number(run.counts.open), .number(run.counts.closed),
                    .number(run.counts.filtered), .text("\(run.digest)"), .flag(baselines.contains(run.id)),
                ]
            })
    }
}
