import Baseline
import PortCore

/// The outputs of `portbase prune` and `portbase backup` for people.
struct RetentionText {
    let style: Style

    /// A line for each check, and one for the whole.
    func text(_ report: PruneReport, isDryRun: Bool) -> String {
        guard report.count > 0 else { return "Nothing to prune.\n" }
        let lines = report.checks.map { check in
            "\(check.name): \(runs(check.dropped.count)), from \(check.dropped[0]) to "
                + "\(check.dropped[check.dropped.count - 1]); \(ProgressLine.grouped(check.kept)) stay\n"
        }
        return lines.joined() + (isDryRun ? "Would prune \(runs(report.count)).\n" : "Pruned \(runs(report.count)).\n")
            + space(report)
    }

    private func space(_ report: PruneReport) -> String {
        if let reason = report.unreclaimed {
            return "The file keeps the space, for what is recorded next: \(Visible.text(reason))\n"
        }
        guard let before = report.bytesBefore, let after = report.bytesAfter else { return "" }
        return "The file has \(ProgressLine.grouped(Int(after))) bytes, and had \(ProgressLine.grouped(Int(before))).\n"
    }

    private func runs(_ count: Int) -> String { "\(ProgressLine.grouped(count)) run\(count == 1 ? "" : "s")" }

    /// Where the copy is, and the head that it was made at.
    func text(_ backup: Backup) -> String {
        "Copied to '\(Visible.text(backup.path))'.\n" + (backup.head.map { "\($0)\n" } ?? "")
    }
}
