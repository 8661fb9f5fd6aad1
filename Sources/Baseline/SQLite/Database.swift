import CSQLite
import Glibc
import PortCore

/// A connection to one SQLite file.
final class Database {
    /// What a connection may do.
    enum Access {
        case read
        /// Reads a file that nobody writes and whose folder cannot be written (SQLite's `immutable`).
        case readImmutable
        case write
        /// No file, whatever the path.
        case memory
    }

    let path: String
    let lockWait: LockWait
    private var handle: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]

    /// - Throws: `StoreError` when the file cannot be opened. Many faults show only at the first statement.
    init(path: String, access: Access, lockWait: LockWait) throws(StoreError) {
        self.path = path
        self.lockWait = lockWait
        let flags =
            ([.write, .memory].contains(access) ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY) | SQLITE_OPEN_URI
            | SQLITE_OPEN_EXRESCODE
        // An absolute path follows an authority, empty here, or a second slash at its start would begin one.
        // A file of the name ':memory:' is one.
        let uri =
            access == .memory
            ? "file::memory:"
            : (path.hasPrefix("/") ? "file://" : "file:./") + Self.escaped(path)
                + (access == .readImmutable ? "?immutable=1" : "")
        precondition(FileGuard.isInstalled, "the system's SQLite lets system calls be replaced")
        let code = sqlite3_open_v2(uri, &handle, flags, nil)
        guard code == SQLITE_OK else {
            let error = failure("open")
            sqlite3_close_v2(handle)
            throw error
        }
        lockWait.install(in: handle)
        // A damaged file must not run code of its own (sqlite.org/security.html).
        _ = csqlite_db_config(handle!, SQLITE_DBCONFIG_DEFENSIVE, 1)
        _ = csqlite_db_config(handle!, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
        try execute("PRAGMA foreign_keys = ON")
        try execute("PRAGMA cell_size_check = ON")
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close_v2(handle)
    }

    /// The prepared form of `sql`, made at its first use.
    func prepared(_ sql: String) throws(StoreError) -> OpaquePointer {
        if let known = statements[sql] {
            precondition(sqlite3_stmt_busy(known) == 0, "a statement serves one query at a time")
            return known
        }
        var statement: OpaquePointer?
        guard sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil) == SQLITE_OK,
            let statement
        else { throw failure(sql) }
        statements[sql] = statement
        return statement
    }

    /// Runs one statement to its end.
    func execute(_ sql: String, _ values: [SQLValue] = []) throws(StoreError) {
        try Statement(sql, in: self).run(values)
    }

    /// Runs a script of several statements.
    func executeScript(_ sql: [UInt8]) throws(StoreError) {
        let script = String(decoding: sql, as: UTF8.self)
        guard sqlite3_exec(handle, script, nil, nil, nil) == SQLITE_OK else { throw failure("script") }
    }

    /// Every row of a query, read by `row`.
    func rows<Row>(
        _ sql: String, _ values: [SQLValue] = [], _ row: (borrowing Statement) throws(StoreError) -> Row
    ) throws(StoreError) -> [Row] {
        let statement = try Statement(sql, in: self)
        try statement.bind(values)
        var result: [Row] = []
        while try statement.step() { result.append(try row(statement)) }
        return result
    }

    /// The first row of a query, if there is one.
    func first<Row>(
        _ sql: String, _ values: [SQLValue] = [], _ row: (borrowing Statement) throws(StoreError) -> Row
    ) throws(StoreError) -> Row? {
        let statement = try Statement(sql, in: self)
        try statement.bind(values)
        return try statement.step() ? try row(statement) : nil
    }

    /// The id of the row that was inserted last.
    var lastInsertID: Int64 { sqlite3_last_insert_rowid(handle) }

    /// The number after `last`, which the greatest has none of.
    func next(after last: Int64) throws(StoreError) -> Int64 {
        let (next, overflow) = last.addingReportingOverflow(1)
        guard !overflow else { throw damaged("there is no number after \(last)") }
        return next
    }

    /// Runs `body` so that all that it reads is of one moment: that of the transaction around it, where there is one.
    func read<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        sqlite3_get_autocommit(handle) == 0 ? try body() : try transaction("BEGIN", body)
    }

    /// Runs `body` as one write: all of it or nothing. Waits for other writers as `lockWait` allows.
    func write<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        try transaction("BEGIN IMMEDIATE", body)
    }

    /// Copies all pages into `other`, as they are at one moment; others go on recording meanwhile.
    func copy(to other: Database) throws(StoreError) {
        try read { () throws(StoreError) in
            // What is read first fixes the moment; a copy in steps would begin anew with each commit of others.
            _ = try first("SELECT count(*) FROM sqlite_schema") { $0.int(0) }
            guard let backup = sqlite3_backup_init(other.handle, "main", handle, "main") else {
                throw other.failure("backup")
            }
            var code = SQLITE_OK
            while code == SQLITE_OK, lockWait.cancellation.requestedBy == nil {
                code = sqlite3_backup_step(backup, Self.pagesPerStep)
            }
            let end = sqlite3_backup_finish(backup)
            try goOn()
            guard code == SQLITE_DONE, end == SQLITE_OK else { throw other.failure("backup") }
        }
    }

    /// How much is copied before a signal is looked for.
    private static let pagesPerStep: Int32 = 1024

    private func transaction<Value>(
        _ begin: String, _ body: () throws(StoreError) -> Value
    ) throws(StoreError) -> Value {
        try execute(begin)
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            rollBack()
            throw error
        }
    }

    /// Ends a transaction that failed. SQLite may have done so already (disk full); the first error is the one to
    /// tell, so that of a failure here is not.
    private func rollBack() {
        if sqlite3_get_autocommit(handle) == 0 { sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
    }

    /// Throws `StoreError.interrupted` when a signal asked to stop.
    func goOn() throws(StoreError) {
        if let signal = lockWait.cancellation.requestedBy { throw .interrupted(signal: signal) }
    }

    /// The error of the last call, told by what it means for the operator.
    func failure(_ sql: String) -> StoreError {
        let code = sqlite3_extended_errcode(handle)
        let message = handle.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
        switch code & 0xff {
        case SQLITE_BUSY, SQLITE_LOCKED:
            return lockWait.cancellation.requestedBy.map { .interrupted(signal: $0) } ?? .locked(path: path)
        case SQLITE_NOTADB: return .notADatabase(path: path)
        case SQLITE_CORRUPT: return .damaged(path: path, detail: message)
        case SQLITE_READONLY where code == readOnlyRollback: return .unfinished(path: path)
        case SQLITE_READONLY: return .notWritable(path: path, reason: message)
        case SQLITE_FULL: return .notWritable(path: path, reason: "the disk is full")
        case SQLITE_CANTOPEN:
            for file in FileGuard.companions.map({ path + $0 }) {
                if let reason = FileGuard.refusal(file) { return .untrusted(path: file, reason: reason) }
            }
            return .cannotOpen(path: path, reason: errnoText(ofLastCall: message))
        case SQLITE_IOERR: return ioFailure(code, message)
        default: return .sqlite(path: path, code: code, message: message, sql: sql)
        }
    }

    /// SQLITE_READONLY_ROLLBACK, a macro that Swift does not import.
    private var readOnlyRollback: Int32 { SQLITE_READONLY | 3 << 8 }

    /// A failure to read is told apart from one to write: only the second leaves what is recorded readable.
    private func ioFailure(_ code: Int32, _ message: String) -> StoreError {
        let reading: Set<Int32> = [1, 2]  // SQLITE_IOERR_READ, SQLITE_IOERR_SHORT_READ
        let reason = errnoText(ofLastCall: message)
        if sqlite3_system_errno(handle) == EISDIR { return .cannotOpen(path: path, reason: SystemError.text(EISDIR)) }
        return reading.contains(code >> 8)
            ? .damaged(path: path, detail: reason) : .notWritable(path: path, reason: reason)
    }

    func damaged(_ detail: String) -> StoreError { .damaged(path: path, detail: detail) }

    private func errnoText(ofLastCall message: String) -> String {
        let number = sqlite3_system_errno(handle)
        return number == 0 ? message : "\(message) (\(SystemError.text(number)))"
    }

    /// A path inside a `file:` URI (RFC 3986): everything but unreserved characters and `/` in percent notation.
    private static func escaped(_ path: String) -> String {
        FileName.bytes(path).reduce(into: "") { text, byte in
            let scalar = Unicode.Scalar(byte)
            let isPlain = scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
            if isPlain || "/-._~".unicodeScalars.contains(scalar) {
                text.unicodeScalars.append(scalar)
            } else {
                text += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
