/// One name or address that is probed. Its identity is what the operator named.
///
/// The order is the one of every output: IPv4 by number, IPv6 by number, then names by bytes.
public enum Host: Hashable, Comparable, Sendable, CustomStringConvertible {
    case address(IPAddress)
    /// A host name in lower case, without a trailing dot.
    case name(String)

    /// Reads a host as `description` writes it; `nil` for text that is neither an address nor a host name.
    public init?(_ text: some StringProtocol) {
        if let address = IPAddress(text) {
            self = .address(address)
        } else if let name = HostName.normalised(text) {
            self = .name(name)
        } else {
            return nil
        }
    }

    /// The address without brackets, or the name: what the host is called in snapshots and in the store.
    public var description: String {
        switch self {
        case .address(let address): address.description
        case .name(let name): name
        }
    }

    /// `host:port`, with IPv6 addresses in brackets (RFC 3986).
    public func endpoint(_ ports: String) -> String {
        if case .address(let address) = self, address.family == .v6 { return "[\(address)]:\(ports)" }
        return "\(description):\(ports)"
    }

    public static func < (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.address(let a), .address(let b)): a < b
        case (.address, .name): true
        case (.name, .address): false
        case (.name(let a), .name(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
        }
    }
}

/// The grammar of host names (RFC 952, RFC 1123, and the underscore that real networks use).
enum HostName {
    /// The name in lower case without its trailing dot, or `nil` when it cannot be a host name.
    static func normalised(_ text: some StringProtocol) -> String? {
        // Some letters of other scripts become ASCII in lower case, such as the Kelvin sign.
        guard text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.utf8.count <= 253, labels.allSatisfy(isLabel) else { return nil }
        // A last label that is a number is a mistyped IPv4 address (RFC 3696, section 2), which getaddrinfo(3) would
        // read in hexadecimal, too.
        guard let last = labels.last, !isNumber(last) else { return nil }
        return name
    }

    private static func isNumber(_ label: Substring) -> Bool {
        label.hasPrefix("0x") ? label.dropFirst(2).allSatisfy(\.isHexDigit) : label.utf8.allSatisfy(isDigit)
    }

    private static func isLabel(_ label: Substring) -> Bool {
        !label.isEmpty && label.utf8.count <= 63 && !label.hasPrefix("-") && !label.hasSuffix("-")
            && label.utf8.allSatisfy { byte in
                isDigit(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
