import Glibc
import PortCore

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
        let draft = "\(path).\(getpid()).partial"
        guard access(path, F_OK) != 0 else { throw .exists(path: path) }
        let descriptor = open(draft, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(path: path, reason: SystemError.text(errno)) }
        defer {
            close(descriptor)
            unlink(draft)
        }
        let head = try copied(to: draft)
        guard fsync(descriptor) == 0 else { throw .notWritable(path: path, reason: SystemError.text(errno)) }
        // Unlike rename, a link never takes the place of a file.
        guard link(draft, path) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : .notWritable(path: path, reason: SystemError.text(errno))
        }
        Self.syncFolder(of: path)
        return Backup(path: path, head: head)
    }

    private func copied(to path: String) throws(StoreError) -> LedgerHead? {
        let copy = try Database(path: path, access: .write, lockWait: database.lockWait)
        try database.copy(to: copy)
        // Without a log: the copy is one file, and the next recording switches it on again.
        try copy.execute("PRAGMA journal_mode = DELETE")
        return try Self.head(in: copy)
    }

    /// Makes the name of a new file last through a power cut, where the file system can.
    private static func syncFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
