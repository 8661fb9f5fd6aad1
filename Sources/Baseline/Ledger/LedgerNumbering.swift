/// That what is recorded is numbered in its order: runs over all checks, the rest by check.
struct LedgerNumbering {
    private var last: [String: Int64] = [:]

    /// The last run.
    var lastRun: Int64? { last[LedgerKind.run.rawValue] }

    mutating func add(_ item: LedgerItem) throws(LedgerChain.Broken) {
        let series = item.kind.rawValue + (item.kind == .run ? "" : " \(item.name ?? "")")
        guard item.number > last[series] ?? 0 else {
            throw LedgerChain.Broken(problem: "it comes after \(item.kind.rawValue) \(last[series] ?? 0)")
        }
        last[series] = item.number
    }
}
