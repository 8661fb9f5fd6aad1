import PortCore

/// When to look again at what differs, and when to believe it.
///
/// Times are milliseconds since the check began. A difference is believed when a look that began `span` after the end of
/// the first one still shows it, and there were at least `least` looks; or when the check has no time for another look.
struct ConfirmationSchedule {
    /// A look to come.
    struct Look: Equatable {
        /// How long to wait before it.
        let pause: Int
        /// The budget of each endpoint in it.
        let timeout: Int
    }

    /// What a plugin may take in all, and what of it, or of a deadline, is left for starting and for recording.
    private static let (pluginTime, reserve) = (8000, 500)
    /// A look with less time for each endpoint shows too little.
    private static let leastTimeout = 500
    /// The pause before the first look, half as long again each time, and the longest one.
    private static let (firstPause, longestPause) = (200, 10_000)

    private let timing: Timing
    private let believedAt: Int
    /// When all has to be over; `nil` for whenever it is.
    private let end: Int?
    private var looks = 0
    private var last: (beganAt: Int, endedAt: Int, timeout: Int)

    /// - Parameters:
    ///   - deadline: when the check is ended by force; `nil` where nothing was said.
    ///   - firstLookEndedAt: how long it took to look at everything once.
    init(_ timing: Timing, deadline: Int?, firstLookEndedAt: Int) {
        self.timing = timing
        let span = timing.confirmationMilliseconds
        believedAt = firstLookEndedAt + span
        // Who asks for more than a plugin may take, or has taken it already, is none.
        let isPlugin = max(span, firstLookEndedAt) <= Self.pluginTime
        end = (deadline ?? (isPlugin ? Self.pluginTime : nil)).map { $0 - Self.reserve }
        // Of the first look only its end is known: an endpoint may have been probed in its last moment.
        last = (firstLookEndedAt, firstLookEndedAt, timing.timeoutMilliseconds)
    }

    /// The next look; `nil` where what differs by now is believed.
    func next(at now: Int) -> Look? {
        let pause = Self.pause(before: looks + 1)
        guard looks >= timing.confirmations else { return Look(pause: pause, timeout: timing.timeoutMilliseconds) }
        guard last.beganAt < believedAt else { return nil }
        var begin = max(now, min(now + pause, believedAt))
        if believedAt - begin < Self.firstPause { begin = max(begin, believedAt) }
        guard let end else { return Look(pause: begin - now, timeout: timing.timeoutMilliseconds) }
        // What the last look took beyond the budget of an endpoint, the next one will take, too.
        let latest = end - max(0, last.endedAt - last.beganAt - last.timeout)
        begin = min(begin, latest - min(timing.timeoutMilliseconds, Self.leastTimeout))
        guard begin >= now else { return nil }
        return Look(pause: begin - now, timeout: min(timing.timeoutMilliseconds, latest - begin))
    }

    /// Takes in when a look took place.
    mutating func took(_ look: Look, from begin: Int, to end: Int) {
        looks += 1
        last = (begin, end, look.timeout)
    }

    /// How long to wait before look number `number`, from 1.
    static func pause(before number: Int) -> Int {
        (1..<max(1, number)).reduce(firstPause) { pause, _ in min(longestPause, pause * 3 / 2) }
    }
}
