/// Numbers, amounts, durations and lists as people read them: the one form of each, in all text and in messages.
public enum Wording {
    /// The digits in groups of three: `65,535`. Ports, runs and versions are names, and stay as they are.
    public static func number(_ number: some BinaryInteger) -> String {
        var text = ""
        for (index, digit) in "\(number.magnitude)".reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + String(text.reversed())
    }

    /// `1 run`, `1,200 runs`.
    ///
    /// - Parameter things: the plural of `thing`; `nil` for the one with an s.
    public static func count(_ number: some BinaryInteger, _ thing: String, _ things: String? = nil) -> String {
        "\(Self.number(number)) \(number == 1 ? thing : things ?? thing + "s")"
    }

    /// `34 µs` or `12.5 ms`, and from a second on as milliseconds are.
    public static func duration(microseconds: some BinaryInteger) -> String {
        if microseconds < 1000 { return "\(microseconds) µs" }
        guard microseconds < 1_000_000 else { return duration(milliseconds: microseconds / 1000) }
        return "\(thousandths(Int64(microseconds))) ms"
    }

    /// Exact below a minute, `250 ms` or `2.5 s`; else in the two largest units: `5 min 0 s`, `3 d 4 h`.
    public static func duration(milliseconds: some BinaryInteger) -> String {
        let milliseconds = Int64(milliseconds)
        if milliseconds < 1000 { return "\(milliseconds) ms" }
        if milliseconds < 60_000 { return "\(thousandths(milliseconds)) s" }
        let units: [(name: String, length: Int64)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000),
        ]
        let index = units.firstIndex { milliseconds >= $0.length } ?? 2
        let (large, small) = (units[index], units[index + 1])
        return
            "\(milliseconds / large.length) \(large.name) \(milliseconds % large.length / small.length) \(small.name)"
    }

    /// The same for a time that passed; `nil` is not known, since the clock was set back meanwhile.
    public static func elapsed(milliseconds: Int64?) -> String {
        milliseconds.map { duration(milliseconds: $0) } ?? "not known"
    }

    /// A number of thousandths as a decimal without zeros at its end: `2.5`.
    private static func thousandths(_ number: Int64) -> String {
        var fraction = "\(1000 + number % 1000)".dropFirst()
        while fraction.last == "0" { fraction.removeLast() }
        return "\(number / 1000)" + (fraction.isEmpty ? "" : ".\(fraction)")
    }

    /// How many items of a list are shown.
    static let listLimit = 8

    /// Keeps a line readable in a pager: the first few items, and how many more there are.
    public static func list(_ items: [String], separator: String, of things: String) -> String {
        let shown = items.prefix(listLimit).joined(separator: separator)
        guard items.count > listLimit else { return shown }
        return "\(shown)\(separator)and \(number(items.count - listLimit)) more \(things)"
    }
}
