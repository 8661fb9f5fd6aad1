import Baseline
import PortCore

/// Tables of runs, and one run or derived snapshot in full, for people.
enum RunText {
    static func table(_ runs: [Run], baselines: Set<Int64>, style: Style) -> String {
        var table = TextTable([
            "RUN", "CHECK", "FINISHED", "TOOK", "HOSTS", "OPEN", "CLOSED", "FILTERED", "DIGEST", "",
        ])
        for run in runs {
            table.add([
                .init("\(run.id)"), .init("\(run.check)"), .init(run.finishedAt.text), .init(took(run)),
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
            add("started", run.startedAt.text)
            add("finished", "\(run.finishedAt.text), took \(took(run))")
            add("probed by", "\(run.context.user)@\(run.context.vantage), portbase \(run.context.version)")
        case .derived(let version):
            add("baseline", "\(version.version) of \(version.check) (\(recorded.origin))")
            add("digest", "\(version.digest)")
            add("accepted", "\(version.recordedAt.text) by \(BaselineText.who(version))")
        }
        add("ports", request.ports.explicit.isEmpty ? "none" : request.ports.explicit.text)
        let services = request.ports.services.map { "\($0.name) (\($0.ports.text))" }
        add("services", services.isEmpty ? "none" : services.joined(separator: ", "))
        let timing = request.timing
        add(
            "timeout",
            Wording.duration(milliseconds: timing.timeoutMilliseconds) + ", "
                + Wording.count(timing.retries, "retry", "retries") + ", "
                + Wording.count(timing.confirmations, "confirmation")
                + (timing.confirmationMilliseconds == 0
                    ? "" : " over " + Wording.duration(milliseconds: timing.confirmationMilliseconds)))
        if case .run(let run) = recorded, run.times.count > 0 { add("answers", answers(run.times)) }
        if let banners = findings.banners {
            add(
                "banners",
                Wording.number(banners.values.reduce(0) { $0 + $1.count }) + " at "
                    + Wording.count(findings.snapshot.count(.open), "open port"))
        }
        var hosts = TextTable(["HOST", "STATE", "PORTS", "REASON"])
        for entry in findings.entries {
            let address = entry.address.map { " (\($0))" } ?? ""
            for (index, found) in findings.reasons(at: entry).enumerated() {
                hosts.add([
                    .init(index == 0 ? "\(entry.host)\(address)" : ""),
                    .init(found.reason.state.rawValue, color(found.reason.state)),
                    .init(found.ports.text), .init(found.reason.rawValue, .dim),
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

    private static func took(_ run: Run) -> String {
        Wording.elapsed(milliseconds: run.finishedAt.milliseconds(since: run.startedAt))
    }

    /// `3 from 34 µs to 41 µs, median 36 µs, 95 % within 41 µs`.
    private static func answers(_ times: AnswerTimes) -> String {
        func text(_ microseconds: Int) -> String { Wording.duration(microseconds: microseconds) }
        return "\(Wording.number(times.count)) from \(text(times.minimum)) to \(text(times.maximum)), "
            + "median \(text(times.median)), 95 % within \(text(times.percentile95))"
    }
}
