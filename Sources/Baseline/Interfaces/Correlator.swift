public import PortCore

/// What is asked of `portbase correlate`.
public struct CorrelationOrder: Sendable {
    /// Which runs are compared.
    public enum Span: Sendable {
        /// One run with `from`, or else with its check's baseline, or else with the run before it.
        case run(RunReference, from: RunReference?)
        /// Every two consecutive runs of a check, or of each, of which the later was finished at that time or since.
        case since(Timestamp, of: CheckName?)
    }

    public let span: Span
    /// The files that were read now.
    public let files: [InterfaceReading]
    public let map: InterfaceMap

    public init(_ span: Span, files: [InterfaceReading], map: InterfaceMap) {
        self.span = span
        self.files = files
        self.map = map
    }
}

/// Carries out one correlation: records the reports that are new, and holds drift against all that were read.
public struct Correlator {
    private let databasePath: String
    private let vantage: String
    private let user: String
    private let signingKey: SigningKey?
    private let cancellation: Cancellation

    /// - Parameters:
    ///   - vantage: the machine that reads the files, for the record.
    ///   - user: who reads them.
    ///   - signingKey: what signs their entries in the ledger; `nil` to leave them unsigned.
    public init(
        databasePath: String, vantage: String, user: String, signingKey: SigningKey? = nil, cancellation: Cancellation
    ) {
        self.databasePath = databasePath
        self.vantage = vantage
        self.user = user
        self.signingKey = signingKey
        self.cancellation = cancellation
    }

    /// The correlations that `order` asks for, by the numbers of their runs. Of several, those in which no port was
    /// closed or lost are left out.
    ///
    /// - Throws: `InterfaceError` when nothing can be concluded from a file; nothing is recorded then. `StoreError`.
    public func run(_ order: CorrelationOrder) throws -> [Correlation] {
        try order.map.check(order.files)
        let store = try Store(reading: databasePath, cancellation: cancellation)
        let pairs = try pairs(order.span, store)
        try order.map.checkUse(in: order.files + store.interfaceReadings())
        if !order.files.isEmpty {
            try Store(recordingIn: databasePath, signingKey: signingKey, cancellation: cancellation)
                .record(order.files, vantage: vantage, user: user)
        }
        let history = InterfaceHistory(try store.interfaceReadings().compactMap { $0.mapped(by: order.map) })
        var correlations: [Correlation] = []
        for (from, to) in pairs {
            let (drift, evidence) = try store.drift(from: from, to: to)
            if case .run = order.span { try store.requireCommon(drift, from: .run(from), to: .run(to)) }
            let findings = Correlation.Finding.all(
                drift, evidence: evidence, history: history, losses: try losses(from, to, store))
            correlations.append(Correlation(from: from, to: to, findings: findings))
        }
        if case .run = order.span { return correlations }
        return correlations.filter { !$0.findings.isEmpty }
    }

    /// When ports were lost on the way from one run to the other.
    private func losses(_ from: Run, _ to: Run, _ store: Store) throws(StoreError) -> LossTimes {
        let until = try store.firstChange(after: to)
        func window(_ old: Run, _ new: Run) -> CorrelationWindow {
            CorrelationWindow(open: old.finishedAt, gone: new.finishedAt, until: until)
        }
        var losses = LossTimes(window(from, to))
        guard from.check == to.check else { return losses }
        for (old, new) in try store.changes(after: from, upTo: to) {
            losses.note(try store.drift(from: old, to: new).drift, in: window(old, new))
        }
        return losses
    }

    private func pairs(_ span: CorrelationOrder.Span, _ store: Store) throws(StoreError) -> [(from: Run, to: Run)] {
        switch span {
        case .since(let time, let name): return try store.changes(since: time, of: name)
        case .run(let reference, let from):
            let to = try store.run(reference)
            if let from { return [(try store.run(from), to)] }
            if let baseline = try store.baseline(of: to.check) {
                guard !baseline.isDerived else { throw .notProbed(baseline.recorded.name) }
                return [(baseline.run, to)]
            }
            guard let previous = try store.run(before: to) else {
                throw .noSuchRun(
                    reference: "\(reference)",
                    reason: "nothing to compare it with: it is the first run of its check, which has no baseline")
            }
            return [(previous, to)]
        }
    }
}
