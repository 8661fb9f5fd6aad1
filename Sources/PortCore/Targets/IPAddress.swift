import Glibc

/// An IPv4 or IPv6 address. Ordered by family, IPv4 first, then by number.
///
/// An IPv4-mapped IPv6 address (RFC 4291, 2.5.5.2) is the IPv4 address it maps, so that one host has one identity.
public struct IPAddress: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The address family; its raw value is the IP version.
    public enum Family: UInt8, Comparable, Sendable {
        case v4 = 4
        case v6 = 6

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

        /// `IPv4` or `IPv6`.
        public var text: String { "IPv\(rawValue)" }

        /// How many bits an address has: 32 or 128.
        public var width: Int { self == .v4 ? 32 : 128 }
    }

    /// The family; IPv4 for an IPv4-mapped IPv6 address, too.
    public let family: Family

    /// The address as a number in host order; below 2³² for IPv4.
    public let bits: UInt128

    /// An address from its number; an IPv4-mapped IPv6 number becomes the IPv4 address.
    public init(family: Family, bits: UInt128) {
        if family == .v6, bits >> 32 == 0xffff {
            self.family = .v4
            self.bits = bits & 0xffff_ffff
        } else {
            self.family = family
            self.bits = bits
        }
    }

    /// Reads dotted IPv4 (four decimal parts, no leading zeros) or IPv6 text (RFC 4291), without brackets or zone.
    public init?(_ text: some StringProtocol) {
        let text = String(text)
        // The system reads only up to a NUL.
        guard !text.utf8.contains(0) else { return nil }
        var four = in_addr()
        var six = in6_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(family: .v4, bits: UInt128(UInt32(bigEndian: four.s_addr)))
        } else if inet_pton(AF_INET6, text, &six) == 1 {
            let bits = withUnsafeBytes(of: &six) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
            self.init(family: .v6, bits: bits)
        } else {
            return nil
        }
    }

    /// The bytes in network order: 4 or 16.
    public var bytes: [UInt8] {
        stride(from: family.width - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: bits >> UInt128($0)) }
    }

    /// Canonical text: dotted IPv4, or IPv6 as RFC 5952 asks, without brackets.
    public var description: String {
        var bytes = bytes
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        inet_ntop(family == .v4 ? AF_INET : AF_INET6, &bytes, &buffer, socklen_t(buffer.count))
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether packets to it never leave the machine: 127.0.0.0/8 and ::1.
    public var isLoopback: Bool { family == .v4 ? bits >> 24 == 127 : bits == 1 }

    /// Whether it can be one host: neither unspecified (RFC 1122, RFC 4291), nor multicast or reserved (RFC 1112,
    /// RFC 4291).
    public var isUnicast: Bool { !Self.notUnicast(family).contains { $0.contains(bits) } }

    /// The numbers of `family` that are no single host.
    static func notUnicast(_ family: Family) -> [ClosedRange<UInt128>] {
        family == .v4 ? [0...0, 0xe000_0000...0xffff_ffff] : [0...0, UInt128(0xff) << 120...UInt128.max]
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.family, left.bits) < (right.family, right.bits)
    }
}
