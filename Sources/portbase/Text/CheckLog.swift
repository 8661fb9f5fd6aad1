import Baseline
import PortCore

/// A check as lines of check_ports.py's log. Times are UTC.
struct CheckLog {
    /// How the check was asked to show what it found; the log names it.
    enum Mode: String {
        case json, verbose, quiet
    }

    /// What came of the check.
    enum Outcome {
        case done(CheckReport)
        /// Nothing was found out, for this reason.
        case refused(String)
    }

    /// The command line.
    let command: [String]
    /// The values of `--host`.
    let hosts: [String]
    let mode: Mode
    let startedAt: Timestamp
    let finishedAt: Timestamp
    let outcome: Outcome
    let requiresAll: Bool
    let requiresAny: Bool
    let hidesOpen: Bool

    var lines: [String] {
        switch outcome {
        case .done(let report):
            let result = "state=\(report.verdict.level.rawValue) message=\"\(mode.rawValue) output\""
            return [Self.line(startedAt, "START", start(report))]
                + ports(report).map { Self.line(finishedAt, "PORT", $0) }
                + drift(report).map { Self.line(finishedAt, "INFO", $0) }
                + [Self.line(finishedAt, "RESULT", result), Self.line(finishedAt, "END")]
        case .refused(let reason):
            let verdict = Verdict(level: .unknown, message: reason)
            let start =
                "\(CommandFamily.predecessor).py host=\(Visible.text(hosts.joined(separator: ","))) cmd=\(commandText)"
            let result = "state=\(verdict.level.rawValue) message=\(Self.quoted(verdict.line))"
            return [
                Self.line(startedAt, "START", start), Self.line(finishedAt, "RESULT", result),
                Self.line(finishedAt, "END"),
            ]
        }
    }

    /// `2026-05-03 12:00:00; [END]`.
    static func line(_ time: Timestamp, _ kind: String, _ text: String = "") -> String {
        let moment = time.text.dropLast().split(separator: "T").joined(separator: " ")
        return "\(moment); [\(kind)]" + (text.isEmpty ? "" : " \(text)")
    }

    private func start(_ report: CheckReport) -> String {
        func flag(_ value: Bool) -> String { value ? "True" : "False" }
        func list(_ ports: PortSet) -> String { "[\(ports.values.map(String.init).joined(separator: ", "))]" }
        let request = report.request
        let hosts = report.findings.entries.map(\.host.description).joined(separator: ",")
        return "cmd=\(commandText) host=\(hosts) ports_explicit=\(list(request.ports.explicit)) "
            + "ports_service=\(list(request.ports.fromServices)) ports_all=\(list(request.ports.all)) "
            + "timeout=\(Self.seconds(request.timing.timeoutMilliseconds)) require_all=\(flag(requiresAll)) "
            + "require_any=\(flag(requiresAny)) fail_only=\(flag(hidesOpen))"
    }

    /// An endpoint a line, in the order of all outputs.
    private func ports(_ report: CheckReport) -> [String] {
        report.results.flatMap { result in
            zip(result.ports.values, result.outcomes)
                .filter { !(hidesOpen && $1.state == .open) }
                .map { "host=\(result.host) port=\($0) status=\($1.reason.status)" }
        }
    }

    /// What the ports do not tell: the drift that the run was judged by.
    private func drift(_ report: CheckReport) -> [String] {
        report.comparison == nil ? [] : [Visible.text(report.verdict.message)]
    }

    /// The command line as a shell reads it.
    private var commandText: String { Self.quoted(command.map(Self.shellQuoted).joined(separator: " ")) }

    private static func shellQuoted(_ word: String) -> String {
        let isPlain = word.utf8.allSatisfy { byte in
            let scalar = Unicode.Scalar(byte)
            return scalar.isASCII
                && (scalar.properties.isAlphabetic || "0123456789@%+=:,./-_".unicodeScalars.contains(scalar))
        }
        return isPlain && !word.isEmpty ? word : "'\(word.replacing("'", with: "'\"'\"'"))'"
    }

    private static func quoted(_ text: String) -> String {
        "\"\(Visible.text(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    /// Milliseconds as the shortest number of seconds: `5`, `2.5`.
    private static func seconds(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)" : "\(Double(milliseconds) / 1000)"
    }
}
