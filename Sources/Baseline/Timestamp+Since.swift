extension Timestamp {
    /// Reads a moment as `init(_:)` does, `now`, or how long before `now` it was: `90s`, `15m`, `12h`, `30d` or `4w`.
    public init?(_ text: some StringProtocol, before now: Timestamp) {
        if let moment = text == "now" ? now : Timestamp(text) {
            self = moment
            return
        }
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
        let digits = text.dropLast()
        guard let unit = text.last.flatMap({ units[$0] }), (1...9).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int64(digits)
        else { return nil }
        let milliseconds = now.milliseconds - count * unit * 1000
        guard milliseconds >= 0 else { return nil }
        self.init(milliseconds: milliseconds)
    }

    /// The forms of `init(_:before:)`, for messages.
    public static let sinceGrammar = "2026-05-03, 2026-05-03T12:00Z, now, or how long ago: 90s, 15m, 12h, 30d, 4w"
}

extension Timestamp {
    /// Reads a moment as `init(_:)` does, and takes the last millisecond of what the text names: of a day in UTC for a
    /// date, of a second for a time without a fraction, as tables show times.
    public init?(endOf text: some StringProtocol) {
        guard let moment = Timestamp(text) else { return nil }
        let rest: Int64 = !text.contains("T") ? 86_399_999 : text.contains(".") ? 0 : 999
        self.init(milliseconds: moment.milliseconds + rest)
    }

    /// The same, or how long before `now` it was, as `init(_:before:)` reads that.
    public init?(endOf text: some StringProtocol, before now: Timestamp) {
        guard let moment = Timestamp(endOf: text) ?? Timestamp(text, before: now) else { return nil }
        self = moment
    }
}
