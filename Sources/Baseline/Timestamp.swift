import Glibc

/// A moment in UTC with milliseconds. Its text is RFC 3339 of one width, so that texts sort as moments do.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
    public let milliseconds: Int64

    /// The moment so many milliseconds after 1970-01-01T00:00:00Z, or before it for a negative number.
    public init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The wall clock of the machine.
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// `2026-05-03T12:00:00.000Z`.
    public var description: String { secondsText + "." + Self.padded(fraction, to: 3) + "Z" }

    /// `2026-05-03T12:00:00Z`, for people.
    public var text: String { secondsText + "Z" }

    /// How long after `earlier` it is; `nil` where it is before, since the clock was set back in between.
    public func milliseconds(since earlier: Timestamp) -> Int64? {
        self < earlier ? nil : milliseconds - earlier.milliseconds
    }

    private var fraction: Int64 { (milliseconds % 1000 + 1000) % 1000 }

    private var secondsText: String {
        var seconds = time_t((milliseconds - fraction) / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        let date =
            "\(Self.padded(Int64(parts.tm_year) + 1900, to: 4))-\(Self.two(parts.tm_mon + 1))-\(Self.two(parts.tm_mday))"
        return "\(date)T\(Self.two(parts.tm_hour)):\(Self.two(parts.tm_min)):\(Self.two(parts.tm_sec))"
    }

    private static func two(_ number: Int32) -> String { padded(Int64(number), to: 2) }

    private static func padded(_ number: Int64, to width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }

    /// Reads an RFC 3339 date and time with its offset, seconds optional, or a date alone, which is its first
    /// moment in UTC. `nil` for anything else, such as a time without an offset or 30 February.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        let date = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard date.count == 3, let year = Self.number(date[0], digits: 4, in: 1970...9999),
            let month = Self.number(date[1], digits: 2, in: 1...12),
            let day = Self.number(date[2], digits: 2, in: 1...31)
        else { return nil }
        var fields = tm()
        fields.tm_year = Int32(year - 1900)
        fields.tm_mon = Int32(month - 1)
        fields.tm_mday = Int32(day)
        let midnight = Int64(timegm(&fields))
        guard fields.tm_mday == Int32(day) else { return nil }
        let time = parts.count == 1 ? 0 : Self.millisecondsOfDay(parts[1])
        guard let time else { return nil }
        self.init(milliseconds: midnight * 1000 + time)
    }

    /// `12:00Z`, `12:00:00.5+02:00` … as milliseconds after midnight in UTC.
    private static func millisecondsOfDay(_ text: some StringProtocol) -> Int64? {
        guard let mark = text.lastIndex(where: { $0 == "Z" || $0 == "+" || $0 == "-" }) else { return nil }
        var offset: Int64 = 0
        let zone = text[text.index(after: mark)...]
        if text[mark] == "Z" {
            guard zone.isEmpty else { return nil }
        } else {
            let parts = zone.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let hours = number(parts[0], digits: 2, in: 0...23),
                let minutes = number(parts[1], digits: 2, in: 0...59)
            else { return nil }
            offset = (hours * 60 + minutes) * (text[mark] == "+" ? 1 : -1)
        }
        let clock = text[..<mark].split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(clock.count), let hours = number(clock[0], digits: 2, in: 0...23),
            let minutes = number(clock[1], digits: 2, in: 0...59)
        else { return nil }
        guard let seconds = clock.count == 3 ? milliseconds(ofSeconds: clock[2]) : 0 else { return nil }
        return (hours * 60 + minutes - offset) * 60_000 + seconds
    }

    private static func milliseconds(ofSeconds text: some StringProtocol) -> Int64? {
        let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = number(parts[0], digits: 2, in: 0...59) else { return nil }
        guard parts.count == 2 else { return whole * 1000 }
        let digits = parts[1].prefix(3)
        guard !parts[1].isEmpty, parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let scale: Int64 = digits.count == 1 ? 100 : digits.count == 2 ? 10 : 1
        return whole * 1000 + (Int64(digits) ?? 0) * scale
    }

    private static func number(_ text: some StringProtocol, digits: Int, in range: ClosedRange<Int64>) -> Int64? {
        guard text.utf8.count == digits, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let value = Int64(text), range.contains(value)
        else { return nil }
        return value
    }

    public static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }
}
