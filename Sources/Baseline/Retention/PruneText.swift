/// A run that was dropped, and the record that its entry in the ledger has.
struct PrunedRun: Hashable {
    let number: Int64
    let check: String
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
            guard words.count == 4, words[0] == "run", let number = Int64(words[1]),
                let record = Digest(hex: words[3])
            else { return nil }
            runs.append(PrunedRun(number: number, check: String(words[2]), record: record))
        }
        return Self.text(runs).hasBytes(of: text) ? runs : nil
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
