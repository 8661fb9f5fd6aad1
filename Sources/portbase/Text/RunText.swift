import Baseline
import PortCore

/// Tables of runs and baselines, and one run in full, for people.
enum RunText {
    static func table(_ runs: [Run], baselines: Set<Int64>, style: Style) -> String {
        var table = TextTable([
            "RUN", "CHECK", "STARTED", "SECONDS", "HOSTS", "OPEN", "CLOSED", "FILTERED", "DIGEST", "",
        ])
        for run in runs {
            table.add([
                .init("\(run.id)"), .init("\(run.check)"), .init(run.startedAt.text), .init(seconds(run)),
                .init(run.counts.hosts), .init(run.counts.open), .init(run.counts.closed),
                .init(run.counts.filtered), .init(run.digest.short),
                .init(baselines.contains(run.id) ? "baseline" : "", .green),
            ])
        }
        return table.text(style)
    }

    static func table(_ versions: [BaselineVersion], style: Style) -> String {
        var table = TextTable(["CHECK", "VERSION", "RUN", "SET", "BY", "TICKET", "REASON"])
        for version in versions {
            table.add([
                .init("\(version.check)"), .init(version.version), .init("\(version.run.id)"),
                .init(version.recordedAt.text), .init(who(version)),
                .init(version.ticket ?? "-"), .init(version.reason),
            ])
        }
        return table.text(style)
    }

    /// `op@probe1`, or `alice (op@probe1)` where somebody else than the user was named.
    private static func who(_ version: BaselineVersion) -> String {
        let user = "\(version.user)@\(version.vantage)"
        return version.person.map { "\($0) (\(user))" } ?? user
    }

    /// Everything about one run: what was asked, and the state of every endpoint with its reason.
    static func full(_ run: Run, _ request: CheckRequest, _ findings: Findings, style: Style) -> String {
        var facts = TextTable()
        func add(_ name: String, _ value: String) { facts.add([.init(name, .dim), .init(value)]) }
        add("run", "\(run.id) of \(run.check) (request \(run.requestVersion))")
        add("digest", "\(run.digest)")
        add("started", "\(run.startedAt.text), took \(seconds(run)) s")
        add("probed by", "\(run.context.user)@\(run.context.vantage), portbase \(run.context.version)")
        add("ports", request.ports.explicit.isEmpty ? "none by number" : request.ports.explicit.joined(by: ", "))
        let services = request.ports.services.map { "\($0.name) (\($0.ports.joined(by: ", ")))" }
        add("services", services.isEmpty ? "none" : services.joined(separator: ", "))
        add(
            "timeout",
            "\(decimal(request.timing.timeoutMilliseconds)) s, \(request.timing.retries) \(request.timing.retries == 1 ? "retry" : "retries")"
        )
        if run.times.count > 0 {
            let times = run.times
            add(
                "answers",
                "\(times.count) in \(times.minimum) to \(times.maximum) µs, median \(times.median), 95 % within \(times.percentile95)"
            )
        }
        if let banners = findings.banners {
            add("banners", "\(banners.values.reduce(0) { $0 + $1.count }) at \(run.counts.open) open ports")
        }
        var hosts = TextTable(["HOST", "STATE", "PORTS", "REASON"])
        for entry in findings.entries {
            let address = entry.address.map { " (\($0))" } ?? ""
            for (index, found) in findings.reasons(at: entry).enumerated() {
                hosts.add([
                    .init(index == 0 ? "\(entry.host)\(address)" : ""),
                    .init(found.reason.state.rawValue, color(found.reason.state)),
                    .init(found.ports.joined(by: ", ")), .init(found.reason.rawValue, .dim),
                ])
            }
        }
        let banners = BannerText.table(findings, style: style)
        return facts.text(style) + "\n" + hosts.text(style) + (banners.isEmpty ? "" : "\n" + banners)
    }

    private static func color(_ state: PortState) -> Style.Color {
        switch state {
        case .open: .green
        case .closed: .dim
        case .filtered: .yellow
        }
    }

    private static func seconds(_ run: Run) -> String {
        decimal(Int(run.finishedAt.milliseconds - run.startedAt.milliseconds))
    }

    /// Milliseconds as seconds with three decimals.
    private static func decimal(_ milliseconds: Int) -> String {
        let fraction = "\(1000 + milliseconds % 1000)".dropFirst()
        return "\(milliseconds / 1000).\(fraction)"
    }
}
