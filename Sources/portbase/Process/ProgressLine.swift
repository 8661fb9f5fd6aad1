import Baseline
import PortCore

/// The line that tells on a terminal how far a long run has come.
struct ProgressLine {
    private let output: Output
    private let isShown: Bool
    private let startedAt: Timestamp
    private var hasWritten = false

    /// Runs shorter than this show nothing.
    private static let quietMilliseconds: Int64 = 1000

    init(output: Output = .error, isShown: Bool, startedAt: Timestamp = .now()) {
        self.output = output
        self.isShown = isShown && output.isTerminal
        self.startedAt = startedAt
    }

    mutating func show(_ progress: ProbeProgress, now: Timestamp = .now()) {
        show(now) { Self.text(progress, elapsedMilliseconds: $0) }
    }

    /// Shows how many of `total` things, such as `entries`, are done.
    mutating func show(_ done: Int, of total: Int, _ things: String, now: Timestamp = .now()) {
        show(now) { "\(Self.grouped(done))/\(Self.grouped(total)) \(things) · " + Self.pace(done, total, $0) }
    }

    private mutating func show(_ now: Timestamp, _ text: (Int64) -> String) {
        let elapsed = now.milliseconds - startedAt.milliseconds
        guard isShown, elapsed >= Self.quietMilliseconds else { return }
        hasWritten = true
        try? output.write("\r\u{1B}[K" + text(elapsed))
    }

    /// Takes the line away again.
    mutating func clear() {
        guard hasWritten else { return }
        hasWritten = false
        try? output.write("\r\u{1B}[K")
    }

    /// `12/256 hosts · 3,400/65,535 ports · 1,700/s · 0:36 left`.
    static func text(_ progress: ProbeProgress, elapsedMilliseconds: Int64) -> String {
        "\(progress.hostsDone)/\(progress.hosts) hosts · "
            + "\(grouped(progress.endpointsDone))/\(grouped(progress.endpoints)) ports · "
            + pace(progress.endpointsDone, progress.endpoints, elapsedMilliseconds)
    }

    /// `1,700/s · 0:36 left`.
    private static func pace(_ done: Int, _ total: Int, _ elapsedMilliseconds: Int64) -> String {
        let rate = Int64(done) * 1000 / max(1, elapsedMilliseconds)
        let rest = Int64(total - done)
        let left = rate > 0 ? "\(rest / rate / 60):\(twoDigits(rest / rate % 60)) left" : "time left unknown"
        return "\(grouped(Int(rate)))/s · \(left)"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    /// A number with its digits in groups of three.
    static func grouped(_ number: Int) -> String {
        var text = ""
        for (index, digit) in "\(number)".reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return String(text.reversed())
    }
}
