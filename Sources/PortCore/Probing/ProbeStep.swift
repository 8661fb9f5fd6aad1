import Glibc

/// One step in the life of a probe, kept when a run is traced.
public struct ProbeStep: Hashable, Sendable, CustomStringConvertible {
    /// What happened.
    enum Event: Hashable, Sendable {
        /// connect(2) was called; attempts count from 1.
        case sent(attempt: Int)
        /// connect(2) told how it ended: 0 or an error number.
        case ended(code: Int32)
        case icmp(ICMPError)
        case silence
        case metItself
    }

    /// Since the first SYN to the endpoint, in microseconds.
    public let microseconds: UInt32
    let event: Event

    /// What happened, in a few words: `SYN, attempt 1`, `refused (111, Connection refused)`.
    public var description: String {
        switch event {
        case .sent(let attempt): "SYN, attempt \(attempt)"
        case .ended(0), .ended(EISCONN): "connected"
        case .ended(ECONNREFUSED): "refused (\(ECONNREFUSED), \(SystemError.text(ECONNREFUSED)))"
        case .ended(let code): "error (\(code), \(SystemError.text(code)))"
        case .icmp(let error):
            "ICMP\(error.isV6 ? "v6" : "") type \(error.type) code \(error.code): \(error.reason.rawValue)"
        case .silence: "nothing came back"
        case .metItself: "connected to itself, tried again"
        }
    }

    /// The steps that an event of a machine is worth; `attempt` is the machine's.
    static func events(of event: ProbeMachine.Event, attempt: Int) -> [Event] {
        switch event {
        case .connect(let code, let first):
            let isUnderWay = [EINPROGRESS, EALREADY, EINTR].contains(code)
            return (first ? [.sent(attempt: attempt + 1)] : []) + (isUnderWay ? [] : [.ended(code: code)])
        case .errorQueue(let error): return error.map { [.icmp($0)] } ?? []
        case .ends(.same): return [.metItself]
        case .silence: return [.silence]
        case .ends, .noWay: return []
        }
    }
}
