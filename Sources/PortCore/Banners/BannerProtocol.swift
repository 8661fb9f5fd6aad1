/// The language in which a service is asked what it is.
public enum BannerProtocol: String, CaseIterable, Sendable {
    case ssh
    case smtp
    case ftp
    case pop3
    case imap
    case mysql
    case redis
    case http
    /// Anything else: heard, and told nothing.
    case generic

    /// Service names and ports that tell how to ask. TLS would have to begin with the client and is not spoken, so
    /// names that stand for it are only listened to, on whatever port they are.
    private static let known: [(protocol: BannerProtocol, names: Set<String>, ports: Set<UInt16>)] = [
        (.ssh, ["ssh"], [22]),
        (.smtp, ["smtp", "mail", "submission"], [25, 587]),
        (.ftp, ["ftp"], [21]),
        (.pop3, ["pop3", "pop-3"], [110]),
        (.imap, ["imap", "imap2"], [143]),
        (.mysql, ["mysql"], [3306]),
        (.redis, ["redis"], [6379]),
        (.http, ["http", "www", "http-alt", "webcache", "http-proxy"], [80, 8000, 8080]),
        (.generic, ["https", "smtps", "submissions", "ssmtp", "ftps", "pop3s", "imaps"], []),
    ]

    /// What `port` should speak, which was asked by `name` if there is one: a known name decides, else the port.
    public init(name: String?, port: UInt16) {
        let byName = Self.known.first { entry in name.map(entry.names.contains) ?? false }
        self = (byName ?? Self.known.first { $0.ports.contains(port) })?.protocol ?? .generic
    }

    /// What a client says first; `nil` where the server does.
    ///
    /// - Parameter host: the value of HTTP's Host header.
    func question(host: String) -> [UInt8]? {
        switch self {
        case .http: Array("HEAD / HTTP/1.0\r\nHost: \(host)\r\nUser-Agent: portbase\r\n\r\n".utf8)
        // PING tells no version. Without a password both are refused alike, and the refusal is the banner.
        case .redis: Array("INFO server\r\n".utf8)
        case .ssh, .smtp, .ftp, .pop3, .imap, .mysql, .generic: nil
        }
    }
}
