import CSockets
import Glibc
import Synchronization

/// The resolver could not say what a name leads to, so the run cannot go on.
public enum ResolverError: Error, Equatable, CustomStringConvertible {
    case undecided(name: String, reason: String)
    case excluded(name: String, address: IPAddress)
    case nothingLeft
    case cancelled(signal: Int32)
    case noThreads

    /// One line for the operator.
    public var description: String {
        switch self {
        case .undecided(let name, let reason):
            "Cannot resolve '\(name)' now: \(reason). Nothing was probed; check the name servers and run again."
        case .excluded(let name, let address):
            "Host '\(name)' leads to \(address), which --exclude forbids to probe."
        case .nothingLeft: TargetError.nothingLeft.description
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
///
/// The families of a name are asked for apart: asked for both at once, getaddrinfo hides that one of them could not be
/// found out, and the name would lead to an address of the other.
public struct Resolver: Sendable {
    /// Looks up one name: its addresses of one family, or of both for `nil`, in any order; none when it is known to have
    /// none.
    public typealias LookUp = @Sendable (String, IPAddress.Family?) -> Result<[IPAddress], ResolverError>

    private let lookUp: LookUp
    private let hostsFile: String

    /// A resolver that asks the system, or `lookUp` in tests. `hostsFile` is the one that the system reads (hosts(5)).
    public init(lookUp: @escaping LookUp = Resolver.system, hostsFile: String = "/etc/hosts") {
        self.lookUp = lookUp
        self.hostsFile = hostsFile
    }

    /// The most lookups at once; each has a descriptor or two.
    private static let threads = 64

    private struct Question {
        let name: String
        /// `nil` for both at once.
        let family: IPAddress.Family?
    }

    private struct Progress {
        var questions: ArraySlice<Question>
        var answers: [String: NameAnswers]
        var settled = 0

        /// The next question whose answer is still needed.
        mutating func next() -> Question? {
            while let question = questions.popFirst() {
                if answers[question.name]?.result == nil { return question }
            }
            return nil
        }
    }

    /// The addresses of each of `names`; none for a name that leads nowhere. Where one of IPv4 is usable, those of IPv6
    /// are left out, and not waited for.
    ///
    /// - Parameter isUsable: whether an address may be probed.
    /// - Throws: `ResolverError` for the first name, in order, that the resolver could not decide.
    func resolve(
        _ names: [String], _ family: IPAddress.Family?, _ cancellation: Cancellation,
        isUsable: @escaping @Sendable (IPAddress) -> Bool = { _ in true }
    ) throws(ResolverError) -> [String: [IPAddress]] {
        let progress = progress(names, family)
        for number in 0..<min(Self.threads, progress.value.withLock { $0.questions.count }) {
            let thread = PosixThread.start { [lookUp] in
                while let question = progress.value.withLock({ state in state.next() }) {
                    let answer = lookUp(question.name, question.family)
                    progress.value.withLock { state in
                        let settles = state.answers[question.name]?.add(answer, of: question.family, isUsable) ?? false
                        if settles { state.settled += 1 }
                    }
                }
            }
            guard let thread else {
                // Those that run already take all the questions.
                if number > 0 { break }
                throw .noThreads
            }
            thread.detach()
        }
        while progress.value.withLock({ $0.settled }) < names.count {
            if let signal = cancellation.requestedBy { throw .cancelled(signal: signal) }
            usleep(500)
        }
        var addresses: [String: [IPAddress]] = [:]
        for (name, answers) in progress.value.withLock({ $0.answers }).sorted(by: { $0.key < $1.key }) {
            addresses[name] = try answers.result?.get()
        }
        return addresses
    }

    /// Of every name one question, or two: IPv4 for all names first, since that may be all that is needed. A name that
    /// stands in the file of hosts is answered from there, for both families at once, and no name server is asked.
    private func progress(_ names: [String], _ family: IPAddress.Family?) -> SharedState<Progress> {
        let listed = family == nil && !names.isEmpty ? HostsFile.names(in: hostsFile, among: Set(names)) : []
        let apart = family == nil ? names.filter { !listed.contains($0) } : []
        let questions =
            names.map { Question(name: $0, family: listed.contains($0) ? nil : family ?? .v4) }
            + apart.map { Question(name: $0, family: .v6) }
        let counts = questions.reduce(into: [:]) { $0[$1.name, default: 0] += 1 }
        return SharedState(Progress(questions: questions[...], answers: counts.mapValues(NameAnswers.init)))
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
        func undecided(_ reason: String) -> Result<[IPAddress], ResolverError> {
            let asked = family.map { $0 == .v4 ? "IPv4: " : "IPv6: " } ?? ""
            return .failure(.undecided(name: name, reason: asked + reason))
        }
        switch code {
        case 0: return .success(addresses(list))
        case _ where csockets_is_unknown_name(code): return .success([])
        case EAI_SYSTEM: return undecided(SystemError.text(systemCode))
        default: return undecided(String(cString: gai_strerror(code)))
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

/// What the resolver said of one name so far.
private struct NameAnswers {
    private var missing: Int
    private var addresses: [IPAddress] = []
    private var failure: ResolverError?
    /// What the name leads to, as soon as the answers that are missing cannot change it.
    private(set) var result: Result<[IPAddress], ResolverError>?

    /// - Parameter questions: how many answers there will be.
    init(questions: Int) { missing = questions }

    /// Takes in an answer: whether it settles what the name leads to. Only the answer that there is no usable address of
    /// IPv4 lets one of IPv6 stand in.
    mutating func add(
        _ answer: Result<[IPAddress], ResolverError>, of family: IPAddress.Family?, _ isUsable: (IPAddress) -> Bool
    ) -> Bool {
        guard result == nil else { return false }
        missing -= 1
        switch answer {
        case .success(let found):
            addresses += found
            if family != .v6, found.contains(where: isUsable) { result = answer }
        case .failure(let error):
            failure = error
            if family != .v6 { result = answer }
        }
        if result == nil, missing == 0 { result = failure.map { .failure($0) } ?? .success(addresses) }
        return result != nil
    }
}

/// The names that hosts(5) lists.
enum HostsFile {
    /// Those of `names` that the file at `path` gives an address; none where it cannot be read.
    static func names(in path: String, among names: Set<String>) -> Set<String> {
        guard let bytes = try? TextFile.bytes(path) else { return [] }
        var found: Set<String> = []
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            let entry = line.prefix { $0 != UInt8(ascii: "#") }
            let words = entry.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == UInt8(ascii: "\r") }
                .map { String(decoding: $0, as: UTF8.self) }
            guard let address = words.first, IPAddress(address) != nil else { continue }
            found.formUnion(words.dropFirst().map { $0.lowercased() }.filter(names.contains))
        }
        return found
    }
}

/// A locked value that threads share by reference.
final class SharedState<Value: Sendable>: Sendable {
    let value: Mutex<Value>
    init(_ value: Value) { self.value = Mutex(value) }
}
