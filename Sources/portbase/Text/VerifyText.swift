import Baseline
import PortCore

/// The output of `portbase verify` for people.
struct VerifyText {
    let style: Style

    /// What was gone through, and the head.
    func text(_ verification: Verification) -> String {
        let kinds = LedgerKind.allCases.compactMap { kind in
            verification.counts[kind].map { Wording.count($0, kind.rawValue) }
        }
        let pruned = verification.prunedRuns
        let gone = pruned == 0 ? [] : ["\(Wording.number(pruned)) of the runs pruned"]
        let brought = verification.importedRuns
        let foreign = brought == 0 ? [] : ["\(Wording.count(brought, "run")) imported"]
        let list = (kinds + gone + foreign + [signed(verification.signedFrom)]).joined(separator: ", ")
        return "\(holds): \(entries(verification.entryCount)): \(list).\n"
            + (verification.head.map { "\($0)\n" } ?? "")
    }

    /// What a bundle holds, and the head that it was made at.
    func text(_ bundle: BundleSummary) -> String {
        let list = BundleText(style: style).list(bundle)
        return
            "\(holds): \(list), proved by \(entries(Int(bundle.head.sequence ?? 0))), \(signed(bundle.signedFrom)).\n"
            + "\(bundle.head)\n"
    }

    private var holds: String { style.paint("Holds", .green) }

    private func entries(_ count: Int) -> String { Wording.count(count, "entry", "entries") }

    private func signed(_ first: Int64?) -> String {
        first.map { $0 == 1 ? "all signed" : "signed from entry \($0) on" } ?? "none signed"
    }

    /// The first thing that does not hold.
    func text(_ discrepancy: Discrepancy) -> String {
        "\(style.paint("Does not hold", .red)): \(Visible.text("\(discrepancy)"))\n"
    }
}
