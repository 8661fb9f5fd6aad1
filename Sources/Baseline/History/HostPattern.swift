import Glibc
public import PortCore

/// Which hosts are meant: addresses by blocks and ranges, names by patterns.
public struct HostPattern: Hashable, Sendable, CustomStringConvertible {
    /// As it was given.
    @Bytewise public private(set) var description: String
    private let addresses: TargetSet?
    @Bytewise private var glob: String?

    /// Reads an address, a CIDR block, a range, a name, or a pattern of names with `*`, `?` or `[…]`; `nil` for
    /// anything else.
    public init?(_ text: String) {
        description = text
        if let set = try? TargetSet(parsing: [text], blockLimit: nil) {
            addresses = set
            glob = nil
        } else if !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            text.contains(where: "*?[".contains)
        {
            addresses = nil
            glob = text.lowercased()
        } else {
            return nil
        }
    }

    /// Whether `host` is meant: by what the operator named, or where that is a name, by the address that it led to.
    public func matches(_ host: Host, at address: IPAddress? = nil) -> Bool {
        if let glob { return fnmatch(glob, host.description, 0) == 0 }
        guard let addresses else { return false }
        switch host {
        case .address(let own): return addresses.contains(own)
        case .name(let name):
            return addresses.names.contains { $0.hasBytes(of: name) } || address.map(addresses.contains) ?? false
        }
    }

    /// The one host that is meant, if it is one: it is asked for even where nothing is known of it.
    public var host: Host? { glob == nil ? Host(description) : nil }

    /// The forms, for messages.
    public static let grammar = "a name, an address, a block (10.0.0.0/24), a range (10.0.0.1-9), or a pattern (web*)"
}
