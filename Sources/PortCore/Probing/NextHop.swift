import CSockets
import Glibc

/// Where packets to an address go first.
enum NextHop: Hashable {
    case loopback
    /// Another machine of the link of this interface: each is its own next hop.
    case ownLink(family: IPAddress.Family, interface: UInt32)
    case router(interface: UInt32, gateway: IPAddress)
    /// The kernel does not say, or has no route.
    case unknown(family: IPAddress.Family)

    var isOwnLink: Bool {
        if case .ownLink = self { return true }
        return false
    }
}

/// The kernel's routes, asked for one address at a time (rtnetlink(7), RTM_GETROUTE).
final class Routes {
    private let descriptor = csockets_route_socket()

    deinit {
        if descriptor >= 0 { _ = csockets_close(descriptor) }
    }

    func nextHop(to address: IPAddress) -> NextHop {
        var raw = csockets_address()
        raw.v6 = address.family == .v6
        withUnsafeMutableBytes(of: &raw.bytes) { $0.copyBytes(from: address.bytes) }
        var gateway = csockets_address()
        var interface: UInt32 = 0
        switch descriptor < 0 ? -1 : csockets_next_hop(descriptor, &raw, &interface, &gateway) {
        case 0: return .ownLink(family: address.family, interface: interface)
        case 1:
            let bits = withUnsafeBytes(of: &gateway.bytes) { bytes in
                bytes.prefix(gateway.v6 ? 16 : 4).reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
            }
            return .router(
                interface: interface, gateway: IPAddress(family: gateway.v6 ? .v6 : .v4, bits: bits))
        case 2: return .loopback
        default: return .unknown(family: address.family)
        }
    }
}

/// The kernel's table of neighbours (arp(7)).
enum NeighbourTable {
    /// How many neighbours that are not known yet may be looked for at once: most of the hard limit, which others share.
    static let capacity: Int = {
        let text = try? TextFile.read("/proc/sys/net/ipv4/neigh/default/gc_thresh3")
        let limit = text.flatMap { Int($0.filter { !$0.isWhitespace }) } ?? 1024
        return max(16, limit / 4 * 3)
    }()
}
