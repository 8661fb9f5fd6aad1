import Baseline
import PortCore

/// The outputs of `portbase export` and `portbase import-bundle` for people.
struct BundleText {
    let style: Style

    /// What was exported, and the head that proves it.
    func text(_ bundle: BundleSummary, in file: String) -> String {
        "Exported \(list(bundle)) to '\(Visible.text(file))'.\n\(bundle.head)\n"
    }

    /// A line for each check, and the head that vouches for them.
    func text(_ report: ImportReport) -> String {
        let lines = report.checks.map { check in
            let baselines = check.baselines == 0 ? "" : " and \(Wording.count(check.baselines, "baseline"))"
            let numbers = Self.numbers(check.runs.map(\.number)) + ", there " + Self.numbers(check.runs.map(\.original))
            return "Imported \(check.original) as \(check.name): "
                + "\(Wording.count(check.runs.count, "run")) (\(numbers))\(baselines).\n"
        }
        return lines.joined() + "\(report.head)\n"
    }

    /// `5 runs (3 to 9) and 2 baselines of web`.
    func list(_ bundle: BundleSummary) -> String {
        bundle.checks.map { check in
            let baselines = check.baselines == 0 ? "" : " and \(Wording.count(check.baselines, "baseline"))"
            return "\(Wording.count(check.runs.count, "run")) (\(Self.numbers(check.runs)))\(baselines) of "
                + "\(check.name)"
        }.joined(separator: ", ")
    }

    /// The first and the last number of some runs: `3 to 9`.
    static func numbers(_ runs: [Int64]) -> String {
        guard let first = runs.first, let last = runs.last else { return "none" }
        return first == last ? "\(first)" : "\(first) to \(last)"
    }
}
