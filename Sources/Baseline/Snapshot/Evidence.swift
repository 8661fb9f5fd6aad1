public import PortCore

/// Why the filtered ports of a host are filtered. Kept beside the state, never part of a digest of states.
///
/// Open and closed ports need none: their reason is always `connected` or `refused`.
public struct Evidence: Hashable, Sendable {
    /// The reasons that occur, in their fixed order, each with its ports.
    public let reasons: [(reason: Reason, ports: PortSet)]

    /// The evidence in what a run found at one host.
    public init(_ result: HostResult) {
        reasons = result.reasons.filter { $0.reason.state == .filtered }
    }

    /// Whether no port of the host is filtered.
    public var isEmpty: Bool { reasons.isEmpty }

    /// One line a reason, the most frequent one as `*`.
    var lines: String { RestNotation.lines(reasons.map { ($0.reason.rawValue, $0.ports) }) }

    /// Reads what `lines` writes for a host whose filtered ports are `filtered`; `nil` for anything else.
    init?(lines: String, filtered: PortSet) {
        guard let sets = RestNotation.read(lines.split(separator: "\n"), scope: filtered) else { return nil }
        reasons = Reason.allCases.compactMap { reason in
            guard reason.state == .filtered else { return nil }
            return sets.first { $0.0 == reason.rawValue }.map { (reason, $0.1) }
        }
        // Unknown words were passed over, and the order or the rest may be another one.
        guard self.lines == lines else { return nil }
    }

    public static func == (left: Self, right: Self) -> Bool { left.lines == right.lines }

    public func hash(into hasher: inout Hasher) { hasher.combine(lines) }
}
