import PortCore

/// A text and its digest.
struct ProvedText {
    let bytes: [UInt8]
    let digest: Digest

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        digest = Digest(of: bytes)
    }
}

/// What a run found, as texts that its digests prove.
struct ReplayedRun {
    let snapshot: ProvedText
    let evidence: ProvedText
    /// `nil` where the run did not read banners.
    let banners: ProvedText?

    /// The digests that close the run's record.
    var fields: [LedgerText.Field] {
        [("evidence", .digest(evidence.digest)), ("banners", banners.map { .digest($0.digest) } ?? .null)]
    }
}

/// The histories of all checks, run by run from the first: what each run found, proved by its digests. A step costs what
/// changed, and the hashing of the run's texts.
final class HistoryReplay {
    private let database: Database
    private let content: RecordedContent
    private var checks: [Int64: CheckReplay] = [:]
    /// The derived snapshots that are proved.
    private var derived: [Int64: ProvedText] = [:]

    init(_ database: Database) {
        self.database = database
        content = RecordedContent(database)
    }

    /// Goes on to run `runID`, the next of its check.
    ///
    /// - Returns: what it found.
    /// - Throws: `StoreError.damaged` when a row does not fit, or the snapshot does not have its digests.
    func advance(to runID: Int64) throws(StoreError) -> ReplayedRun {
        let run = try database.first(
            "SELECT check_id, digest, states_digest, reads_banners FROM runs WHERE id = ?", [.int(runID)]
        ) { row throws(StoreError) in
            (check: row.int(0), digest: try row.digest(1), states: try row.digest(2), readsBanners: row.int(3) == 1)
        }
        guard let run else { throw database.damaged("it is missing") }
        // Taken out, so that it is changed in place.
        var replay = checks.removeValue(forKey: run.check) ?? CheckReplay()
        defer { checks[run.check] = replay }
        try replayHosts(run.check, runID, &replay)
        guard replay.snapshot.digest == run.digest else {
            throw database.damaged("its snapshot does not have the digest sha256:\(run.digest)")
        }
        guard replay.statesDigest == run.states else {
            throw database.damaged("its states do not have the digest sha256:\(run.states)")
        }
        try replayTexts(.evidence, run.check, runID, &replay.evidence)
        try replayTexts(.banners, run.check, runID, &replay.banners, mayChange: run.readsBanners)
        return ReplayedRun(
            snapshot: replay.snapshot, evidence: replay.evidence.whole,
            banners: run.readsBanners ? replay.banners.whole : nil)
    }

    /// Proves the snapshot of a version of a baseline, where no run found it.
    ///
    /// - Returns: that snapshot; `nil` where a run found it.
    @discardableResult
    func proveDerived(_ item: LedgerItem) throws(StoreError) -> ProvedText? {
        let row = try database.first(
            """
            SELECT d.id, d.digest FROM baselines AS b JOIN checks AS c ON c.id = b.check_id
            JOIN derived AS d ON d.id = b.derived_id WHERE b.version = ? AND c.name = ?
            """, [.int(item.number), .text(item.name?.description)]
        ) { row throws(StoreError) in (id: row.int(0), digest: try row.digest(1)) }
        guard let row else { return nil }
        if let known = derived[row.id] { return known }
        let statement = try Statement(
            "SELECT host_id, block_id, address FROM derived_hosts WHERE derived_id = ?", in: database)
        try statement.bind([.int(row.id)])
        var replay = CheckReplay()
        try replayHosts(statement, &replay)
        guard replay.snapshot.digest == row.digest else {
            throw database.damaged("its derived snapshot does not have the digest sha256:\(row.digest)")
        }
        derived[row.id] = replay.snapshot
        return replay.snapshot
    }

    private func replayHosts(_ checkID: Int64, _ runID: Int64, _ replay: inout CheckReplay) throws(StoreError) {
        let statement = try Statement(
            "SELECT host_id, block_id, address FROM run_hosts WHERE check_id = ? AND run_id = ?", in: database)
        try statement.bind([.int(checkID), .int(runID)])
        try replayHosts(statement, &replay)
    }

    /// Sets each host to the block and the address of a row of host_id, block_id and address.
    private func replayHosts(
        _ statement: borrowing Statement, _ replay: inout CheckReplay
    ) throws(StoreError) {
        while try statement.step() {
            let hostID = statement.int(0)
            let host = try content.host(hostID)
            var state: CheckReplay.State?
            if let blockID = statement.optionalInt(1) {
                let address = statement.optionalText(2)
                guard host.isName || statement.isNull(2) else { throw unfit(host, "has an address beside its own") }
                state = CheckReplay.State(
                    blockID: blockID, block: try content.block(blockID),
                    address: host.isName ? Array((address ?? "-").utf8) : [])
            } else if !statement.isNull(2) {
                throw unfit(host, "has an address and no state")
            }
            guard replay.setHost(hostID, host, state) else { throw unfit(host, "has a row that changes nothing") }
        }
    }

