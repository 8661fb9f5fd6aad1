public import PortCore

/// Which ports were lost or closed together with an interface or address that went down, from one run to another.
public struct Correlation: Sendable {
    /// What became of the interface behind a port.
    public enum Outcome: String, CaseIterable, Sendable {
        /// It went down.
        case down
        /// It is up, and has the address no longer.
        case addressGone = "address-gone"
        /// It was up.
        case up
        /// It was down, or without the address, already while the port was open.
        case before = "down-before"
        /// The reports do not tell whether it was up.
        case stateUnknown = "state-unknown"
        /// Several machines have the address.
        case severalHosts = "several-hosts"
        /// The host was looked at, and none of its interfaces has the address.
        case noInterface = "no-interface"
        /// No report of the host was read in the time that matters.
        case notCovered = "not-covered"

        /// What can be concluded.
        public var conclusion: Conclusion {
            switch self {
            case .down, .addressGone: .cause
            case .up, .before: .noCause
            case .stateUnknown, .severalHosts, .noInterface, .notCovered: .unknown
            }
        }
    }

    /// Whether the interface or the address is the cause.
    public enum Conclusion: String, CaseIterable, Sendable {
        case cause
        case noCause = "no-cause"
        case unknown
    }

    /// What became of the interface that has or had an address.
    public struct Trace: Hashable, Sendable {
        public let outcome: Outcome
        /// The machine as its report names it.
        @Bytewise public private(set) var machine: String?
        @Bytewise public private(set) var interface: String?
        /// When it was last read otherwise, before it was down or without the address.
        public let otherwiseAt: Timestamp?
        /// When it was read so; the first time, where it was down or without the address.
        public let readAt: Timestamp?

        init(
            _ outcome: Outcome, machine: String? = nil, interface: String? = nil, otherwiseAt: Timestamp? = nil,
            readAt: Timestamp? = nil
        ) {
            self.outcome = outcome
            self.machine = machine
            self.interface = interface
            self.otherwiseAt = otherwiseAt
            self.readAt = readAt
        }
    }

    /// Ports of one host that were lost or closed at one time, and what became of the interface behind them.
    public struct Finding: Hashable, Sendable {
        public let host: Host
        /// The address that was probed; `nil` for a name that led nowhere.
        public let address: IPAddress?
        /// The rows of kind `closed` and `lost`, by port.
        public let rows: [DriftRow]
        public let trace: Trace

        /// How many ports there are.
        public var portCount: Int { rows.reduce(0) { $0 + ($1.ports?.count ?? 0) } }
    }

    public let from: Run
    public let to: Run
    /// In host order, and for a host in the order of time.
    public let findings: [Finding]

    /// How many ports each conclusion has.
    public var counts: [Conclusion: Int] {
        findings.reduce(into: [:]) { $0[$1.trace.outcome.conclusion, default: 0] += $1.portCount }
    }
}

extension Correlation.Finding {
    /// The findings in `drift`, from what `history` holds for the time at which each port was lost.
    static func all(
        _ drift: Drift, evidence: [Host: Evidence], history: InterfaceHistory, losses: LossTimes
    ) -> [Self] {
        let rows = DriftRow.rows(drift, evidence: evidence).filter { $0.kind == .closed || $0.kind == .lost }
        let byHost = Dictionary(grouping: rows, by: \.host)
        return drift.hosts.flatMap { host in
            losses.windows(of: host.host).compactMap { window, ports in
                let mine = byHost[host.host, default: []].flatMap { $0.parts(in: ports) }
                guard !mine.isEmpty else { return nil }
                let (address, trace) = trace(host, history, window)
                return Self(host: host.host, address: address, rows: mine, trace: trace)
            }
        }
    }

    /// A name may lead elsewhere by now: the address where its ports were open counts first.
    private static func trace(
        _ drift: HostDrift, _ history: InterfaceHistory, _ window: CorrelationWindow
    ) -> (IPAddress?, Correlation.Trace) {
        let addresses: [IPAddress] =
            if case .address(let address) = drift.host {
                [address]
            } else {
                [drift.oldAddress, drift.newAddress].compactMap { $0 }
            }
        let traces = addresses.map { ($0, history.trace($0, of: drift.host, in: window)) }
        return traces.first { $0.1.outcome.conclusion == .cause } ?? traces.first
            ?? (nil, Correlation.Trace(.notCovered))
    }
}
