import Baseline
import PortCore

/// A check as lines of check_ports.py's log. Times are UTC.
struct CheckLog {
    /// The command line.
    let command: [String]
    let startedAt: Timestamp
    let finishedAt: Timestamp
    let verdict: Verdict
    /// `nil` when the check found out nothing.
    let report: CheckReport?
    let requiresAll: Bool
    let requiresAny: Bool
    let hidesOpen: Bool

    var lines: [String] {
        let message = Self.quoted(verdict.message)
        return [Self.line(startedAt, "START", start)]
            + ports.map { Self.line(finishedAt, "PORT", $0) }
            + [
                Self.line(finishedAt, "RESULT", "state=\(verdict.level.rawValue) message=\(message)"),
                Self.line(finishedAt, "END"),
            ]
    }

    /// `2026-05-03 12:00:00; [END]`.
    static func line(_ time: Timestamp, _ kind: String, _ text: String = "") -> String {
        let moment = time.text.dropLast().split(separator: "T").joined(separator: " ")
        return "\(moment); [\(kind)]" + (text.isEmpty ? "" : " \(text)")
    }

    private var start: String {
        func flag(_ value: Bool) -> String { value ? "True" : "False" }
        func list(_ ports: PortSet?) -> String {
            "[\((ports ?? PortSet()).values.map(String.init).joined(separator: ", "))]"
        }
        let request = report?.request
        let hosts = report?.findings.entries.map(\.host.description).joined(separator: ",") ?? ""
        let timeout = request.map { Self.seconds($0.timing.timeoutMilliseconds) } ?? ""
        return "cmd=\(Self.quoted(command.joined(separator: " "))) host=\(hosts) "
            + "ports_explicit=\(list(request?.ports.explicit)) ports_service=\(list(request?.ports.fromServices)) "
            + "ports_all=\(list(request?.ports.all)) timeout=\(timeout) require_all=\(flag(requiresAll)) "
            + "require_any=\(flag(requiresAny)) fail_only=\(flag(hidesOpen))"
    }

    /// An endpoint a line, in the order of all outputs.
    private var ports: [String] {
        (report?.results ?? []).flatMap { result in
            zip(result.ports.values, result.outcomes)
                .filter { !(hidesOpen && $1.state == .open) }
                .map { "host=\(result.host) port=\($0) status=\($1.reason.status)" }
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"\(Visible.text(text).replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }

    /// Milliseconds as the shortest number of seconds: `5`, `2.5`.
    private static func seconds(_ milliseconds: Int) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)" : "\(Double(milliseconds) / 1000)"
    }
}
