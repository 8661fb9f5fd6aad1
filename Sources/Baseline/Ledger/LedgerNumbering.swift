/// That what is recorded is numbered in its order: runs over all checks, the rest by check.
struct LedgerNumbering {
    private struct Series: Hashable {
        let kind: LedgerKind
        let name: CheckName?

        init(_ item: LedgerItem) {
            kind = item.kind
            name = item.kind == .run ? nil : item.name
        }
    }

    private var last: [Series: Int64] = [:]

    /// The last run.
    private(set) var lastRun: Int64?

    mutating func add(_ item: LedgerItem) throws(LedgerChain.Broken) {
        let series = Series(item)
        guard item.number > last[series] ?? 0 else {
            throw LedgerChain.Broken(problem: "it comes after \(item.kind.rawValue) \(last[series] ?? 0)")
        }
        last[series] = item.number
        if item.kind == .run { lastRun = item.number }
    }
}
