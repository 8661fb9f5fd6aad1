import PortCore

extension Store {
    /// What the recorded runs say to `question`, by check, host and port.
    ///
    /// - Throws: `StoreError`, such as `.unknownCheck`.
    public func answers(to question: Question) throws(StoreError) -> Answers {
        try atOneMoment { () throws(StoreError) in
            switch question.subject {
            case .states(let time): try states(question, at: time)
            case .spans(let from, let to): try spans(question, from, to)
            case .changes(let kinds, let from, let to): try changes(question, kinds, from, to)
            case .accepted(let kinds, let ticket, let person, let from, let to):
                try accepted(question, kinds, ticket: ticket, by: person, from, to)
            }
        }
    }

    /// The states that each check's last run finished by `time` shows.
    private func states(_ question: Question, at time: Timestamp) throws(StoreError) -> Answers {
        var answers = Answers()
        var last: [(check: CheckName, run: Run)] = []
        for (checkID, check) in try checks(named: question.check) {
            if let run = try lastRun(checkID, finishedBy: time) { last.append((check, run)) }
        }
        try proveLast(last.map(\.run), by: time, of: question.check)
        for (check, run) in last {
            let mark = RunMark(run)
            for entry in try snapshot(of: run).entries {
                guard question.hosts?.matches(entry.host, at: entry.address) ?? true else { continue }
                let asked = question.ports ?? entry.states.scope
                let missing = asked.subtracting(entry.states.scope)
                if !missing.isEmpty { answers.uncovered.append((check, entry.host, missing)) }
                if missing != asked { answers.isCovered = true }
                for state in PortState.allCases where question.state == nil || question.state == state {
                    let ports = entry.states[state].intersection(asked)
                    guard !ports.isEmpty else { continue }
                    answers.rows.append(Answer(check: check, host: entry.host, ports: ports, state: state, run: mark))
                }
            }
        }
        return answers
    }

    /// The last run of a check that was finished by `time`.
    private func lastRun(_ checkID: Int64, finishedBy time: Timestamp) throws(StoreError) -> Run? {
        try runs(
            "WHERE r.check_id = ? AND r.finished_at <= ? ORDER BY r.id DESC LIMIT 1", [.int(checkID), .time(time)]
        ).first
    }

    /// The stretches that overlap the time from `from` to `to`: each lasts until a run shows something else.
    private func spans(_ question: Question, _ from: Timestamp, _ to: Timestamp) throws(StoreError) -> Answers {
        var answers = Answers()
        for history in try histories(of: question.hosts, ports: question.ports, in: question.check, timed: true) {
            for span in history.spans {
                guard span.overlaps(from, to), let state = span.state else { continue }
                answers.isCovered = true
                guard question.state == nil || question.state == state else { continue }
                answers.rows.append(
                    Answer(
                        check: history.check, host: history.host, ports: history.ports, state: state, run: span.first,
                        last: span.last))
            }
        }
        return answers
    }

    /// Where one known state followed another.
    private func changes(
        _ question: Question, _ kinds: Set<DriftKind>, _ from: Timestamp, _ to: Timestamp
    ) throws(StoreError) -> Answers {
        var answers = Answers()
        for history in try histories(of: question.hosts, ports: question.ports, in: question.check, timed: true) {
            for (old, new) in history.turns {
                let time = new.first.finishedAt
                guard from <= time, time <= to else { continue }
                guard let before = old.state, let after = new.state else { continue }
                answers.isCovered = true
                let kind = DriftKind(from: before, to: after)
                guard kinds.contains(kind), question.state == nil || question.state == after else { continue }
                answers.rows.append(
                    Answer(
                        check: history.check, host: history.host, ports: history.ports, kind: kind, from: before,
                        state: after, run: new.first, last: new.last))
            }
            if history.spans.contains(where: { $0.state != nil && $0.overlaps(from, to) }) { answers.isCovered = true }
        }
        return answers
    }

    /// What versions of baselines changed against the ones before them.
    private func accepted(
        _ question: Question, _ kinds: Set<DriftKind>, ticket: String?, by person: String?, _ from: Timestamp,
        _ to: Timestamp
    ) throws(StoreError) -> Answers {
        var answers = Answers()
        // Baselines are known as a whole.
        answers.isCovered = true
        for (_, check) in try checks(named: question.check) {
            var before: BaselineVersion?
            for version in try baselines(of: check) {
                defer { before = version }
                // People write CHG-1 and chg-1.
                let isOfTicket = ticket.map { version.ticket?.lowercased().hasBytes(of: $0.lowercased()) ?? false }
                let isAsked =
                    isOfTicket ?? true
                    && (person.map { person in
                        [version.user, version.person ?? ""].contains { $0.hasBytes(of: person) }
                    }
                        ?? true)
                guard isAsked, from <= version.recordedAt, version.recordedAt <= to else { continue }
                let old = try before.map { before throws(StoreError) in try snapshot(of: before.recorded) }
                answers.rows += rows(
                    Drift(from: old ?? Snapshot([Snapshot.Entry]()), to: try snapshot(of: version.recorded)), version,
                    question, kinds)
            }
        }
        return answers
    }

    private func rows(
        _ drift: Drift, _ version: BaselineVersion, _ question: Question, _ kinds: Set<DriftKind>
    ) -> [Answer] {
        let mark = RunMark(version.run)
        return drift.hosts.flatMap { host -> [Answer] in
            guard question.hosts?.matches(host.host, at: host.newAddress ?? host.oldAddress) ?? true else { return [] }
            return host.changes.compactMap { change in
                let asked = question.ports ?? .all
                let ports = PortSet([change.ports]).intersection(asked)
                guard !ports.isEmpty, kinds.contains(change.kind),
                    question.state == nil || question.state == change.to
                else { return nil }
                return Answer(
                    check: version.check, host: host.host, ports: ports, kind: change.kind, from: change.from,
                    state: change.to, run: mark, version: version)
            }
        }
    }
}
