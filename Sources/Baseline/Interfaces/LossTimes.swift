import PortCore

/// The time in which a cause is looked for: a port was open at one run, and no longer at a later one.
struct CorrelationWindow: Hashable {
    /// The end of the last run that found it open.
    let open: Timestamp
    /// The end of the first run that did not.
    let gone: Timestamp
    /// The first run from which on the check found something else again; `nil` when what it found still holds.
    let until: Timestamp?

    func contains(_ time: Timestamp) -> Bool { time > open && (until.map { time < $0 } ?? true) }
}

/// When each port was lost between two runs that may have others between them: a cause that came later is none.
struct LossTimes {
    /// Of the two runs: for ports of which no more is known.
    private let whole: CorrelationWindow
    private var known: [Host: [(window: CorrelationWindow, ports: PortSet)]] = [:]

    init(_ whole: CorrelationWindow) {
        self.whole = whole
    }

    /// Notes the ports that were closed or lost in `drift`, from one run to the next. The last time counts.
    mutating func note(_ drift: Drift, in window: CorrelationWindow) {
        for host in drift.hosts {
            let gone = PortSet(host.changes.filter { $0.kind == .closed || $0.kind == .lost }.map(\.ports))
            guard !gone.isEmpty else { continue }
            known[host.host] =
                known[host.host, default: []].map { ($0.window, $0.ports.subtracting(gone)) } + [(window, gone)]
        }
    }

    /// When ports of `host` were lost, in the order of time; together they are all ports.
    func windows(of host: Host) -> [(window: CorrelationWindow, ports: PortSet)] {
        let mine = known[host, default: []]
        let rest = mine.reduce(PortSet.all) { $0.subtracting($1.ports) }
        return mine + [(whole, rest)]
    }
}
