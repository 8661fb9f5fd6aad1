import Glibc
import Synchronization

/// A request to stop, set by a signal handler and watched by everything that waits.
public final class Cancellation: Sendable {
    private let signal = Atomic<Int32>(0)

    /// A request that was not made yet.
    public init() {}

    /// Asks to stop because of signal `number`. Safe in a signal handler: one atomic store.
    public func cancel(signal number: Int32) {
        signal.store(number, ordering: .relaxed)
    }

    /// The signal that asked to stop, if one did.
    public var requestedBy: Int32? {
        let number = signal.load(ordering: .relaxed)
        return number == 0 ? nil : number
    }

    /// Waits for `milliseconds`, or until a request to stop, which is then returned.
    public func wait(milliseconds: Int) -> Int32? {
        let end = MonotonicClock.now + UInt64(max(0, milliseconds)) * 1_000_000
        while requestedBy == nil {
            let now = MonotonicClock.now
            guard now < end else { break }
            let microseconds = min((end - now) / 1000 + 1, UInt64(Self.pollMilliseconds) * 1000)
            usleep(UInt32(microseconds))
        }
        return requestedBy
    }

    /// How often everything that waits looks here, in milliseconds.
    public static let pollMilliseconds = 100
}
