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

    /// How often everything that waits looks here, in milliseconds.
    public static let pollMilliseconds = 100
}
