import PortCore

/// A run that was dropped, and the record that its entry in the ledger has.
struct PrunedRun: Hashable {
    let number: Int64
    let check: CheckName
    let record: Digest
}

/// What a prune dropped, as the text that its entry is about; `docs/format.md` specifies it.
enum PruneText {
    private static let header = "portbase-prune 1"

    static func text(_ runs: [PrunedRun]) -> String {
        runs.reduce(into: header + "\n") { $0 += "run \($1.number) \($1.check) \($1.record)\n" }
    }

    /// `nil` for anything that `text` does not write.
    static func read(_ text: String) -> [PrunedRun]? {
        var runs: [PrunedRun] = []
        for line in text.split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            guard words.count == 4, words[0].hasBytes(of: "run"), let number = Int64(words[1]),
                let check = CheckName(words[2]), let record = Digest(hex: words[3])
            else { return nil }
            runs.append(PrunedRun(number: number, check: check, record: record))
        }
        return Self.text(runs).hasBytes(of: text) ? runs : nil
    }
}

/// The entered runs that are not there, each until the prune comes that dropped it: a run that nobody pruned was taken
/// away.
struct MissingRuns {
    /// The runs that some prune names, by number.
    private let pruned: [Int64: PrunedRun]
    private var open: Set<Int64> = []

    init(_ pruned: [Int64: PrunedRun]) { self.pruned = pruned }

    /// Notes that run `item`, whose entry has `record`, is missing.
    mutating func add(_ item: LedgerItem, _ record: Digest, in database: Database) throws(StoreError) {
        guard let run = pruned[item.number] else { throw database.damaged("it is missing, and no prune dropped it") }
        guard run.check == item.name, run.record == record else {
            throw database.damaged("it is missing, and the prune that names it tells another record")
        }
        open.insert(item.number)
    }

    /// Takes what a prune names, which has to be runs that were entered before it and are missing.
    mutating func take(_ runs: [PrunedRun], in database: Database) throws(StoreError) {
        for run in runs where open.remove(run.number) == nil {
            throw database.damaged("it names run \(run.number), which it did not drop")
        }
    }

    /// The first of them, where the prune that names it is none that was entered.
    var discrepancy: Discrepancy? {
        open.min().flatMap { pruned[$0] }.map {
            Discrepancy("run \($0.number) of \($0.check)", "it is missing, and no prune dropped it")
        }
    }
}

extension Store {
    /// Every run that some prune names, by number.
    func prunedRuns() throws(StoreError) -> [Int64: PrunedRun] {
        var found: [Int64: PrunedRun] = [:]
        for number in try database.rows("SELECT id FROM prunes ORDER BY id", [], { $0.int(0) }) {
            for run in try prunedRuns(by: number) { found[run.number] = run }
        }
        return found
    }

    /// The runs that one prune names.
    func prunedRuns(by number: Int64) throws(StoreError) -> [PrunedRun] {
        let text = try database.first("SELECT content FROM prunes WHERE id = ?", [.int(number)]) { $0.text(0) }
        guard let text else { return [] }
        guard let runs = PruneText.read(text) else { throw database.damaged("prune \(number) cannot be read") }
        return runs
    }

    /// Whether a run is there.
    func hasRun(_ number: Int64) throws(StoreError) -> Bool {
        try database.first("SELECT 1 FROM runs WHERE id = ?", [.int(number)]) { _ in true } ?? false
    }
}
