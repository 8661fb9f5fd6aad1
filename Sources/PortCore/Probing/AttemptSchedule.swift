/// When a silent attempt is given up for the next one, within the budget of an endpoint.
///
/// The first attempt is waited for as long as the host's answers so far make likely, each further one twice as long, so
/// that a lost packet is replaced soon and a host that is slower than it seemed is still heard. An attempt after which
/// less time would be left than it took itself is the last: it has all the rest.
struct AttemptSchedule: Hashable, Sendable {
    /// How long an endpoint is listened for in all, in nanoseconds.
    let budget: UInt64
    /// How many attempts there may be at most, at least 1.
    let attempts: Int

    /// How long attempt number `attempt`, from 0, is waited for.
    ///
    /// - Parameters:
    ///   - spent: what the attempts before it have used of the budget, in nanoseconds.
    ///   - timeout: within what time an answer is likely, in nanoseconds.
    /// - Returns: nanoseconds, and whether the budget is used up then.
    func wait(attempt: Int, spent: UInt64, timeout: UInt64) -> (length: UInt64, isLast: Bool) {
        let rest = budget > spent ? budget - spent : 0
        let length = timeout << UInt64(min(attempt, 20))
        guard attempt + 1 < attempts, rest >= 2 * length else { return (rest, true) }
        return (length, false)
    }
}

/// The round trip to one host, as its answers tell (RFC 6298, section 2). Each attempt has a socket of its own, so it is
/// always known which attempt an answer belongs to.
struct RoundTrip {
    private var smoothed: UInt64 = 0
    private var variation: UInt64 = 0

    /// What is taken for likely before the first answer, in nanoseconds.
    static let guess: UInt64 = 200_000_000
    /// The least that is given beyond the round trip: queues on the way grow, and this machine has other things to do,
    /// too.
    static let least: UInt64 = 50_000_000

    /// An attempt was answered after so many nanoseconds.
    mutating func answered(after time: UInt64) {
        guard smoothed > 0 else {
            smoothed = max(1, time)
            variation = time / 2
            return
        }
        let difference = time > smoothed ? time - smoothed : smoothed - time
        variation = (3 * variation + difference) / 4
        smoothed = max(1, (7 * smoothed + time) / 8)
    }

    /// Within what time an answer is likely, in nanoseconds.
    var timeout: UInt64 { smoothed == 0 ? Self.guess : smoothed + max(Self.least, 4 * variation) }
}
