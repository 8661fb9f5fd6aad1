/// The ports of a request, with what was asked by number and what came from service names kept apart.
public struct PortSelection: Hashable, Sendable, Codable {
    /// A service name with the TCP ports that it stood for when the request was made.
    public struct Service: Hashable, Sendable {
        /// The name or alias, to the letter as it was asked.
        @Bytewise public private(set) var name: String
        /// Every TCP port that the services file gave it then.
        public let ports: PortSet
    }

    /// Ports asked by number.
    public private(set) var explicit = PortSet()
    /// Services asked by name, each once, in the order asked.
    public internal(set) var services: [Service] = []

    /// Every port of the selection.
    public var all: PortSet { services.reduce(explicit) { $0.union($1.ports) } }

    /// Every port that a service name stands for.
    public var fromServices: PortSet { services.reduce(PortSet()) { $0.union($1.ports) } }

    /// The first service that `port` was asked by, if it was.
    public func service(of port: UInt16) -> String? {
        services.first { $0.ports.contains(port) }?.name
    }

    /// Reads the values of `--ports` and `--service`, each a list with commas.
    ///
    /// - Parameters:
    ///   - ports: numbers, ranges, `-` for 1-65535, and service names.
    ///   - services: service names.
    ///   - table: called at most once, when the first name is met.
    /// - Throws: `PortError` for the first token that cannot be used, or when nothing was asked.
    public init(
        ports: [String], services: [String], table: () throws(PortError) -> ServiceTable
    ) throws(PortError) {
        self.init(try PortExplanation.all(ports: ports, services: services, table: table))
        guard !all.isEmpty else { throw .none }
    }

    /// What the tokens stand for together.
    public init(_ tokens: [PortExplanation]) {
        var ranges: [ClosedRange<UInt16>] = []
        for token in tokens {
            switch token.meaning {
            case .numbers(let range): ranges.append(range)
            case .service(let service): if !services.contains(service) { services.append(service) }
            }
        }
        explicit = PortSet(ranges)
    }

    // MARK: Codable

    private enum CodingKeys: String, CodingKey {
        case explicit, services
    }

    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        explicit = try PortSet(text: container.decode(String.self, forKey: .explicit), in: container.codingPath)
        services = try container.decode([String: String].self, forKey: .services)
            .map { Service(name: $0, ports: try PortSet(text: $1, in: container.codingPath)) }
            .sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(explicit.text, forKey: .explicit)
        let texts = services.map { ($0.name, $0.ports.text) }
        try container.encode(Dictionary(uniqueKeysWithValues: texts), forKey: .services)
    }
}

extension PortSet {
    fileprivate init(text: String, in path: [any CodingKey]) throws {
        guard let set = text.isEmpty ? PortSet() : PortSet(canonical: text) else {
            throw DecodingError.dataCorrupted(.init(codingPath: path, debugDescription: "'\(text)' is no port set"))
        }
        self = set
    }
}

/// One token of `--ports`.
enum PortToken: Equatable {
    case ports(ClosedRange<UInt16>)
    /// Holds something other than digits and `-`: a service name, or a mistake.
    case name

    init(parsing token: String) throws(PortError) {
        // Spaces are for both sides of the dash of a range.
        let isRange = token.utf8.contains(Self.dash)
        guard token.utf8.allSatisfy({ Self.isDigit($0) || $0 == Self.dash || (isRange && $0.isSpace) }) else {
            self = .name
            return
        }
        if token == "-" {
            self = .ports(1...65535)
        } else if isRange {
            self = .ports(try Self.range(token))
        } else {
            guard let port = UInt16(token), port > 0 else { throw .outOfBounds(token) }
            self = .ports(port...port)
        }
    }

    private static let dash = UInt8(ascii: "-")

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func range(_ token: String) throws(PortError) -> ClosedRange<UInt16> {
        let ends = token.split(separator: "-", omittingEmptySubsequences: false).map { $0.trimmingSpaces() }
        let areNumbers = ends.allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(isDigit) }
        guard ends.count == 2, areNumbers else { throw .malformedRange(token) }
        guard let lower = UInt16(ends[0]), lower > 0, let upper = UInt16(ends[1]), upper > 0 else {
            throw .rangeOutOfBounds(token)
        }
        guard lower <= upper else { throw .reversedRange(token) }
        return lower...upper
    }

    /// Whether `token` has the shape of a service name: visible ASCII with a letter in it (RFC 6335, 5.1, and what
    /// services files add to it), but no colon, which a host would have, and no bar, which ends a plugin's text.
    static func mayBeService(_ token: String) -> Bool {
        token.utf8.allSatisfy { (0x21...0x7e).contains($0) && $0 != UInt8(ascii: ":") && $0 != UInt8(ascii: "|") }
            && token.contains { $0.isASCII && $0.isLetter }
    }

    /// The error for a token that is neither ports nor a service: letters with other signs look like a host.
    ///
    /// - Parameter table: where the service was looked up; `nil` for what can be none.
    static func failure(_ token: String, table: String?) -> PortError {
        if token.contains(":") || token.contains(".") { return .host(token) }
        if let table, token.utf8.allSatisfy({ !isDigit($0) }) { return .unknownName(token, table: table) }
        return .malformed(token)
    }
}
