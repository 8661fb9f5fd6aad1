extension Store {
    /// Records reports of interfaces. What is recorded already keeps the time at which it was read first: the same
    /// bytes are the same report, which says nothing of any later time.
    ///
    /// - Parameters:
    ///   - vantage: the machine on which they were read.
    ///   - user: who read them.
    /// - Throws: `StoreError` when nothing could be written.
    public func record(
        _ readings: [InterfaceReading], vantage: String, user: String
    ) throws(StoreError) {
        try database.write { () throws(StoreError) in
            for reading in readings {
                let isKnown = try database.first(
                    "SELECT 1 FROM interface_reports WHERE digest = ?", [.digest(reading.digest)]
                ) { _ in true }
                guard isKnown == nil else { continue }
                try database.execute(
                    """
                    INSERT INTO interface_reports (digest, content, read_at, host, mode, file, vantage, user)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    [
                        .digest(reading.digest), .text(reading.content), .time(reading.readAt),
                        .text(reading.report.machine), .text(reading.report.mode.rawValue), .text(reading.file),
                        .text(vantage), .text(user),
                    ])
                try enter(
                    LedgerItem(kind: .report, name: nil, number: database.lastInsertID),
                    LedgerOrigin(user: user, vantage: vantage, at: reading.readAt))
            }
        }
    }

    /// Every report of interfaces, in the order of reading.
    ///
    /// - Throws: `StoreError.damaged` when one is not what was recorded.
    public func interfaceReadings() throws(StoreError) -> [InterfaceReading] {
        try database.rows(
            "SELECT content, file, read_at, digest FROM interface_reports ORDER BY read_at, id"
        ) { row throws(StoreError) in
            let reading: InterfaceReading
            do {
                reading = try InterfaceReading(content: row.text(0), file: row.text(1), readAt: try row.time(2))
            } catch let error as StoreError {
                throw error
            } catch {
                throw database.damaged("a report of interfaces from '\(row.text(1))' cannot be read")
            }
            guard try reading.digest == row.digest(3) else {
                throw database.damaged("a report of interfaces does not have its digest any more")
            }
            return reading
        }
    }
}
