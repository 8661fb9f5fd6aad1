import PortCore

/// What a bundle told of one check so far.
struct BundleHistory {
    /// The digest of each run's snapshot, by number.
    private(set) var runs: [Int64: Digest] = [:]
    private(set) var baselines = 0
    private var requests: [Int64: String] = [:]
    private var snapshot: (value: Snapshot, digest: Digest, states: Digest)?
    private var evidence: HostShares?
    private var banners: HostShares?

    /// Proves what came with a record, and reads it.
    mutating func content(of open: BundleWalk.Open) throws(StoreError) -> BundleItem.Content {
        switch open.item.kind {
        case .run: return try run(open)
        case .baseline: return try baseline(open)
        default:
            guard let body = open.record["body"], RequestCoding.value(CheckRequest.self, body) != nil else {
                throw open.place.problem("\(open.item.description) cannot be read")
            }
            requests[open.item.number] = body
            return .request
        }
    }

    private mutating func run(_ open: BundleWalk.Open) throws(StoreError) -> BundleItem.Content {
        let (record, place) = (open.record, open.place)
        guard let version = record.int("request"), let asked = record["asked"],
            let request = requests[version], request.hasBytes(of: asked)
        else {
            throw place.problem("the request of \(open.item.description) is not there")
        }
        if let part = open.texts[.snapshot] {
            let (value, digest) = try Self.snapshot(part, of: open)
            snapshot = (value, digest, value.statesDigest(whole: digest))
        }
        guard let snapshot, snapshot.digest == record.digest("snapshot") else {
            throw place.problem("the snapshot of \(open.item.description) is not there")
        }
        guard snapshot.states == record.digest("states"),
            Self.counts(snapshot.value) == ["hosts", "open", "closed", "filtered"].map({ record.int($0) })
        else { throw place.problem("\(open.item.description) counts other states than its snapshot has") }
        let evidence = try Self.shares(.evidence, open, record.digest("evidence"), &evidence)
        let readsBanners = record.int("reads_banners") == 1
        guard readsBanners || record.int("reads_banners") == 0, readsBanners == record.has("banners") else {
            throw place.problem("\(open.item.description) does not say whether it read banners")
        }
        let banners = readsBanners ? try Self.shares(.banners, open, record.digest("banners"), &banners) : nil
        runs[open.item.number] = snapshot.digest
        return .run(
            snapshot.value, try Self.evidence(evidence, snapshot.value, place),
            try banners.map { text throws(StoreError) in try Self.banners(text, snapshot.value, place) })
    }

    private mutating func baseline(_ open: BundleWalk.Open) throws(StoreError) -> BundleItem.Content {
        let (record, place) = (open.record, open.place)
        guard let run = record.int("run"), let digest = runs[run] else {
            throw place.problem("the run of \(open.item.description) is not there")
        }
        defer { baselines += 1 }
        guard record.has("derived") else {
            guard record.digest("snapshot") == digest else {
                throw place.problem("\(open.item.description) has another snapshot than its run")
            }
            return .baseline(nil)
        }
        guard baselines > 0 else {
            throw place.problem("\(open.item.description) is derived, and there is no version before it")
        }
        guard let part = open.texts[.snapshot] else {
            throw place.problem("the snapshot of \(open.item.description) is not there")
        }
        return .baseline(try Self.snapshot(part, of: open).value)
    }

    private static func snapshot(
        _ part: (text: String, place: BundlePlace), of open: BundleWalk.Open
    ) throws(StoreError) -> (value: Snapshot, digest: Digest) {
        let digest = Digest(of: part.text)
        guard digest == open.record.digest("snapshot") else {
            throw part.place.problem("it is not the snapshot of \(open.item.description)")
        }
        do throws(SnapshotError) {
            return (try SnapshotFormat.parse(part.text), digest)
        } catch {
            throw part.place.problem("\(error)")
        }
    }

    private static func counts(_ snapshot: Snapshot) -> [Int64?] {
        let counts = RunCounts(snapshot)
        return [counts.hosts, counts.open, counts.closed, counts.filtered].map { Int64($0) }
    }

    // MARK: Evidence and banners

    /// The texts of a run's hosts: those that came with it, those that came before, or none.
    private static func shares(
        _ part: BundlePart, _ open: BundleWalk.Open, _ digest: Digest?, _ last: inout HostShares?
    ) throws(StoreError) -> HostShares {
        if let (text, place) = open.texts[part] {
            guard let shares = HostShares(text) else {
                throw place.problem("its hosts cannot be read, or are not in their order")
            }
            guard shares.digest == digest else {
                throw place.problem("it is not the \(part.rawValue) of \(open.item.description)")
            }
            last = shares
        }
        if digest == HostShares.none.digest { return .none }
        guard let last, last.digest == digest else {
            throw open.place.problem("the \(part.rawValue) of \(open.item.description) is not there")
        }
        return last
    }

    private static func evidence(
        _ shares: HostShares, _ snapshot: Snapshot, _ place: BundlePlace
    ) throws(StoreError) -> [Host: Evidence] {
        let states = Dictionary(uniqueKeysWithValues: snapshot.entries.map { ($0.host, $0.states) })
        var evidence: [Host: Evidence] = [:]
        for (host, lines) in shares.hosts {
            guard let states = states[host], let found = Evidence(lines: lines, states: states) else {
                throw place.problem("the evidence of host '\(host)' is none of its states")
            }
            evidence[host] = found
        }
        return evidence
    }

    private static func banners(
        _ shares: HostShares, _ snapshot: Snapshot, _ place: BundlePlace
    ) throws(StoreError) -> [Host: HostBanners] {
        let known = Set(snapshot.entries.map(\.host))
        var banners: [Host: HostBanners] = [:]
        for (host, lines) in shares.hosts {
            guard known.contains(host), let said = BannerFormat.read(lines) else {
                throw place.problem("the banners of host '\(host)' cannot be read")
            }
            banners[host] = said
        }
        return banners
    }
}

/// The texts of hosts as `RunExtras` joins them: the line `host` and its identity, then its text.
struct HostShares {
    let hosts: [(host: Host, lines: String)]
    let digest: Digest

    static let none = HostShares("")!

    /// `nil` for anything else, and where the hosts are not in their order.
    init?(_ text: String) {
        var shares: [(host: Host, lines: [UInt8])] = []
        for line in text.utf8.split(separator: UInt8(ascii: "\n")) {
            if line.starts(with: "host ".utf8) {
                guard let host = Host(String(decoding: line.dropFirst(5), as: UTF8.self)) else { return nil }
                shares.append((host, []))
            } else {
                guard !shares.isEmpty else { return nil }
                shares[shares.count - 1].lines += line + [UInt8(ascii: "\n")]
            }
        }
        guard zip(shares, shares.dropFirst()).allSatisfy({ $0.host < $1.host }) else { return nil }
        var bytes: [UInt8] = []
        for (host, lines) in shares { RunExtras.add(host.description.utf8, lines, to: &bytes) }
        guard bytes.elementsEqual(text.utf8) else { return nil }
        hosts = shares.map { ($0.host, String(decoding: $0.lines, as: UTF8.self)) }
        digest = Digest(of: bytes)
    }
}
