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
        let elapsed = now.milliseconds - startedAt.milliseconds
        guard isShown, elapsed >= Self.quietMilliseconds else { return }
        hasWritten = true
        try? output.write("\r\u{1B}[K" + Self.text(progress, elapsedMilliseconds: elapsed))
    }

    /// Takes the line away again.
    mutating func clear() {
        guard hasWritten else { return }
        hasWritten = false
        try? output.write("\r\u{1B}[K")
    }

    /// `12/256 hosts · 3,400/65,535 ports · 1,700/s · 0:36 left`.
    static func text(_ progress: ProbeProgress, elapsedMilliseconds: Int64) -> String {
        let rate = Int64(progress.endpointsDone) * 1000 / max(1, elapsedMilliseconds)
        let rest = Int64(progress.endpoints - progress.endpointsDone)
        let left = rate > 0 ? "\(rest / rate / 60):\(twoDigits(rest / rate % 60)) left" : "time left unknown"
        return "\(progress.hostsDone)/\(progress.hosts) hosts · "
            + "\(grouped(progress.endpointsDone))/\(grouped(progress.endpoints)) ports · "
            + "\(grouped(Int(rate)))/s · \(left)"
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
