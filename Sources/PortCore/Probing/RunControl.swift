import Glibc
import Synchronization

/// How far a run has come.
public struct ProbeProgress: Equatable, Sendable {
    /// Hosts of which every endpoint is settled.
    public let hostsDone: Int
    /// Hosts to probe; names that lead nowhere are not among them.
    public let hosts: Int
    /// Endpoints that are settled, as the workers last told, ten times a second.
    public let endpointsDone: Int
    /// Endpoints of the hosts to probe.
    public let endpoints: Int
    /// How many milliseconds it takes at most where nothing answers; `nil` when that is not known.
    public let bound: Int?
}

/// What the workers of one run share: when to stop, and how far each has come.
final class RunControl: Sendable {
    private let cancellation: Cancellation
    private let hasFailed = Atomic<Bool>(false)
    private let endpointsDone = Atomic<Int>(0)
    private let unsettledParts: Mutex<[Int]>
    private let hostsDone = Atomic<Int>(0)
    private let endpoints: Int
    private let hosts: Int
    private let bound: Int?

    /// - Parameters:
    ///   - parts: how many workers have endpoints of each host.
    ///   - bound: how many milliseconds the run takes at most where nothing answers.
    init(cancellation: Cancellation, parts: [Int], endpoints: Int, bound: Int? = nil) {
        self.cancellation = cancellation
        self.endpoints = endpoints
        hosts = parts.count
        self.bound = bound
        unsettledParts = Mutex(parts)
    }

    /// Throws when a signal asked to stop; returns `false` when another worker failed.
    func goOn() throws(ProbeError) -> Bool {
        if let signal = cancellation.requestedBy { throw .cancelled(signal: signal) }
        return !hasFailed.load(ordering: .relaxed)
    }

    func fail() { hasFailed.store(true, ordering: .relaxed) }

    func settled(endpoints count: Int) { endpointsDone.add(count, ordering: .relaxed) }

    /// A worker has settled all that it has of host `index`.
    func settledPart(ofHost index: Int) {
        let isDone = unsettledParts.withLock { parts in
            parts[index] -= 1
            return parts[index] == 0
        }
        if isDone { hostsDone.add(1, ordering: .relaxed) }
    }

    var progress: ProbeProgress {
        ProbeProgress(
            hostsDone: hostsDone.load(ordering: .relaxed), hosts: hosts,
            endpointsDone: endpointsDone.load(ordering: .relaxed), endpoints: endpoints, bound: bound)
    }
}

/// The monotonic clock.
public enum MonotonicClock {
    /// Milliseconds since some fixed moment.
    public static var milliseconds: Int { Int(now / 1_000_000) }

    /// Nanoseconds since some fixed moment.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
