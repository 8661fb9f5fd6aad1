public import PortCore

/// The state of every port in a host's scope.
public struct PortStates: Hashable, Sendable {
    private var open = PortSet()
    private var closed = PortSet()
    private var filtered = PortSet()

    /// The states of no port: an empty scope.
    public init() {}

    /// The ports that have `state`. Setting it does not take the ports out of another state.
    public subscript(state: PortState) -> PortSet {
        get {
            switch state {
            case .open: open
            case .closed: closed
            case .filtered: filtered
            }
        }
        set {
            switch state {
            case .open: open = newValue
            case .closed: closed = newValue
            case .filtered: filtered = newValue
            }
        }
    }

    /// Every port that has a state.
    public var scope: PortSet { open.union(closed).union(filtered) }

    /// The canonical lines: states in the fixed order, the most frequent one as `*`, absent ones left out.
    var lines: String {
        RestNotation.lines(PortState.allCases.map { ($0.rawValue, self[$0]) })
    }

    /// Reads what `lines` writes for a host whose ports are `scope`; `nil` for anything else.
    init?(lines: some Sequence<Substring>, scope: PortSet) {
        guard let sets = RestNotation.read(lines, scope: scope) else { return nil }
        for (word, ports) in sets {
            guard let state = PortState(rawValue: word) else { return nil }
            self[state] = ports
        }
    }
}

/// Lines of `word ports` that share out a scope, the largest share written `*`: the rest of the scope.
enum RestNotation {
    /// One line for each set that is not empty, in the order given; a tie for the largest goes to the first.
    static func lines(_ sets: [(String, PortSet)]) -> String {
        let present = sets.filter { !$0.1.isEmpty }
        let largest = present.map(\.1.count).max()
        var hasRest = false
        return present.reduce(into: "") { text, set in
            let isRest = !hasRest && set.1.count == largest
            hasRest = hasRest || isRest
            text += "\(set.0) \(isRest ? "*" : set.1.text)\n"
        }
    }

    /// The sets that `lines` says, or `nil` when they do not share out `scope` exactly.
    static func read(_ lines: some Sequence<Substring>, scope: PortSet) -> [(String, PortSet)]? {
        var sets: [(String, PortSet)] = []
        var rest = scope
        var restIndex: Int?
        for line in lines {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, !sets.contains(where: { $0.0.hasBytes(of: parts[0]) }) else { return nil }
            if parts[1].hasBytes(of: "*") {
                guard restIndex == nil else { return nil }
                restIndex = sets.count
                sets.append((String(parts[0]), PortSet()))
            } else {
                guard let ports = PortSet(canonical: parts[1]), ports.subtracting(rest).isEmpty else { return nil }
                rest = rest.subtracting(ports)
                sets.append((String(parts[0]), ports))
            }
        }
        guard let restIndex, !rest.isEmpty else { return nil }
        sets[restIndex].1 = rest
        return sets
    }
}
