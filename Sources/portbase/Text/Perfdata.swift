import Baseline

/// The numbers of a check as performance data of a monitoring plugin (Monitoring Plugins guidelines, "Performance
/// data"): `label=value[unit];warn;crit;min;max`, with a space between items.
struct Perfdata {
    let report: CheckReport
    let counted: Set<DriftKind>

    var text: String {
        let ports = report.findings.snapshot.endpointCount
        let counts = report.statusCounts
        var items = ["open", "closed", "timeout", "unreachable"].map { status in
            Self.item(status, "\(counts[status, default: 0])", maximum: "\(ports)")
        }
        items.append(Self.item("problems", "\(report.problemCount)", report.demand.problems, maximum: "\(ports)"))
        if let drift = report.driftCount(counted) { items.append(Self.item("drift", "\(drift)")) }
        let times = report.connectTimes
        func seconds(_ microseconds: Int) -> String { times.count == 0 ? "U" : Self.seconds(microseconds) + "s" }
        items += [
            Self.item("connect_min", seconds(times.minimum)), Self.item("connect_median", seconds(times.median)),
            Self.item("connect_max", seconds(times.maximum), report.demand.connectSeconds),
            // The clock may have been set back meanwhile.
            Self.item(
                "duration",
                report.finishedAt.milliseconds(since: report.startedAt).map { Self.seconds(1000 * Int($0)) + "s" }
                    ?? "U"),
        ]
        return items.joined(separator: " ")
    }

    private static func item(
        _ label: String, _ value: String, _ thresholds: Thresholds = Thresholds(), maximum: String = ""
    ) -> String {
        let fields = [
            value, thresholds.warning?.description ?? "", thresholds.critical?.description ?? "", "0", maximum,
        ]
        let last = fields.lastIndex { !$0.isEmpty } ?? 0
        return "\(label)=" + fields[...last].joined(separator: ";")
    }

    /// Microseconds as seconds with six decimals.
    private static func seconds(_ microseconds: Int) -> String {
        "\(microseconds / 1_000_000)." + "\(1_000_000 + microseconds % 1_000_000)".dropFirst()
    }
}
