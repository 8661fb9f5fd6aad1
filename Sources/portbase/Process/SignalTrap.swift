import Glibc
import PortCore

/// Turns SIGINT and SIGTERM into a request to stop.
enum SignalTrap {
    private static let cancellation = Cancellation()

    /// Installs the handlers and returns what they set.
    static func install() -> Cancellation {
        // Made before a signal can come: the first use of a global is not safe inside a handler.
        let cancellation = cancellation
        for number in [SIGINT, SIGTERM] {
            signal(number) { SignalTrap.cancellation.cancel(signal: $0) }
        }
        return cancellation
    }

    /// Lets signals end the process again.
    static func remove() {
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
