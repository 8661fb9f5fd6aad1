import Baseline
import PortCore

/// The output of `portbase verify` for people.
struct VerifyText {
    let style: Style

    /// What was gone through, and the head.
    func text(_ verification: Verification) -> String {
        let kinds = LedgerKind.allCases.compactMap { kind in
            verification.counts[kind].map { "\(ProgressLine.grouped($0)) \(kind.rawValue)\($0 == 1 ? "" : "s")" }
        }
        let pruned = verification.prunedRuns
        let gone = pruned == 0 ? [] : ["\(ProgressLine.grouped(pruned)) of the runs pruned"]
        let count = verification.entryCount
        let total = "\(ProgressLine.grouped(count)) \(count == 1 ? "entry" : "entries")"
        let signed = verification.signedFrom.map { $0 == 1 ? "all signed" : "signed from entry \($0) on" }
        let list = (kinds + gone + [signed ?? "none signed"]).joined(separator: ", ")
        return "\(style.paint("Holds", .green)): \(total): \(list).\n" + (verification.head.map { "\($0)\n" } ?? "")
    }

    /// The first thing that does not hold.
    func text(_ discrepancy: Discrepancy) -> String {
        "\(style.paint("Does not hold", .red)): \(Visible.text("\(discrepancy)"))\n"
    }
}
