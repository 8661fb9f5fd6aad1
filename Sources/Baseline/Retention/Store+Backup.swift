/// A copy of a database.
public struct Backup: Hashable, Sendable {
    /// The file.
    public let path: String
    /// The last entry of its ledger; `nil` when nothing is recorded.
    public let head: LedgerHead?
}

extension Store {
    /// Copies the database as it is at one moment into a new file of mode 0600, which has its name only when it is
    /// whole and on the disk. Others go on recording meanwhile.
    ///
    /// - Throws: `StoreError.exists` when there is such a file, or another case when it cannot be written.
    public func backUp(to path: String) throws(StoreError) -> Backup {
        let file = try NewFile(path)
        let head = try copied(to: file.draft)
        try file.publish()
        return Backup(path: path, head: head)
    }

    private func copied(to path: String) throws(StoreError) -> LedgerHead? {
        let copy = try Database(path: path, access: .write, lockWait: database.lockWait)
        try database.copy(to: copy)
        // Without a log: the copy is one file, and the next recording switches it on again.
        try copy.execute("PRAGMA journal_mode = DELETE")
        return try Self.head(in: copy)
    }
}
