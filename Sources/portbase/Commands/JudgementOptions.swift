import ArgumentParser
import Baseline
import PortCore

/// What is asked of the states, and when numbers are an alert. Any of these but the times judges by states.
struct JudgementOptions: ParsableArguments {
    @Flag(help: "Every port has to be open: CRITICAL when one is not.")
    var requireAll = false

    @Flag(help: "One port of each host has to be open: CRITICAL when none is.")
    var requireAny = false

    @Option(help: ArgumentHelp("So many ports of each host have to be open, else CRITICAL.", valueName: "count"))
    var requireOpenCount: Int?

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Ports and services that have to be closed: an open one is CRITICAL. Repeats.", valueName: "list"))
    var expectClosed: [String] = []

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("WARNING when the number of problem ports is outside this range.", valueName: "range"),
        transform: JudgementOptions.range)
    var warning: AlertRange?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("CRITICAL when the number of problem ports is outside this range.", valueName: "range"),
        transform: JudgementOptions.range)
    var critical: AlertRange?

    @Option(
        help: ArgumentHelp("WARNING when the slowest connection takes seconds outside this range.", valueName: "range"),
        transform: JudgementOptions.range)
    var timeWarning: AlertRange?

    @Option(
        help: ArgumentHelp(
            "CRITICAL when the slowest connection takes seconds outside this range.", valueName: "range"),
        transform: JudgementOptions.range)
    var timeCritical: AlertRange?

    func validate() throws {
        if let requireOpenCount, requireOpenCount < 1 {
            throw ValidationError("--require-open-count takes a number above 0.")
        }
    }

    /// Whether the flags ask for states, so that a baseline is not what the run is judged by.
    var isOfStates: Bool {
        requireAll || requireAny || requireOpenCount != nil || !expectClosed.isEmpty || warning != nil
            || critical != nil
    }

    /// The demand that the flags make. `--require-all` wins, as with check_ports.py, then the larger count.
    func demand(_ services: () throws(PortError) -> ServiceTable) throws(PortError) -> StateDemand {
        var demand = StateDemand()
        if requireAll {
            demand.rule = .all
        } else if let count = requireOpenCount ?? (requireAny ? 1 : nil) {
            demand.rule = .atLeast(count)
        }
        if !expectClosed.isEmpty {
            demand.expectedClosed = try PortSelection(ports: expectClosed, services: [], table: services).all
        }
        demand.problems = Thresholds(warning: warning, critical: critical)
        demand.connectSeconds = Thresholds(warning: timeWarning, critical: timeCritical)
        return demand
    }

    @Sendable private static func range(_ text: String) throws -> AlertRange {
        guard let range = AlertRange(text) else { throw ValidationError("Give \(AlertRange.grammar).") }
        return range
    }
}
