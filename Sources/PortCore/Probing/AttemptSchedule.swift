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

    /// After how long the kernel sends a SYN again by itself (tcp(7), tcp_syn_retries): 1, 3 and 7 s at the latest.
    static let kernelRepeats: [UInt64] = [1_000_000_000, 3_000_000_000, 7_000_000_000]
    /// How often it is looked at whether what is known by now changes how long an attempt is waited for.
    static let glance: UInt64 = 200_000_000

    /// How long attempt number `attempt`, from 0, is waited for.
    ///
    /// - Parameters:
    ///   - spent: what the attempts before it have used of the budget, in nanoseconds.
    ///   - timeout: within what time an answer is likely, in nanoseconds; `nil` where nothing has answered yet.
    ///   - needed: how many SYNs are enough, those of the kernel included.
    /// - Returns: nanoseconds, and whether the budget is used up then.
    func wait(attempt: Int, spent: UInt64, timeout: UInt64?, needed: Int = .max) -> (length: UInt64, isLast: Bool) {
        let rest = budget > spent ? budget - spent : 0
        guard let timeout else {
            // One SYN that the kernel sends again is heard however slow the way is; two more are for its being lost.
            guard attempt + 1 < attempts, attempt < 2, rest > 0 else { return (rest, true) }
            return (budget / 10 * (attempt == 0 ? 6 : 2), false)
        }
        guard rest > 0 else { return (2 * timeout, true) }
        let length = timeout << UInt64(min(attempt, 20))
        let sent = attempt + 1 + Self.kernelRepeats.count { $0 < rest }
        guard attempt + 1 < attempts, rest >= 2 * length, sent < needed else { return (rest, true) }
        return (length, false)
    }

    /// The schedule for a host that takes so long to answer that hardly three attempts would fit: six do in up to four
    /// times the budget.
    func grown(for trip: RoundTrip) -> AttemptSchedule {
        guard 10 * trip.smoothed >= 3 * budget else { return self }
        return AttemptSchedule(budget: min(4 * budget, max(budget, 6 * trip.timeout)), attempts: attempts)
    }
}

/// The round trip to one host, as its answers tell (RFC 6298, section 2). Each attempt has a socket of its own, so it is
/// always known which attempt an answer belongs to.
struct RoundTrip {
    /// The smoothed round trip in nanoseconds; 0 where nothing has answered.
    private(set) var smoothed: UInt64 = 0
    private var variation: UInt64 = 0
    /// Whether the kernel may have sent the SYN again for every answer so far (Karn's problem).
    private var isAmbiguous = false

    /// What is taken for likely before the first answer, in nanoseconds.
    static let guess: UInt64 = 200_000_000
    /// The least that is given beyond the round trip: queues on the way grow, and this machine has other things to do,
    /// too.
    static let least: UInt64 = 50_000_000

    /// How many answers in a row came later than was likely, to attempts after others.
    private var late = 0
    private static let lateThatCount = 3
    private var quickest = UInt64.max
    private static let queueing: UInt64 = 100_000_000

    /// An attempt was answered after so many nanoseconds.
    ///
    /// - Parameter isRetry: whether others went unanswered before it. Where they were lost halfway, what they left at the
    ///   far end may delay the answer, so one alone says nothing of the way.
    mutating func answered(after time: UInt64, isRetry: Bool = false) {
        quickest = min(quickest, time)
        late = isRetry && isKnown && time > timeout ? late + 1 : 0
        guard !(1..<Self.lateThatCount ~= late) else { return }
        let mayBeRepeated = time >= AttemptSchedule.kernelRepeats[0]
        guard isKnown, !(isAmbiguous && !mayBeRepeated) else {
            (smoothed, variation, isAmbiguous) = (max(1, time), time / 2, mayBeRepeated)
            return
        }
        if mayBeRepeated, timeout < AttemptSchedule.kernelRepeats[0] { return }
        let difference = time > smoothed ? time - smoothed : smoothed - time
        variation = (3 * variation + difference) / 4
        smoothed = max(1, (7 * smoothed + time) / 8)
    }

    /// Whether answers take so much longer than the quickest that they stand in a queue on the way.
    var isQueueing: Bool { isKnown && smoothed > 2 * quickest + Self.queueing }

    /// Whether anything has answered.
    var isKnown: Bool { smoothed > 0 }

    /// Within what time an answer is likely, in nanoseconds.
    var timeout: UInt64 { smoothed == 0 ? Self.guess : smoothed + max(Self.least, 4 * variation) }
}
