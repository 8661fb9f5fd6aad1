/// A range of values that is all right, as monitoring plugins write it (Monitoring Plugins guidelines, "Threshold and
/// ranges"): `10` is 0 to 10, `10:` from 10 on, `~:10` up to 10, `5:10`, and `@5:10` for what lies outside of it.
public struct AlertRange: Hashable, Sendable, CustomStringConvertible {
    /// The text as it was given.
    public let description: String
    private let first: Double
    private let last: Double
    private let alertsInside: Bool

    /// Reads a range; `nil` for text that is none, such as one that ends before it begins.
    public init?(_ text: String) {
        alertsInside = text.hasPrefix("@")
        let ends = text.dropFirst(alertsInside ? 1 : 0).split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(ends.count), let end = ends.last else { return nil }
        let start: Double? = ends.count == 1 ? 0 : ends[0] == "~" ? -.infinity : Self.number(ends[0])
        let stop: Double? = ends.count == 2 && end.isEmpty ? .infinity : Self.number(end)
        guard let start, let stop, start <= stop else { return nil }
        (first, last, description) = (start, stop, text)
    }

    /// Whether `value` calls for an alert. Both ends belong to the range.
    public func alerts(at value: Double) -> Bool { (value < first || value > last) != alertsInside }

    /// What a range looks like, for messages.
    public static let grammar = "a range such as 10, 10:, ~:10, 5:10 or @5:10"

    private static func number(_ text: Substring) -> Double? {
        let isDecimal = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2e || $0 == 0x2d }
        return isDecimal ? Double(text) : nil
    }
}

/// When a value is a WARNING, and when it is CRITICAL.
public struct Thresholds: Hashable, Sendable {
    /// `nil` for never.
    public var warning: AlertRange?
    /// `nil` for never.
    public var critical: AlertRange?

    /// Thresholds that never alert, unless ranges are given.
    public init(warning: AlertRange? = nil, critical: AlertRange? = nil) {
        self.warning = warning
        self.critical = critical
    }

    /// Whether there is no range.
    public var isEmpty: Bool { warning == nil && critical == nil }

    func level(of value: Double) -> VerdictLevel {
        if critical?.alerts(at: value) ?? false { return .critical }
        return warning?.alerts(at: value) ?? false ? .warning : .ok
    }
}
