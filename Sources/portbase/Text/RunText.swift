import Baseline
import PortCore

/// Tables of runs, and one run or derived snapshot in full, for people.
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

    /// Everything about one snapshot: what was asked, and the state of every endpoint with its reason.
    static func full(_ recorded: Recorded, _ request: CheckRequest, _ findings: Findings, style: Style) -> String {
        var facts = TextTable()
        func add(_ name: String, _ value: String) { facts.add([.init(name, .dim), .init(value)]) }
        switch recorded {
        case .run(let run):
            add("run", "\(run.id) of \(run.check) (request \(run.requestVersion))")
            add("digest", "\(run.digest)")
            add("started", "\(run.startedAt.text), took \(seconds(run)) s")
            add("probed by", "\(run.context.user)@\(run.context.vantage), portbase \(run.context.version)")
        case .derived(let version):
            add(
                "baseline",
                "\(version.version) of \(version.check), which has a part of the drift to run \(version.run.id)")
            add("digest", "\(version.digest)")
            add("accepted", "\(version.recordedAt.text) by \(BaselineText.who(version))")
        }
        add("ports", request.ports.explicit.isEmpty ? "none by number" : request.ports.explicit.joined(by: ", "))
        let services = request.ports.services.map { "\($0.name) (\($0.ports.joined(by: ", ")))" }
        add("services", services.isEmpty ? "none" : services.joined(separator: ", "))
        let timing = request.timing
        add(
            "timeout",
            "\(decimal(timing.timeoutMilliseconds)) s, \(timing.retries) \(timing.retries == 1 ? "retry" : "retries"), "
                + "\(timing.confirmations) \(timing.confirmations == 1 ? "confirmation" : "confirmations")")
        if case .run(let run) = recorded, run.times.count > 0 {
            let times = run.times
            add(
                "answers",
                "\(times.count) in \(times.minimum) to \(times.maximum) µs, median \(times.median), 95 % within \(times.percentile95)"
            )
        }
        if let banners = findings.banners {
            add(
                "banners",
                "\(banners.values.reduce(0) { $0 + $1.count }) at \(findings.snapshot.count(.open)) open ports")
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
        let sections = [UnstableText.lines(findings, style: style), BannerText.table(findings, style: style)]
        return facts.text(style) + "\n" + hosts.text(style)
            + sections.filter { !$0.isEmpty }.map { "\n" + $0 }.joined()
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
