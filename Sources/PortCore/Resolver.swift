import CSockets
import Glibc
import Synchronization

/// The resolver could not say what a name leads to, so the run cannot go on.
public enum ResolverError: Error, Equatable, CustomStringConvertible {
    case undecided(name: String, reason: String)
    case excluded(name: String, address: IPAddress)
    case cancelled(signal: Int32)
    case noThreads

    /// One line for the operator.
    public var description: String {
        switch self {
        case .undecided(let name, let reason):
            "Cannot resolve '\(name)' now: \(reason). Nothing was probed; check the name servers and run again."
        case .excluded(let name, let address):
            "Host '\(name)' leads to \(address), which --exclude forbids to probe."
        case .cancelled(let signal): Interruption.text(signal)
        case .noThreads: "The system has no thread to give for resolving names."
        }
    }
}

/// The line for a run that a signal ended.
public enum Interruption {
    /// Names the signal, and says that nothing was recorded. SIGALRM is the end of the time that the operator gave.
    public static func text(_ signal: Int32) -> String {
        if signal == SIGALRM { return "The deadline ended before the check did; nothing was recorded." }
        return "Interrupted by \(signal == SIGTERM ? "SIGTERM" : signal == SIGINT ? "SIGINT" : "signal \(signal)"); "
            + "nothing was recorded."
    }
}

/// Resolves host names through the system's resolver (getaddrinfo(3)), all at once.
public struct Resolver: Sendable {
    /// Looks up one name: its addresses in any order, none when it is known to have none.
    public typealias LookUp = @Sendable (String, IPAddress.Family?) -> Result<[IPAddress], ResolverError>

    private let lookUp: LookUp

    /// A resolver that asks the system, or `lookUp` in tests.
    public init(lookUp: @escaping LookUp = Resolver.system) {
        self.lookUp = lookUp
    }

    /// The most lookups at once.
    private static let threads = 64

    private struct Progress {
        var next = 0
        var answers: [String: Result<[IPAddress], ResolverError>] = [:]
    }

    /// The addresses of each of `names`; none for a name that leads nowhere.
    ///
    /// - Throws: `ResolverError` for the first name, in order, that the resolver could not decide.
    func resolve(
        _ names: [String], _ family: IPAddress.Family?, _ cancellation: Cancellation
    ) throws(ResolverError) -> [String: [IPAddress]] {
        let progress = SharedState(Progress())
        for _ in 0..<min(Self.threads, names.count) {
            let thread = PosixThread.start { [lookUp] in
                while let name = progress.value.withLock({ state in Self.take(&state, from: names) }) {
                    let answer = lookUp(name, family)
                    progress.value.withLock { $0.answers[name] = answer }
                }
            }
            guard let thread else { throw .noThreads }
            thread.detach()
        }
        while progress.value.withLock({ $0.answers.count }) < names.count {
            if let signal = cancellation.requestedBy { throw .cancelled(signal: signal) }
            usleep(500)
        }
        var addresses: [String: [IPAddress]] = [:]
        for (name, answer) in progress.value.withLock({ $0.answers }).sorted(by: { $0.key < $1.key }) {
            addresses[name] = try answer.get()
        }
        return addresses
    }

    private static func take(_ progress: inout Progress, from names: [String]) -> String? {
        guard progress.next < names.count else { return nil }
        defer { progress.next += 1 }
        return names[progress.next]
    }

    /// Asks getaddrinfo(3). A name that does not exist, or has no address of the family, has no addresses.
    public static let system: LookUp = { name, family in
        var hints = addrinfo()
        hints.ai_family = family.map { $0 == .v4 ? AF_INET : AF_INET6 } ?? AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &list)
        let systemCode = errno
        defer { if let list { freeaddrinfo(list) } }
        switch code {
        case 0: return .success(addresses(list))
        case _ where csockets_is_unknown_name(code): return .success([])
        case EAI_SYSTEM: return .failure(.undecided(name: name, reason: SystemError.text(systemCode)))
        default: return .failure(.undecided(name: name, reason: String(cString: gai_strerror(code))))
        }
    }

    private static func addresses(_ list: UnsafeMutablePointer<addrinfo>?) -> [IPAddress] {
        var found: [IPAddress] = []
        var next = list
        while let info = next?.pointee {
            next = info.ai_next
            guard let socketAddress = info.ai_addr else { continue }
            let raw = UnsafeRawPointer(socketAddress)
            if info.ai_family == AF_INET {
                let number = raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
                found.append(IPAddress(family: .v4, bits: UInt128(UInt32(bigEndian: number))))
            } else if info.ai_family == AF_INET6 {
                var number = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
                let bits = withUnsafeBytes(of: &number) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
                found.append(IPAddress(family: .v6, bits: bits))
            }
        }
        return found
    }
}

/// A locked value that threads share by reference.
final class SharedState<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}
