import Glibc
import PortCore

/// Turns SIGINT and SIGTERM, and the end of a deadline (SIGALRM), into a request to stop.
enum SignalTrap {
    private static let cancellation = Cancellation()
    private static let signals = [SIGINT, SIGTERM, SIGALRM]

    /// Installs the handlers and returns what they set.
    ///
    /// - Parameter deadline: in how many milliseconds to stop anyway; `nil` for never.
    static func install(deadline: Int? = nil) -> Cancellation {
        // Made before a signal can come: the first use of a global is not safe inside a handler.
        let cancellation = cancellation
        for number in signals {
            signal(number) { SignalTrap.cancellation.cancel(signal: $0) }
        }
        if let deadline {
            let time = timeval(tv_sec: deadline / 1000, tv_usec: deadline % 1000 * 1000)
            var timer = itimerval(it_interval: timeval(), it_value: time)
            setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
        }
        return cancellation
    }

    /// Lets signals end the process again.
    static func remove() {
        var none = itimerval()
        setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &none, nil)
        for number in signals { signal(number, SIG_DFL) }
    }
}
