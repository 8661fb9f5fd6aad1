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
        show(now) { Self.share(done, total, things) + Self.pace(done, total, $0) }
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
        share(progress.hostsDone, progress.hosts, "hosts")
            + share(progress.endpointsDone, progress.endpoints, "ports")
            + pace(progress.endpointsDone, progress.endpoints, elapsedMilliseconds, bound: progress.bound)
    }

    private static func share(_ done: Int, _ total: Int, _ things: String) -> String {
        "\(Wording.number(done))/\(Wording.number(total)) \(things) · "
    }

    /// `1,700/s · 0:36 left`, or `0/s · at most 0:02 left` where silence ends before what the rate so far tells.
    private static func pace(
        _ done: Int, _ total: Int, _ elapsedMilliseconds: Int64, bound: Int? = nil
    ) -> String {
        let rate = Int64(done) * 1000 / max(1, elapsedMilliseconds)
        let byRate = rate > 0 ? Int64(total - done) / rate : nil
        let byBound = bound.map { (Int64($0) - elapsedMilliseconds + 999) / 1000 }.flatMap { $0 > 0 ? $0 : nil }
        let left =
            if let byBound, byBound < byRate ?? .max {
                "at most \(clock(byBound)) left"
            } else {
                byRate.map { "\(clock($0)) left" } ?? "time left unknown"
            }
        return "\(Wording.number(rate))/s · \(left)"
    }

    /// Seconds as `0:36`.
    private static func clock(_ seconds: Int64) -> String {
        "\(seconds / 60):" + (seconds % 60 < 10 ? "0" : "") + "\(seconds % 60)"
    }
}
