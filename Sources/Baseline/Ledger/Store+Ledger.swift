import PortCore

extension Store {
    /// The last entry of the ledger; `nil` when nothing is recorded.
    public func ledgerHead() throws(StoreError) -> LedgerHead? { try Self.head(in: database) }

    static func head(in database: Database) throws(StoreError) -> LedgerHead? {
        try database.first("SELECT sequence, hash FROM ledger ORDER BY sequence DESC LIMIT 1") {
            row throws(StoreError) in LedgerHead(sequence: row.int(0), hash: try row.digest(1))
        }
    }

    /// Enters what was just recorded into the ledger, in the same transaction.
    ///
    /// - Parameter found: the digests of what a run found beside its snapshot, as `record(of:_:)` takes them.
    /// - Throws: `StoreError.unsigned` when the ledger is signed and there is no key to sign with.
    func enter(_ item: LedgerItem, _ origin: LedgerOrigin, found: [LedgerText.Field] = []) throws(StoreError) {
        guard let (subject, record) = try record(of: item, found) else {
            throw database.damaged("\(item.description) is missing right after it was recorded")
        }
        let last = try database.first(
            "SELECT sequence, hash, public_key IS NOT NULL FROM ledger ORDER BY sequence DESC LIMIT 1"
        ) { row throws(StoreError) in (sequence: row.int(0), hash: try row.digest(1), isSigned: row.int(2) == 1) }
        guard signingKey != nil || last?.isSigned != true else { throw .unsigned(path: database.path) }
        let fields: [LedgerText.Field] = [
            ("sequence", .int(try database.next(after: last?.sequence ?? 0))), ("kind", .text(item.kind.rawValue)),
            ("name", .text(item.name?.description)), ("number", .int(item.number)),
            ("recorded_at", .time(origin.recordedAt)),
            ("user", .text(origin.user)), ("vantage", .text(origin.vantage)), ("person", .text(origin.person)),
            ("reason", .text(origin.reason)), ("ticket", .text(origin.ticket)), ("subject", .digest(subject)),
            ("record", .digest(record.digest)),
        ]
        let text = Self.entryText(fields, after: last?.hash ?? .zeros)
        let signature = signingKey?.signature(of: text.text)
        try database.execute(
            """
            INSERT INTO ledger (\(Self.entryColumns), hash, public_key, signature)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            fields.map(\.value) + [
                .digest(text.digest), signingKey.map { .blob($0.publicKey.bytes) } ?? .null,
                signature.map { .blob($0) } ?? .null,
            ])
    }

    /// The columns of an entry that its text holds, in the order of its lines.
    static let entryColumns =
        "sequence, kind, name, number, recorded_at, user, vantage, person, reason, ticket, subject, record"

    /// The words of an entry's text, in their order.
    static let entryWords = ["previous"] + entryColumns.split(separator: ", ").map { String($0) }

    /// Those of them that may be missing.
    static let optionalEntryWords = ["name", "person", "reason", "ticket"]

    /// What the entry in a row of `entryColumns` is about; `nil` where its kind is none that portbase knows.
    ///
    /// - Throws: `StoreError.damaged` where it names what is no name of a check.
    func item(_ entry: borrowing Statement) throws(StoreError) -> LedgerItem? {
        guard let kind = LedgerKind(rawValue: entry.text(1)) else { return nil }
        let name = try entry.optionalText(2).map { text throws(StoreError) in try checkName(text) }
        return LedgerItem(kind: kind, name: name, number: entry.int(3))
    }

    /// What the hash and the signature of an entry are of.
    static func entryText(_ fields: [LedgerText.Field], after previous: Digest) -> LedgerText {
        LedgerText(entryHeader, [("previous", .digest(previous))] + fields)
    }

    static let entryHeader = "portbase-ledger 1"
    static let recordHeader = "portbase-record 1"

    /// Proves one entry by itself, its place, its hash and its signature, from a row of `entryColumns`, hash, public_key
    /// and signature.
    ///
    /// - Returns: its text.
    func proved(
        _ entry: borrowing Statement, in chain: inout LedgerChain
    ) throws(StoreError) -> LedgerText {
        guard entry.int(0) == chain.next else {
            throw .doesNotHold(Discrepancy(entry: chain.next, nil, "it is missing"))
        }
        let text = Self.entryText(Array(try entry.fields().prefix(12)), after: chain.last)
        guard try text.digest == entry.digest(12) else {
            throw database.damaged("its hash is not that of its text and of the entry before")
        }
        let isSigned = !entry.isNull(13) || !entry.isNull(14)
        do throws(LedgerChain.Broken) {
            try chain.add(text.text, signature: isSigned ? (entry.blob(13), entry.blob(14)) : nil)
        } catch {
            throw database.damaged(error.problem)
        }
        return text
    }

    // MARK: Records

    /// The digest of what `item` is about, and its whole record, from its rows; `nil` when they are missing.
    ///
    /// - Parameter found: the digests of what a run found beside its snapshot; empty for other kinds.
    func record(
        of item: LedgerItem, _ found: [LedgerText.Field]
    ) throws(StoreError) -> (subject: Digest, record: LedgerText)? {
        let key: [SQLValue] = [.int(item.number)] + (item.name.map { [.text($0.description)] } ?? [])
        let query = Self.recordQuery(item.kind)
        guard let fields = try database.first(query, key, { row throws(StoreError) in try row.fields() }) else {
            return nil
        }
        let subject: Digest? =
            switch fields.first(where: { field in Self.subjects.contains { field.word.hasBytes(of: $0) } })?.value {
            case .blob(let bytes): Digest(bytes: bytes)
            case .text(let text): Digest(of: text)
            default: nil
            }
        guard let subject else { throw database.damaged("\(item.description) has no digest") }
        var text = LedgerText(Self.recordHeader, [("kind", .text(item.kind.rawValue))] + fields)
        text.add(found)
        return (subject, text)
    }

    /// The words of a record whose value, or the digest of it, is what the entry is about.
    private static let subjects = ["snapshot", "body", "content"]

    /// The query whose columns are the lines of a record, in their order, and their names the words.
    private static func recordQuery(_ kind: LedgerKind) -> String {
        switch kind {
        case .request:
            """
            SELECT q.version AS number, c.name AS name, q.body AS body, q.recorded_at AS recorded_at,
                q.vantage AS vantage, q.user AS user
            FROM requests AS q JOIN checks AS c ON c.id = q.check_id WHERE q.version = ? AND c.name = ?
            """
        case .run:
            """
            SELECT r.id AS number, c.name AS name, r.digest AS snapshot, r.states_digest AS states,
                r.request_version AS request, q.body AS asked, r.started_at AS started_at,
                r.finished_at AS finished_at, x.vantage AS vantage, x.user AS user, x.version AS version,
                x.options AS options, r.hosts AS hosts, r.open AS open, r.closed AS closed, r.filtered AS filtered,
                r.answers AS answers, r.min_us AS min_us, r.median_us AS median_us, r.p95_us AS p95_us,
                r.max_us AS max_us, r.reads_banners AS reads_banners
            FROM runs AS r JOIN checks AS c ON c.id = r.check_id JOIN contexts AS x ON x.id = r.context_id
            JOIN requests AS q ON q.check_id = r.check_id AND q.version = r.request_version
            WHERE r.id = ? AND c.name = ?
            """
        case .baseline:
            """
            SELECT b.version AS number, c.name AS name, iif(b.derived_id IS NULL, r.digest, d.digest) AS snapshot,
                b.run_id AS run, b.derived_id AS derived, b.recorded_at AS recorded_at, b.vantage AS vantage,
                b.user AS user, b.person AS person, b.reason AS reason, b.ticket AS ticket
            FROM baselines AS b JOIN checks AS c ON c.id = b.check_id JOIN runs AS r ON r.id = b.run_id
            LEFT JOIN derived AS d ON d.id = b.derived_id
            WHERE b.version = ? AND c.name = ?
            """
        case .report:
            """
            SELECT id AS number, digest AS digest, content AS content, read_at AS read_at, host AS host, mode AS mode,
                file AS file, vantage AS vantage, user AS user
            FROM interface_reports WHERE id = ?
            """
        case .prune: "SELECT id AS number, content AS content FROM prunes WHERE id = ?"
        case .import: "SELECT id AS number, content AS content FROM imports WHERE id = ?"
        }
    }
}

/// The digests of what a run found beside its snapshot, which close its record.
enum RunExtras {
    /// Those of a run that is about to be recorded.
    static func fields(_ draft: RunDraft) -> [LedgerText.Field] {
        [
            ("evidence", .digest(digest(draft.evidence.mapValues(\.lines)))),
            ("banners", draft.banners.map { .digest(digest($0.mapValues(BannerFormat.lines))) } ?? .null),
        ]
    }

    /// The texts of a run's hosts as one, in host order.
    private static func digest(_ texts: [Host: String]) -> Digest {
        var bytes: [UInt8] = []
        for (host, text) in texts.sorted(by: { $0.key < $1.key }) { add(host.description.utf8, text.utf8, to: &bytes) }
        return Digest(of: bytes)
    }

    /// Adds a host's share: the line `host` and its identity, then its text.
    static func add(_ identity: some Collection<UInt8>, _ text: some Collection<UInt8>, to bytes: inout [UInt8]) {
        bytes += "host ".utf8
        bytes += identity
        bytes.append(UInt8(ascii: "\n"))
        bytes += text
    }
}
