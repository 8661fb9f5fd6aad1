public import PortCore

/// A run as a history names it.
public struct RunMark: Hashable, Sendable {
    /// The run's number.
    public let id: Int64
    /// The moment before its first name was resolved.
    public let startedAt: Timestamp
    /// The moment after its last probe: from then on it is what is known.
    public let finishedAt: Timestamp
}

extension [PortHistory] {
    /// What of `ports` no run covered, at each host that some run did; in host order.
    public func uncovered(of ports: PortSet?) -> [(host: Host, ports: PortSet)] {
        guard let ports else { return [] }
        var missing: [Host: PortSet] = [:]
        for history in self { missing[history.host] = (missing[history.host] ?? ports).subtracting(history.ports) }
        return missing.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension RunMark {
    init(_ run: Run) { self.init(id: run.id, startedAt: run.startedAt, finishedAt: run.finishedAt) }
}

/// A stretch of runs of one check that all showed the same at some ports of one host.
public struct StateSpan: Hashable, Sendable {
    /// What they showed; `nil` where they did not cover the ports.
    public let state: PortState?
    /// The first run of the stretch.
    public let first: RunMark
    /// The last run of the stretch.
    public let last: RunMark
    /// The run that showed something else first; `nil` where nothing newer is known.
    public let next: RunMark?
    /// The earliest and the latest time at which one of its runs was finished: with a clock that was set back, these are
    /// not the first and the last.
    let times: ClosedRange<Timestamp>

    /// Whether it was so at some time from `start` to `end`: each stretch lasts until a run shows something else.
    func overlaps(_ start: Timestamp, _ end: Timestamp) -> Bool {
        guard times.lowerBound <= end else { return false }
        return times.upperBound >= start || next.map { $0.finishedAt > start } ?? true
    }

    /// From the first run to the one that showed something else, or else to the last; `nil` where that is not known, since
    /// the clock was set back between them.
    public var milliseconds: Int64? {
        guard first.finishedAt <= last.finishedAt else { return nil }
        guard let next else { return last.finishedAt.milliseconds(since: first.finishedAt) }
        return last.finishedAt <= next.finishedAt ? next.finishedAt.milliseconds(since: first.finishedAt) : nil
    }
}

/// What the runs of one check showed, one after another, at ports of one host that always were alike.
public struct PortHistory: Hashable, Sendable {
    /// The check whose runs these are.
    public let check: CheckName
    /// The host.
    public let host: Host
    /// The ports, all of which have this history.
    public let ports: PortSet
    /// The stretches in order; no two next to each other show the same.
    public let spans: [StateSpan]

    /// The first stretch in which the ports had `state`.
    public func firstSpan(in state: PortState) -> StateSpan? { spans.first { $0.state == state } }

    /// Each stretch of a known state that differs from the known one before it, with that one. What was not covered in
    /// between is passed over.
    public var turns: [(old: StateSpan, new: StateSpan)] {
        let known = spans.filter { $0.state != nil }
        return zip(known, known.dropFirst()).filter { $0.state != $1.state }.map { ($0, $1) }
    }

    /// How often another known state followed.
    public var changes: Int { turns.count }
}

/// What a row of a check's history says of one host: its states from one run on.
struct HostStep {
    let runID: Int64
    /// `nil` where the host left the scope.
    let states: PortStates?
}

/// Ports of a host that always were alike, and from which run on they had which state.
struct PortClass {
    private(set) var ports: PortSet
    private(set) var turns: [(runID: Int64, state: PortState?)]

    /// The ports that `steps` cover, `only` those asked for, by their first port.
    static func classes(_ steps: [HostStep], only: PortSet?) -> [PortClass] {
        let scope = steps.reduce(PortSet()) { $0.union($1.states?.scope ?? PortSet()) }
        let asked = only.map(scope.intersection) ?? scope
        var classes = asked.isEmpty ? [] : [PortClass(ports: asked, turns: [])]
        for step in steps { classes = classes.flatMap { $0.parts(step) } }
        return classes.sorted { $0.ports.ranges[0].lowerBound < $1.ports.ranges[0].lowerBound }
    }

    /// The class as the states of `step` divide it.
    private func parts(_ step: HostStep) -> [PortClass] {
        var rest = ports
        var parts: [PortClass] = []
        for state in PortState.allCases {
            let share = rest.intersection(step.states?[state] ?? PortSet())
            guard !share.isEmpty else { continue }
            rest = rest.subtracting(share)
            parts.append(turned(to: state, at: step.runID, share))
        }
        return rest.isEmpty ? parts : parts + [turned(to: nil, at: step.runID, rest)]
    }

    /// Not to have been covered yet is no turn.
    private func turned(to state: PortState?, at runID: Int64, _ share: PortSet) -> PortClass {
        var part = self
        part.ports = share
        if turns.isEmpty ? state != nil : turns[turns.count - 1].state != state { part.turns.append((runID, state)) }
        return part
    }
}
