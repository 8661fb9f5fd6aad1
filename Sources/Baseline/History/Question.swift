public import PortCore

/// What is asked of the recorded runs.
public struct Question: Sendable {
    /// The runs of this check; `nil` for all.
    public var check: CheckName?
    /// At these hosts; `nil` for all.
    public var hosts: HostPattern?
    /// At these ports; `nil` for all.
    public var ports: PortSet?
    /// What is asked.
    public var subject = Subject.states(at: .distantFuture)

    /// What is asked of hosts and ports.
    public enum Subject: Sendable {
        /// Which state they had, as the last run finished by then shows it.
        case states(at: Timestamp)
        /// Which states they had at any time between, as the runs show them.
        case spans(from: Timestamp, to: Timestamp)
        /// Which of these kinds of change the runs finished between first showed.
        case changes(Set<DriftKind>, from: Timestamp, to: Timestamp)
        /// What versions of baselines recorded between accepted, by ticket, in letters of either case, and by who set
        /// them; `nil` for any.
        case accepted(Set<DriftKind>, ticket: String?, by: String?, from: Timestamp, to: Timestamp)
    }

    /// Only this state, for the subjects that ask for states; `nil` for any.
    public var state: PortState?

    /// Everything that is known.
    public init() {}
}

extension Timestamp {
    /// Later than every run.
    public static let distantFuture = Timestamp(milliseconds: 253_402_300_799_999)
    /// Earlier than every run.
    public static let distantPast = Timestamp(milliseconds: 0)
}

/// What the recorded runs say to a question.
public struct Answers: Sendable {
    /// What was found: by check, host and port.
    public internal(set) var rows: [Answer] = []
    /// Whether any run covered some of what was asked. Where none did, nothing is known: not even that ports are closed.
    public internal(set) var isCovered = false
    /// What was asked for by number, and not covered by a run that covered the host.
    public internal(set) var uncovered: [(check: CheckName, host: Host, ports: PortSet)] = []
}

/// Ports of one host of which one thing is so.
public struct Answer: Hashable, Sendable {
    /// The check whose runs say so.
    public let check: CheckName
    /// The host.
    public let host: Host
    /// The ports.
    public let ports: PortSet
    /// The kind of change; `nil` where states were asked.
    public var kind: DriftKind?
    /// The state before a change.
    public var from: PortState?
    /// The state, or the one after a change; `nil` where the ports left the scope.
    public let state: PortState?
    /// The run that shows it: of a state at a time the one that decides, of a stretch or a change the first; of what was
    /// accepted the baseline's run.
    public let run: RunMark
    /// The last run of a stretch.
    public var last: RunMark?
    /// The version of the baseline that accepted a change.
    public var version: BaselineVersion?
}
