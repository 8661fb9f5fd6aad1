import Glibc

/// The services file: names and aliases with their TCP and UDP ports (services(5)).
public struct ServiceTable: Sendable {
    /// Where the system keeps its table.
    public static let systemPath = "/etc/services"

    /// Where the table was read from, for messages.
    public let path: String
    private let tcp: [String: PortSet]
    private let udp: Set<String>

    /// Reads the table at `path`.
    ///
    /// - Throws: `PortError.noTable` when the file cannot be read, `.malformedTable` for its first bad line,
    ///   `.cancelled`.
    public init(
        path: String = systemPath, cancellation: Cancellation = Cancellation()
    ) throws(PortError) {
        let text: String
        do {
            text = try TextFile.readList(path, cancellation: cancellation)
        } catch {
            throw error.signal.map { .cancelled(signal: $0) } ?? .noTable(path: path, reason: error.reason)
        }
        try self.init(text: text, path: path)
    }

    /// Reads a table from `text`; `path` is what messages call it.
    public init(text: String, path: String) throws(PortError) {
        var tcp: [String: Set<UInt16>] = [:]
        var udp: Set<String> = []
        for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let fields = line.prefix { $0 != "#" }.split { $0.isWhitespace }
            guard !fields.isEmpty else { continue }
            let entry = fields.count > 1 ? fields[1].split(separator: "/", omittingEmptySubsequences: false) : []
            guard entry.count == 2, entry[0].utf8.allSatisfy(PortToken.isDigit), let port = UInt16(entry[0]),
                !entry[1].isEmpty
            else {
                throw .malformedTable(path: path, line: index + 1, text: String(line))
            }
            for name in [fields[0]] + fields[2...] {
                if entry[1] == "tcp", port > 0 {
                    tcp[String(name), default: []].insert(port)
                } else if entry[1] == "udp" {
                    udp.insert(String(name))
                }
            }
        }
        self.path = path
        self.tcp = tcp.mapValues { PortSet(values: $0) }
        self.udp = udp
    }

    /// Every TCP port of the service or alias `name`, matched to the letter as getservbyname(3) does.
    ///
    /// - Throws: `PortError.udpOnly` or `.unknownService`.
    public func ports(of name: String) throws(PortError) -> PortSet {
        guard PortToken.mayBeService(name) else { throw .unknownService(name, table: path) }
        if let ports = tcp[name] { return ports }
        throw udp.contains(name) ? .udpOnly(name, table: path) : .unknownService(name, table: path)
    }
}
