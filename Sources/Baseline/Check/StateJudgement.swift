import PortCore

/// Judges a run by its states alone, in the words of check_ports.py.
struct StateJudgement {
    let hosts: [HostStatuses]
    let selection: PortSelection
    let demand: StateDemand

    init(_ findings: Findings, _ selection: PortSelection, _ demand: StateDemand) {
        hosts = findings.entries.map {
            HostStatuses(host: $0.host, findings.reasons(at: $0), expectedClosed: demand.expectedClosed)
        }
        self.selection = selection
        self.demand = demand
    }

    /// How many ports are not as they should be.
    var problemCount: Int { hosts.reduce(0) { $0 + $1.problemCount } }

    var verdict: Verdict {
        let level = level
        if let single = singlePort { return Verdict(level: level, message: single) }
        var parts: [String] = []
        if level == .ok || hosts.allSatisfy({ $0.problems.isEmpty }) {
            parts.append(openPorts(level))
        } else {
            parts += [shortOfCount, notOpen(level)].compactMap { $0 }
        }
        let unexpected = ports { $0.unexpected.isEmpty ? [] : [$0.unexpected] }
        if !unexpected.isEmpty { parts.append("open ports that should be closed: \(unexpected)") }
        let message = parts.joined(separator: "; ")
        // No part begins with a host's name, which would keep its case.
        return Verdict(level: level, message: message.prefix(1).uppercased() + message.dropFirst())
    }

    // MARK: Level

    private var level: VerdictLevel {
        let byRule = hosts.map(level).max() ?? .ok
        return demand.problems.isEmpty ? byRule : max(byRule, demand.problems.level(of: Double(problemCount)))
    }

    private func level(of host: HostStatuses) -> VerdictLevel {
        if !host.unexpected.isEmpty { return .critical }
        switch demand.rule {
        case .all: return host.problems.isEmpty ? .ok : .critical
        case .atLeast(let count): return host.open.count >= count ? .ok : .critical
        case .byState:
            guard demand.problems.isEmpty else { return .ok }
            return host.hasUnanswered ? .critical : host.closed.isEmpty ? .ok : .warning
        }
    }

    // MARK: Words

    /// The line for one port of one host, asked once: by number or by one name.
    private var singlePort: String? {
        let isAskedOnce = selection.services.count + (selection.explicit.isEmpty ? 0 : 1) == 1
        guard hosts.count == 1, isAskedOnce, selection.all.count == 1,
            let port = selection.all.ranges.first?.lowerBound
        else { return nil }
        let service = selection.service(of: port)
        let subject = service.map { "\($0) (\(port))" } ?? "Port \(port)"
        return "\(subject) \(hosts[0].stateOfItsPort)"
    }

    /// `All ports open: 22, 443`, or how many are and which are not.
    private func openPorts(_ level: VerdictLevel) -> String {
        let open = hosts.reduce(0) { $0 + $1.open.count }
        let wanted = hosts.reduce(0) { $0 + $1.wantedCount }
        let closed = demand.expectedClosed.isEmpty ? "" : "ports closed as expected: \(text(demand.expectedClosed))"
        let isAsExpected = hosts.allSatisfy(\.unexpected.isEmpty) && !closed.isEmpty
        if wanted == 0 { return isAsExpected ? "all \(closed)" : "no port has to be open" }
        var words = isAsExpected ? "; \(closed)" : ""
        if open < wanted { words = "; \(notOpen(level))" + words }
        switch (hosts.count, open == wanted) {
        case (1, true): return "all ports open: \(text(hosts[0].open))" + words
        case (_, true):
            return "all \(Wording.count(open, "port")) open on \(Wording.count(hosts.count, "host"))" + words
        case (1, false): return "\(Self.share(open, of: wanted)): \(text(hosts[0].open))" + words
        case (_, false): return "\(Self.share(open, of: wanted)) on \(Wording.count(hosts.count, "host"))" + words
        }
    }

    /// What was asked for by number, where it was missed.
    private var shortOfCount: String? {
        guard case .atLeast(let count) = demand.rule, count > 1 else { return nil }
        let missed = listed { host in
            guard host.open.count < count else { return nil }
            return Self.share(host.open.count, of: host.wantedCount) + (hosts.count == 1 ? "" : " on \(host.host)")
        }
        return missed.isEmpty ? nil : "\(missed), at least \(Wording.number(count)) required"
    }

    /// `3 of 4 ports open`.
    private static func share(_ open: Int, of wanted: Int) -> String {
        "\(Wording.number(open)) of \(Wording.count(wanted, "port")) open"
    }

    /// The problem ports of all hosts, with what they are in a word: where they are an error, or not all of them
    /// closed, it is that of check_ports.py for both.
    private func notOpen(_ level: VerdictLevel) -> String {
        let word = level == .critical || hosts.contains(where: \.hasUnanswered) ? "problem" : "closed"
        return "\(word) ports: \(ports(\.problems))"
    }

    /// Ports of each host: in the words of check_ports.py, which knows one host, or as endpoints of several.
    private func ports(_ sets: (HostStatuses) -> [PortSet]) -> String {
        listed { host in
            let sets = sets(host)
            guard !sets.isEmpty else { return nil }
            return hosts.count == 1
                ? sets.map(text).joined(separator: ", ") : host.host.endpoint(sets.map(\.text).joined(separator: ","))
        }
    }

    /// What `text` says of each host.
    private func listed(_ text: (HostStatuses) -> String?) -> String {
        Wording.list(hosts.compactMap(text), separator: "; ", of: "hosts")
    }

    /// Each port by itself as check_ports.py does; as ranges where that would be a line nobody reads.
    private func text(_ ports: PortSet) -> String {
        ports.count <= 100 ? ports.values.map { "\($0)" }.joined(separator: ", ") : ports.joined(by: ", ")
    }
}

/// The ports of one host by the words of check_ports.py; those that are to be closed stand apart.
struct HostStatuses {
    let host: Host
    private(set) var open = PortSet()
    private(set) var closed = PortSet()
    private(set) var timeout = PortSet()
    private(set) var unreachable = PortSet()
    /// Ports that are open and should be closed.
    private(set) var unexpected = PortSet()
    /// Ports that should be closed and are not open.
    private var asExpected = PortSet()

    init(host: Host, _ reasons: [(ports: PortSet, reason: Reason)], expectedClosed: PortSet) {
        self.host = host
        for (ports, reason) in reasons {
            let (wanted, unwanted) = (ports.subtracting(expectedClosed), ports.intersection(expectedClosed))
            switch reason.status {
            case "open":
                open = wanted
                unexpected = unwanted
            case "closed": closed = wanted
            case "timeout": timeout = wanted
            default: unreachable = unreachable.union(wanted)
            }
            if reason.state != .open { asExpected = asExpected.union(unwanted) }
        }
    }

    var hasUnanswered: Bool { !timeout.isEmpty || !unreachable.isEmpty }

    /// What should be open and is not, in the order of check_ports.py: the worst first.
    var problems: [PortSet] { [unreachable, timeout, closed].filter { !$0.isEmpty } }

    var problemCount: Int { problems.reduce(unexpected.count) { $0 + $1.count } }

    /// How many ports should be open.
    var wantedCount: Int { problems.reduce(open.count) { $0 + $1.count } }

    /// What is said of the only port of a check.
    var stateOfItsPort: String {
        if !unexpected.isEmpty { return "is open and should be closed" }
        if !asExpected.isEmpty { return "is not open, as expected" }
        return !open.isEmpty
            ? "is open" : !closed.isEmpty ? "is closed" : !timeout.isEmpty ? "timed out" : "is unreachable"
    }
}
