/// What one token of `--ports` or `--service` became, and why.
public struct PortExplanation: Hashable, Sendable {
    /// How a token was read.
    public enum Meaning: Hashable, Sendable {
        /// One port, a range of ports, or all of them, by number.
        case numbers(ClosedRange<UInt16>)
        /// The name of a service.
        case service(PortSelection.Service)
    }

    /// Whether it was asked by `--service`.
    public let isFromServices: Bool
    public let token: String
    public let meaning: Meaning
    /// Those of its ports that an earlier token stands for, too.
    public let repeated: PortSet

    /// The ports that it stands for.
    public var ports: PortSet {
        switch meaning {
        case .numbers(let range): PortSet([range])
        case .service(let service): service.ports
        }
    }

    /// Reads the values of `--ports` and `--service`, each a list with commas, in the order given.
    ///
    /// - Parameters:
    ///   - ports: numbers, ranges, `-` for 1-65535, and service names.
    ///   - services: service names.
    ///   - table: called at most once, when the first name is met.
    /// - Throws: `PortError` for the first token that cannot be used.
    public static func all(
        ports: [String], services: [String], table: () throws(PortError) -> ServiceTable
    ) throws(PortError) -> [PortExplanation] {
        var loaded: ServiceTable?
        func lookUp(_ name: String) throws(PortError) -> Meaning {
            let known = if let loaded { loaded } else { try table() }
            loaded = known
            return .service(PortSelection.Service(name: name, ports: try known.ports(of: name)))
        }
        var result: [PortExplanation] = []
        var seen = PortSet()
        func add(_ token: String, _ meaning: Meaning, isFromServices: Bool) {
            let all = PortExplanation(
                isFromServices: isFromServices, token: token, meaning: meaning, repeated: PortSet())
            result.append(
                PortExplanation(
                    isFromServices: isFromServices, token: token, meaning: meaning,
                    repeated: all.ports.intersection(seen)))
            seen = seen.union(all.ports)
        }
        for token in tokens(ports) {
            switch try PortToken(parsing: token) {
            case .ports(let range): add(token, .numbers(range), isFromServices: false)
            case .name: add(token, try serviceInPorts(token, lookUp), isFromServices: false)
            }
        }
        for token in tokens(services) {
            guard !token.utf8.allSatisfy(PortToken.isDigit) else { throw .numericService(token) }
            add(token, try lookUp(token), isFromServices: true)
        }
        return result
    }

    private static func tokens(_ values: [String]) -> [String] {
        values.flatMap { $0.split(separator: ",") }.map { String($0.trimmingSpaces()) }.filter { !$0.isEmpty }
    }

    /// A name in `--ports`: a service when the table has it exactly, else the error of the port grammar.
    private static func serviceInPorts(
        _ token: String, _ lookUp: (String) throws(PortError) -> Meaning
    ) throws(PortError) -> Meaning {
        guard PortToken.mayBeService(token) else { throw PortToken.failure(token, table: nil) }
        do {
            return try lookUp(token)
        } catch .unknownService(_, let table) {
            throw PortToken.failure(token, table: table)
        }
    }
}

extension Substring {
    /// Without the ASCII spaces, tabs and line ends at both ends.
    func trimmingSpaces() -> Substring {
        let bytes = utf8.drop { $0.isSpace }
        guard let last = bytes.lastIndex(where: { !$0.isSpace }) else { return "" }
        return Substring(bytes[...last])
    }
}

extension UInt8 {
    /// Whether it is what C's isspace(3) takes for space.
    var isSpace: Bool { self == 0x20 || (0x09...0x0d).contains(self) }
}
