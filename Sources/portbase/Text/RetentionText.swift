import Baseline
import PortCore

/// The outputs of `portbase prune` and `portbase backup` for people.
struct RetentionText {
    let style: Style

    /// A line for each check, and one for the whole.
    func text(_ report: PruneReport, isDryRun: Bool) -> String {
        guard report.count > 0 else { return "Nothing to prune.\n" }
        let lines = report.checks.map { check in
            "\(check.name): \(runs(check.dropped.count)) (\(BundleText.numbers(check.dropped))); "
                + "\(Wording.number(check.kept)) stay\n"
        }
        return lines.joined() + (isDryRun ? "Would prune \(runs(report.count)).\n" : "Pruned \(runs(report.count)).\n")
            + space(report)
    }

    private func space(_ report: PruneReport) -> String {
        if let reason = report.unreclaimed {
            return "The file keeps the space, for what is recorded next: \(Visible.text(reason))\n"
        }
        guard let before = report.bytesBefore, let after = report.bytesAfter else { return "" }
        return "The file has \(Wording.count(after, "byte")), and had \(Wording.number(before)).\n"
    }

    private func runs(_ count: Int) -> String { Wording.count(count, "run") }

    /// Where the copy is, and the head that it was made at.
    func text(_ backup: Backup) -> String {
        "Copied to '\(Visible.text(backup.path))'.\n" + (backup.head.map { "\($0)\n" } ?? "")
    }
}
