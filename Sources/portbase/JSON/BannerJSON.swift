import Baseline
import PortCore

/// What a service said of itself.
struct BannerJSON: Encodable {
    let `protocol`: String
    let text: String

    init(_ banner: Banner) {
        `protocol` = banner.protocol.rawValue
        text = banner.text
    }
}

/// A banner that differs between two runs.
struct BannerChangeJSON: Encodable {
    let host: String
    let port: UInt16
    let from: BannerJSON?
    let to: BannerJSON?

    init(_ change: BannerChange) {
        host = change.host.description
        port = change.port
        from = change.from.map(BannerJSON.init)
        to = change.to.map(BannerJSON.init)
    }

    private enum CodingKeys: String, CodingKey {
        case host, port, from, to
    }

    /// Both sides are always there, `null` for nothing heard.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(host, forKey: .host)
        try container.encode(port, forKey: .port)
        try container.encode(from, forKey: .from)
        try container.encode(to, forKey: .to)
    }
}

/// The banners that differ between two runs; `null` when one of them did not read any.
struct BannerComparisonJSON: Encodable {
    let comparison: BannerComparison

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch comparison {
        case .changes(let changes): try container.encode(changes.map(BannerChangeJSON.init))
        case .unknown: try container.encodeNil()
        }
    }
}
