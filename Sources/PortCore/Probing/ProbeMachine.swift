import Glibc

/// Decides what one endpoint is. Pure: events in, actions out, no socket and no clock.
///
/// ```
/// connecting ──answer──▶ settled            connecting ──silence or ICMP──▶ next attempt, or settled
/// connecting ──connected, same host──▶ ends compared ──▶ settled, or connecting afresh
/// ```
struct ProbeMachine: Sendable {
    enum Event: Equatable {
        /// What connect(2) said, 0 for success. `first` on the call that starts an attempt, when the network
        /// has not been asked yet; not `first` on the call that reads how it ended.
        case connect(code: Int32, first: Bool)
        /// The socket's error queue was read after a refusal, an error from the way, or silence.
        case errorQueue(ICMPError?)
        /// Both ends of the connection were compared.
        case ends(ConnectionEnds)
        /// The attempt was waited for long enough; `isOver` when the budget is used up.
        case silence(isOver: Bool)
        /// The network has no way to the address: it is a broadcast address, or there is no route.
        case noWay(isBroadcast: Bool)
    }

    enum Action: Equatable {
        /// Wait for the socket to become ready, or for the attempt's time to end.
        case wait
        case readErrorQueue
        case compareEnds
        /// Find out why the machine itself has no way to the address.
        case askWhyNoWay
        /// Start the next attempt, on a socket of its own.
        case tryAgain
        /// The machine is short of something: come back to this endpoint later, as if it had not been tried.
        case postpone(code: Int32)
        case settle(Reason)
        /// The run cannot go on: no route from here, no such address family.
        case fail(code: Int32)
    }

    /// The attempt under way, from 0.
    private(set) var attempt = 0
    private let attempts: Int
    private let mayBeEphemeral: Bool
    private var errorCode: Int32 = 0
    private var connectionSeen = false
    private var selfConnections = 0
    private var budgetIsOver = false
    private var errors = 0
    private var lastReason = Reason.timeout

    /// - Parameters:
    ///   - attempts: how often silence is tried, at least 1.
    ///   - mayBeEphemeral: whether the port is one that the kernel gives to outgoing connections.
    init(attempts: Int, mayBeEphemeral: Bool) {
        self.attempts = attempts
        self.mayBeEphemeral = mayBeEphemeral
    }

    mutating func handle(_ event: Event) -> Action {
        switch event {
        case .connect(let code, let first): return connectReturned(code, first: first)
        case .errorQueue(let error): return errorQueueRead(error)
        case .ends(let ends): return endsCompared(ends)
        case .silence(let isOver):
            budgetIsOver = isOver
            // An ICMP error that arrives while connect(2) still runs, as a local one does, is only in the queue.
            errorCode = ETIMEDOUT
            return .readErrorQueue
        case .noWay(let isBroadcast): return isBroadcast ? .settle(.broadcast) : .fail(code: errorCode)
        }
    }

    private mutating func connectReturned(_ code: Int32, first: Bool) -> Action {
        errorCode = code
        switch code {
        case 0, EISCONN, ECONNRESET, EPIPE:
            // A reset or a closed pipe comes only after the handshake: the port accepted.
            return .compareEnds
        case EINPROGRESS, EALREADY, EINTR: return .wait
        case EMFILE, ENFILE, EADDRNOTAVAIL, EADDRINUSE, ENOBUFS, ENOMEM, EAGAIN: return .postpone(code: code)
        case ECONNREFUSED: return .readErrorQueue
        case ENETUNREACH, EHOSTUNREACH: return first ? .askWhyNoWay : .readErrorQueue
        case EACCES, EPERM: return first ? .settle(.prohibited) : .readErrorQueue
        case EAFNOSUPPORT, EPROTONOSUPPORT, ENETDOWN, EINVAL, EBADF, EFAULT, ENOTSOCK: return .fail(code: code)
        case ETIMEDOUT: return attemptFailed(.timeout)
        default: return first ? .fail(code: code) : .readErrorQueue
        }
    }

    private mutating func errorQueueRead(_ error: ICMPError?) -> Action {
        if let error { return attemptFailed(error.reason) }
        switch errorCode {
        case ECONNREFUSED: return .settle(.refused)
        case ETIMEDOUT: return attemptFailed(.timeout)
        case EHOSTUNREACH: return attemptFailed(.hostUnreachable)
        case ENETUNREACH: return attemptFailed(.netUnreachable)
        case EACCES, EPERM: return attemptFailed(.prohibited)
        case ENOPROTOOPT: return attemptFailed(.protocolUnreachable)
        default: return attemptFailed(.otherError)
        }
    }

    /// How often a port may meet itself before it counts as a shortage: the machine has no other port to probe from.
    private static let selfConnectionLimit = 8
    private static let errorLimit = 2

    /// A connection to oneself is a refusal that met its own SYN (simultaneous open, RFC 9293, 3.5). Two probes
    /// of this run can meet in the same way, so an open port of the ephemeral range must be open twice.
    private mutating func endsCompared(_ ends: ConnectionEnds) -> Action {
        switch ends {
        case .same:
            selfConnections += 1
            return selfConnections < Self.selfConnectionLimit ? .tryAgain : .postpone(code: EADDRNOTAVAIL)
        case .sameHost where mayBeEphemeral && !connectionSeen:
            connectionSeen = true
            return .tryAgain
        case .sameHost, .distinct: return .settle(.connected)
        }
    }

    /// Silence and errors from the way are no answer: tried again while there are attempts and time. An error that
    /// came twice is believed. It tells more than silence, so it is the reason that stays. Silence after a connection
    /// is a full backlog: where two probes had met, the second look would have been refused.
    private mutating func attemptFailed(_ reason: Reason) -> Action {
        if reason != .timeout {
            lastReason = reason
            errors += 1
        }
        attempt += 1
        if attempt < attempts, !budgetIsOver, errors < Self.errorLimit { return .tryAgain }
        return .settle(connectionSeen && lastReason == .timeout ? .connected : lastReason)
    }
}

/// How the two ends of an established connection relate.
enum ConnectionEnds: Equatable, Sendable {
    /// One address and port: the socket is connected to itself.
    case same
    /// Two ports of one address, or a peer that is gone already.
    case sameHost
    case distinct
}

/// An ICMP error as the error queue tells it (ip(7), IP_RECVERR).
struct ICMPError: Hashable, Sendable {
    let isV6: Bool
    let type: UInt8
    let code: UInt8

    /// RFC 792, RFC 1122 (3.2.2.1), RFC 1812 (5.2.7.1) for ICMP; RFC 4443 (3.1) for ICMPv6.
    var reason: Reason {
        switch (isV6, type, code) {
        case (false, 3, 3), (true, 1, 4): .portUnreachable
        case (false, 3, 9), (false, 3, 10), (false, 3, 13): .prohibited
        case (true, 1, 1), (true, 1, 5), (true, 1, 6): .prohibited
        case (false, 3, 2), (true, 4, 1): .protocolUnreachable
        case (false, 3, 0), (false, 3, 5), (false, 3, 6), (false, 3, 11), (true, 1, 0): .netUnreachable
        case (false, 3, 1), (false, 3, 7), (false, 3, 8), (false, 3, 12), (true, 1, 3): .hostUnreachable
        default: .otherError
        }
    }
}
