import Baseline
import PortCore

/// The output of `portbase correlate` for people.
struct CorrelationText {
    let correlations: [Correlation]
    let style: Style

    var text: String {
        correlations.isEmpty
            ? "No port was closed or lost.\n" : correlations.map(section).joined(separator: "\n")
    }

    private func section(_ correlation: Correlation) -> String {
        var table = TextTable()
        for finding in correlation.findings {
            for kind in [DriftKind.closed, .lost] {
                let ports = PortSet(finding.rows.filter { $0.kind == kind }.compactMap(\.ports))
                guard !ports.isEmpty else { continue }
                let conclusion = finding.trace.outcome.conclusion
                table.add([
                    .init(kind.rawValue, Style.color(kind)), .init(finding.host.endpoint(ports.text)),
                    .init(Self.word(conclusion), conclusion == .cause ? .bold : .dim),
                    .init(Self.reason(finding)),
                ])
            }
        }
        return "\(correlation.from.title) → \(correlation.to.title)\n" + table.text(style) + summary(correlation)
    }

    private func summary(_ correlation: Correlation) -> String {
        let counts = correlation.counts
        guard !counts.isEmpty else { return "No port was closed or lost.\n" }
        let parts = Correlation.Conclusion.allCases.compactMap { conclusion in
            counts[conclusion].map {
                "\(Wording.number($0)) \(conclusion == .noCause ? "without such a cause" : Self.word(conclusion))"
            }
        }
        let total = counts.values.reduce(0, +)
        return "\(Wording.count(total, "port")) closed or lost: \(parts.joined(separator: ", ")).\n"
    }

    private static func word(_ conclusion: Correlation.Conclusion) -> String {
        switch conclusion {
        case .cause: "with its interface"
        case .noCause: "no such cause"
        case .unknown: "not known"
        }
    }

    private static func reason(_ finding: Correlation.Finding) -> String {
        let trace = finding.trace
        let address = DriftRow.text(finding.address)
        let machine = trace.machine ?? "the host"
        let interface = "\(trace.interface ?? "interface") of \(machine)"
        let read = trace.readAt.map { "as read at \($0.text)" } ?? ""
        let when = trace.otherwiseAt.map { "since between \($0.text) and \(trace.readAt?.text ?? "now")" } ?? read
        return switch trace.outcome {
        case .down: "\(interface) (\(address)) down \(when)"
        case .addressGone: "\(address) gone from \(interface) \(when)"
        case .up: "\(interface) (\(address)) up \(read)"
        case .before: "\(interface) (\(address)) was not up with it before, while the port was open, \(read)"
        case .stateUnknown: "\(interface) (\(address)): its report tells no state, \(read)"
        case .severalHosts: "several hosts have \(address)"
        case .noInterface: "no interface in the report of \(machine) has \(address), \(read)"
        case .notCovered: "not covered: no report of this host in that time"
        }
    }
}