    private func replayTexts(
        _ kind: HostText, _ checkID: Int64, _ runID: Int64, _ replay: inout TextReplay, mayChange: Bool = true
    ) throws(StoreError) {
        let statement = try Statement(
            "SELECT host_id, \(kind.key) FROM \(kind.rows) WHERE check_id = ? AND run_id = ?", in: database)
        try statement.bind([.int(checkID), .int(runID)])
        while try statement.step() {
            let host = try content.host(statement.int(0))
            let textID = statement.optionalInt(1)
            var text: TextReplay.State?
            if let textID { text = TextReplay.State(id: textID, bytes: try content.text(kind, textID)) }
            guard mayChange, replay.set(statement.int(0), host, text) else {
                throw unfit(host, "has a row of \(kind.rows) that changes nothing")
            }
        }
    }

    private func unfit(_ host: RecordedContent.KnownHost, _ problem: String) -> StoreError {
        database.damaged("host \(host.host) \(problem)")
    }
}

/// The hosts of a check in host order, each with a value that comes and goes.
private struct HostMap<Value> {
    private struct Slot {
        let id: Int64
        let host: RecordedContent.KnownHost
        var value: Value?
    }

    private var slots: [Slot] = []
    private var positions: [Int64: Int] = [:]
    private var isSorted = true

    subscript(id: Int64) -> Value? { positions[id].flatMap { slots[$0].value } }

    mutating func set(_ id: Int64, _ host: RecordedContent.KnownHost, _ value: Value?) {
        if let position = positions[id] {
            slots[position].value = value
        } else {
            positions[id] = slots.count
            slots.append(Slot(id: id, host: host, value: value))
            isSorted = false
        }
    }

    /// Calls `body` for each host that has a value, in host order.
    mutating func forEach(_ body: (RecordedContent.KnownHost, Value) -> Void) {
        if !isSorted {
            slots.sort { $0.host.host < $1.host.host }
            for (position, slot) in slots.enumerated() { positions[slot.id] = position }
            isSorted = true
        }
        for slot in slots {
            if let value = slot.value { body(slot.host, value) }
        }
    }
}

/// The hosts of one check at the run that was reached.
private struct CheckReplay {
    struct State {
        let blockID: Int64
        let block: RecordedContent.Block
        /// What stands in the host's address line; empty for a host that has none.
        let address: [UInt8]
    }

    private var hosts = HostMap<State>()
    private var known: (snapshot: ProvedText, states: Digest)?
    var evidence = TextReplay()
    var banners = TextReplay()

    /// - Returns: whether that changes anything.
    mutating func setHost(_ id: Int64, _ host: RecordedContent.KnownHost, _ state: State?) -> Bool {
        let old = hosts[id]
        guard old?.blockID != state?.blockID || old?.address != state?.address else { return false }
        hosts.set(id, host, state)
        known = nil
        return true
    }

    var snapshot: ProvedText { mutating get { current().snapshot } }

    var statesDigest: Digest { mutating get { current().states } }

    private mutating func current() -> (snapshot: ProvedText, states: Digest) {
        if let known { return known }
        var snapshot = SnapshotWriter<Int64>()
        var hasAddresses = false
        hosts.forEach { host, state in
            hasAddresses = hasAddresses || !state.address.isEmpty
            snapshot.add(
                host.identity, at: state.address, in: state.block.portSetID, state.block.ports, state.block.states)
        }
        let text = ProvedText(snapshot.bytes)
        var statesDigest = text.digest
        if hasAddresses {
            var states = SnapshotWriter<Int64>()
            hosts.forEach { host, state in
                states.add(host.identity, at: [], in: state.block.portSetID, state.block.ports, state.block.states)
            }
            statesDigest = Digest(of: states.bytes)
        }
        known = (text, statesDigest)
        return (text, statesDigest)
    }
}

/// The evidence or the banners of the hosts of one check at the run that was reached.
private struct TextReplay {
    struct State {
        let id: Int64
        let bytes: [UInt8]
    }

    private var texts = HostMap<State>()
    private var known: ProvedText?

    /// - Returns: whether that changes anything.
    mutating func set(_ id: Int64, _ host: RecordedContent.KnownHost, _ text: State?) -> Bool {
        guard texts[id]?.id != text?.id else { return false }
        texts.set(id, host, text)
        known = nil
        return true
    }

    /// The texts of all hosts as one.
    var whole: ProvedText {
        mutating get {
            if let known { return known }
            var bytes: [UInt8] = []
            texts.forEach { host, text in RunExtras.add(host.identity, text.bytes, to: &bytes) }
            let whole = ProvedText(bytes)
            known = whole
            return whole
        }
    }
}
