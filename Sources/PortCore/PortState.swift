/// What a probe found at an endpoint.
///
/// The order of the cases is the fixed order of states in a snapshot.
public enum PortState: String, CaseIterable, Comparable, Sendable {
    /// The connection was established.
    case open
    /// The host itself refused it.
    case closed
    /// No verdict: nothing came back, or only an error from the way.
    case filtered

    public static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

    private var rank: Int { self == .open ? 0 : self == .closed ? 1 : 2 }
}

/// Why an endpoint has its state: a closed list, kept beside a snapshot as evidence and never part of its digest.
public enum Reason: String, CaseIterable, Sendable {
    /// The three-way handshake was completed.
    case connected
    /// A RST answered the SYN (RFC 9293, 3.10.7.1).
    case refused
    /// Nothing came back within the budget, on any attempt.
    case timeout
    /// ICMP host unreachable, or the neighbour did not answer.
    case hostUnreachable = "host-unreachable"
    /// ICMP network unreachable.
    case netUnreachable = "net-unreachable"
    /// ICMP port unreachable: a firewall's reject, not the host's TCP.
    case portUnreachable = "port-unreachable"
    /// ICMP protocol unreachable.
    case protocolUnreachable = "protocol-unreachable"
    /// ICMP administratively prohibited, or a local rule that forbids the packet.
    case prohibited
    /// The host's name leads to no address.
    case nameUnresolved = "name-unresolved"
    /// A broadcast address of a local network, which TCP cannot reach.
    case broadcast
    /// Any other error from the way.
    case otherError = "other-error"

    /// The state that the reason stands for.
    public var state: PortState {
        switch self {
        case .connected: .open
        case .refused: .closed
        default: .filtered
        }
    }

    /// The word of check_ports.py: `open`, `closed`, `timeout` or `unreachable`.
    public var status: String {
        switch self {
        case .connected: "open"
        case .refused: "closed"
        case .timeout: "timeout"
        default: "unreachable"
        }
    }
}
