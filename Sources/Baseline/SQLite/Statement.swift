import CSQLite

/// A prepared statement in use. Every code of SQLite is checked.
///
/// The connection keeps the prepared form for the next use and finalizes it when it closes; going out of scope
/// resets it, so that it holds no lock.
struct Statement: ~Copyable {
    private let handle: OpaquePointer
    private let database: Database

    init(_ sql: String, in database: Database) throws(StoreError) {
        handle = try database.prepared(sql)
        self.database = database
    }

    deinit {
        sqlite3_reset(handle)
    }

    /// Binds `values` from the first parameter on, after dropping what was bound and stepped before.
    func bind(_ values: [SQLValue]) throws(StoreError) {
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        for (position, value) in values.enumerated() {
            let index = Int32(position + 1)
            let code =
                switch value {
                case .null: sqlite3_bind_null(handle, index)
                case .int(let number): sqlite3_bind_int64(handle, index, number)
                case .text(let text): csqlite_bind_text(handle, index, text, Int32(text.utf8.count))
                case .blob(let bytes): csqlite_bind_blob(handle, index, bytes, Int32(bytes.count))
                }
            guard code == SQLITE_OK else { throw failure() }
        }
    }

    /// Goes to the next row; `false` when there is none.
    ///
    /// - Throws: `StoreError`, also when a signal asked to stop.
    func step() throws(StoreError) -> Bool {
        try database.goOn()
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// Runs the statement to its end with `values`.
    func run(_ values: [SQLValue]) throws(StoreError) {
        try bind(values)
        while try step() {}
        // A statement left unreset keeps its lock, and a reset tells late errors.
        guard sqlite3_reset(handle) == SQLITE_OK else { throw failure() }
    }

    func int(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

    func text(_ column: Int32) -> String {
        guard let bytes = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func optionalInt(_ column: Int32) -> Int64? { isNull(column) ? nil : int(column) }

    func blob(_ column: Int32) -> [UInt8] {
        guard let bytes = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: bytes, count: Int(sqlite3_column_bytes(handle, column))))
    }

    /// A digest column.
    ///
    /// - Throws: `StoreError.damaged` when it does not hold 32 bytes.
    func digest(_ column: Int32) throws(StoreError) -> Digest {
        guard let digest = Digest(bytes: blob(column)) else { throw database.damaged("a digest is not 32 bytes long") }
        return digest
    }

    /// A time column.
    ///
    /// - Throws: `StoreError.damaged` when it is not RFC 3339.
    func time(_ column: Int32) throws(StoreError) -> Timestamp {
        guard let time = Timestamp(text(column)) else { throw database.damaged("'\(text(column))' is not a time") }
        return time
    }

    /// Every column of the row by its name.
    ///
    /// - Throws: `StoreError.damaged` for a text that is not UTF-8: it would not be told from a repaired one.
    func fields() throws(StoreError) -> [(word: String, value: SQLValue)] {
        var fields: [(word: String, value: SQLValue)] = []
        for column in 0..<sqlite3_column_count(handle) {
            let name = sqlite3_column_name(handle, column).map { String(cString: $0) } ?? ""
            let value: SQLValue
            switch sqlite3_column_type(handle, column) {
            case SQLITE_NULL: value = .null
            case SQLITE_INTEGER: value = .int(int(column))
            case SQLITE_TEXT:
                let text = sqlite3_column_text(handle, column)
                let bytes = UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, column)))
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw database.damaged("the text '\(name)' is not UTF-8")
                }
                value = .text(text)
            default: value = .blob(blob(column))
            }
            fields.append((name, value))
        }
        return fields
    }

    private func failure() -> StoreError {
        database.failure(sqlite3_sql(handle).map { String(cString: $0) } ?? "")
    }
}
