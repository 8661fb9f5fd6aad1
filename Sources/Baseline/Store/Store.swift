import Glibc
import Migrations
public import PortCore

/// Everything that was recorded: one SQLite file, append-only, one transaction a run.
public final class Store {
    /// "PBas" in ASCII: tells a database of portbase from any other (sqlite.org/pragma.html#pragma_application_id).
    static let applicationID: Int64 = 0x5042_6173

    let database: Database
    /// What signs the entries of the ledger; `nil` to leave them unsigned.
    let signingKey: SigningKey?
    /// The records that imports vouch for, by the number of an import that was proved.
    var vouchedImports: [Int64: [LedgerItem: Digest]] = [:]

    /// Opens the database at `path` for reading. Nothing is ever written through it, but what a killed writer left half
    /// done is taken back first.
    ///
    /// - Parameters:
    ///   - cancellation: ends whatever is read, and the wait for other processes.
    ///   - patience: how long to wait for the locks of other processes.
    /// - Throws: `StoreError.missing` when there is none, or another case when it cannot be read as one.
    public init(
        reading path: String, cancellation: Cancellation = Cancellation(), patience: Patience = Patience()
    ) throws(StoreError) {
        let lockWait = LockWait(patience, cancellation: cancellation)
        guard try Self.exists(path) else { throw .missing(path: path) }
        func open(_ access: Database.Access) throws(StoreError) -> Database {
            let database = try Database(path: path, access: access, lockWait: lockWait)
            guard try Self.version(of: database) > 0 else { throw .empty(path: path) }
            return database
        }
        signingKey = nil
        do throws(StoreError) {
            database = try open(.read)
        } catch .unfinished {
            // The first that reads through a connection that may write rolls a hot journal back.
            _ = try Self.version(of: Database(path: path, access: .write, lockWait: lockWait))
            database = try open(.read)
        } catch  where error.isForWantOfAccess && !Self.hasLog(path) {
            // A folder that cannot be written, or a full disk, has no room for the files that WAL shares; without a
            // log there is nothing in it that the main file lacks.
            database = try open(.readImmutable)
        }
    }

    /// Opens the database at `path` for recording, and makes it, mode 0600 in a folder of mode 0700, if need be.
    ///
    /// - Parameters:
    ///   - signingKey: what signs the entries of the ledger; `nil` to leave them unsigned.
    ///   - cancellation: ends whatever is done, and the wait for other processes; nothing is recorded then.
    ///   - patience: how long to wait for the locks of other processes.
    /// - Throws: `StoreError`; nothing is changed then.
    public init(
        recordingIn path: String, signingKey: SigningKey? = nil, cancellation: Cancellation = Cancellation(),
        patience: Patience = Patience()
    ) throws(StoreError) {
        self.signingKey = signingKey
        try Self.makeFile(path)
        if let reason = FileGuard.refusal(path) { throw .untrusted(path: path, reason: reason) }
        let lockWait = LockWait(patience, cancellation: cancellation)
        database = try Database(path: path, access: .write, lockWait: lockWait)
        try lockWait.retrying { () throws(StoreError) in
            if try Self.version(of: database) < Migrations.all.count { try migrate() }
            // WAL lets readers go on while a run is recorded; FULL makes a commit survive a power cut.
            try database.execute("PRAGMA journal_mode = WAL")
        }
        try database.execute("PRAGMA synchronous = FULL")
    }

    /// Runs `body` so that all that it reads is of one moment, whatever others record or prune meanwhile.
    public func atOneMoment<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try database.read(body)
    }

    /// Whether there are commits that stand in a write-ahead log only, or half a commit that a rollback journal is to
    /// take back.
    private static func hasLog(_ path: String) -> Bool {
        ["-wal", "-journal"].contains { suffix in
            var status = stat()
            return stat((path + suffix).onDisk, &status) == 0 && status.st_size > 0
        }
    }

    /// The schema version, 0 for an empty file, read in one transaction: another process may be making the tables.
    ///
    /// - Throws: `StoreError.foreign` or `.newer`.
    private static func version(of database: Database) throws(StoreError) -> Int {
        try database.read { () throws(StoreError) in try versionInTransaction(database) }
    }

    private static func versionInTransaction(_ database: Database) throws(StoreError) -> Int {
        let id = try database.first("PRAGMA application_id") { $0.int(0) } ?? 0
        let version = try database.first("PRAGMA user_version") { $0.int(0) } ?? 0
        let tables = try database.first("SELECT count(*) FROM sqlite_schema") { $0.int(0) } ?? 0
        guard id == applicationID || (id == 0 && version == 0 && tables == 0) else {
            throw .foreign(path: database.path)
        }
        guard version > 0 || tables == 0 else {
            throw database.damaged("it has tables, and its schema version is 0")
        }
        guard version <= Migrations.all.count else {
            throw .newer(path: database.path, version: version, known: Migrations.all.count)
        }
        return Int(version)
    }

    private func migrate() throws(StoreError) {
        try database.write { () throws(StoreError) in
            // Asked again inside the transaction: another process may have been faster.
            let version = try Self.versionInTransaction(database)
            for step in Migrations.all where step.version > version {
                try database.executeScript(step.sql)
                try database.execute("PRAGMA user_version = \(step.version)")
            }
            try database.execute("PRAGMA application_id = \(Self.applicationID)")
        }
    }

    /// Whether there is anything at `path`, be it a link that leads nowhere.
    ///
    /// - Throws: `StoreError.cannotOpen` when that cannot be known.
    private static func exists(_ path: String) throws(StoreError) -> Bool {
        var status = stat()
        if lstat(path.onDisk, &status) == 0 {
            // Opening a pipe could wait for good.
            let isOpenable = stat(path.onDisk, &status) != 0 || [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT)
            guard isOpenable else { throw .cannotOpen(path: path, reason: "it is not a regular file") }
            return true
        }
        guard errno == ENOENT else { throw .cannotOpen(path: path, reason: SystemError.text(errno)) }
        return false
    }

    /// Makes an empty file of mode 0600 where there is none, so that it is never readable by others.
    private static func makeFile(_ path: String) throws(StoreError) {
        guard try !exists(path) else { return }
        try makeFolders(of: path)
        let descriptor = open(path.onDisk, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno != EEXIST {
            throw .cannotOpen(path: path, reason: SystemError.text(errno))
        }
    }

    private static func makeFolders(of path: String) throws(StoreError) {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return }
        let folder = String(path[..<slash])
        guard access(folder.onDisk, F_OK) != 0 else { return }
        try makeFolders(of: folder)
        guard mkdir(folder.onDisk, 0o700) == 0 || errno == EEXIST else {
            throw .cannotOpen(path: path, reason: "folder '\(folder)': \(SystemError.text(errno))")
        }
    }
}
