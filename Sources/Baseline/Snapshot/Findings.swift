public import PortCore

/// A snapshot together with its evidence and banners: what every report about one run is made of.
public struct Findings: Sendable {
    /// The state of every endpoint of the run.
    public let snapshot: Snapshot
    /// The evidence of the hosts that have any.
    public let evidence: [Host: Evidence]
    /// The banners of the hosts that have any; `nil` when they were not read.
    public let banners: [Host: HostBanners]?

    /// `evidence` and `banners` are those of the same run, of the hosts that have any.
    public init(snapshot: Snapshot, evidence: [Host: Evidence], banners: [Host: HostBanners]? = nil) {
        self.snapshot = snapshot
        self.evidence = evidence
        self.banners = banners
    }

    /// The hosts of the snapshot in host order, each once.
    public var entries: [Snapshot.Entry] { snapshot.entries }

    /// The ports of a host by their reasons, in the fixed order of reasons.
    public func reasons(at entry: Snapshot.Entry) -> [(ports: PortSet, reason: Reason)] {
        let answered = [(entry.states[.open], Reason.connected), (entry.states[.closed], Reason.refused)]
        let silent = evidence[entry.host]?.reasons.map { ($0.ports, $0.reason) } ?? []
        return (answered + silent).filter { !$0.0.isEmpty }
    }
}
