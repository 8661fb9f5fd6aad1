public import PortCore

/// Why the filtered ports of a host are filtered, and which of its ports were unstable. Kept beside the state, never
/// part of a digest of states.
///
/// Open and closed ports need no reason: theirs is always `connected` or `refused`.
public struct Evidence: Hashable, Sendable {
    /// The reasons that occur, in their fixed order, each with its ports.
    public let reasons: [(reason: Reason, ports: PortSet)]
    /// What was unstable: no port twice, the fewest looks first, then the least dissent.
    public let unstable: [Instability]

    /// The evidence in what a run found at one host.
    public init(_ result: HostResult) {
        reasons = result.reasons.filter { $0.reason.state == .filtered }
        unstable = Instability.all(in: result)
    }

    /// Whether no port of the host is filtered or was unstable.
    public var isEmpty: Bool { reasons.isEmpty && unstable.isEmpty }

    /// One line a reason, the most frequent one as `*`; then one for each kind of instability.
    var lines: String {
        RestNotation.lines(reasons.map { ($0.reason.rawValue, $0.ports) })
            + unstable.map { "\($0.line)\n" }.joined()
    }

    /// Reads what `lines` writes for a host with these `states`; `nil` for anything else.
    init?(lines: String, states: PortStates) {
        let all = lines.split(separator: "\n")
        let count = all.prefix { !$0.hasPrefix(Instability.word) }.count
        let filtered = states[.filtered]
        let sets = filtered.isEmpty && count == 0 ? [] : RestNotation.read(all.prefix(count), scope: filtered)
        guard let sets else { return nil }
        reasons = Reason.allCases.compactMap { reason in
            guard reason.state == .filtered else { return nil }
            return sets.first { $0.0.hasBytes(of: reason.rawValue) }.map { (reason, $0.1) }
        }
        var scope = states.scope
        var unstable: [Instability] = []
        for line in all.dropFirst(count) {
            guard let instability = Instability(line: line, scope: scope) else { return nil }
            scope = scope.subtracting(instability.ports)
            unstable.append(instability)
        }
        let areInOrder = zip(unstable, unstable.dropFirst()).allSatisfy {
            ($0.looks, $0.dissent) < ($1.looks, $1.dissent)
        }
        self.unstable = unstable
        // Unknown words were passed over, and the order or the rest may be another one.
        guard areInOrder, self.lines.hasBytes(of: lines) else { return nil }
    }

    public static func == (left: Self, right: Self) -> Bool { left.lines.hasBytes(of: right.lines) }

    public func hash(into hasher: inout Hasher) { hasher.combine(Bytewise(lines)) }
}
