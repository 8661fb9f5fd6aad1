public import PortCore

/// A banner that differs from one run to another, at an endpoint that both probed.
public struct BannerChange: Hashable, Sendable {
    public let host: Host
    public let port: UInt16
    /// What the older run heard; `nil` for nothing.
    public let from: Banner?
    /// What the newer run heard; `nil` for nothing.
    public let to: Banner?

    /// `appeared`, `vanished` or `changed`.
    public var kind: Kind { from == nil ? .appeared : to == nil ? .vanished : .changed }

    /// How a banner differs. The order of the cases is that of every summary.
    public enum Kind: String, CaseIterable, Sendable {
        case appeared
        case vanished
        case changed
    }

    /// The changes from `old` to `new`, by host, then port. `drift`, of the same runs, tells which endpoints only one
    /// of them probed: nothing is known of those.
    public static func changes(
        from old: [Host: HostBanners], to new: [Host: HostBanners], drift: Drift
    ) -> [BannerChange] {
        let uncompared = Dictionary(
            uniqueKeysWithValues: drift.hosts.map { host in
                (host.host, PortSet(host.changes.filter { $0.from == nil || $0.to == nil }.map(\.ports)))
            })
        return Set(old.keys).union(new.keys).sorted().flatMap { host in
            let (before, after) = (old[host, default: [:]], new[host, default: [:]])
            return Set(before.keys).union(after.keys).sorted().compactMap { port -> BannerChange? in
                guard before[port] != after[port], uncompared[host]?.contains(port) != true else { return nil }
                return BannerChange(host: host, port: port, from: before[port], to: after[port])
            }
        }
    }
}
