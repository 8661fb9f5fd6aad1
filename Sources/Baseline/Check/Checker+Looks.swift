import PortCore

extension Checker {
    /// What the network shows, and shows again where that is not as expected.
    ///
    /// - Parameters:
    ///   - expected: what was last accepted, or else last seen; `nil` where there is nothing to compare with.
    ///   - begin: when the check began, on the clock of `Environment.uptime`.
    /// - Returns: the results, and a line for each name of which the resolver did not always say the same, and for names
    ///   to exclude that lead nowhere.
    func results(
        _ request: CheckRequest, expecting expected: Snapshot?, deadline: Int?, since begin: Int
    ) throws -> ([HostResult], [String]) {
        let plan = try environment.plan(request)
        let first = try environment.probe(plan)
        let warnings = plan.idleExclusions.isEmpty ? [] : [Self.warning(ofIdle: plan.idleExclusions)]
        guard let expected else { return (first, warnings) }
        func now() -> Int { environment.uptime() - begin }
        var confirmation = Confirmation(plan, first: first, expecting: expected)
        var schedule = ConfirmationSchedule(request.timing, deadline: deadline, firstLookEndedAt: now())
        var undecided: ResolverError?
        while !confirmation.isOver, let look = schedule.next(at: now()) {
            try environment.pause(look.pause)
            let lookBegan = now()
            undecided = try ask(for: confirmation.names, of: request, &confirmation)
            let again = confirmation.next(timeoutMilliseconds: look.timeout)
            confirmation.add(again.items.isEmpty ? [] : try environment.probe(again))
            schedule.took(look, from: lookBegan, to: now())
        }
        // What the resolver could not confirm in the end is not known.
        if let undecided { throw undecided }
        return (confirmation.results, warnings + confirmation.remarks)
    }

    private static func warning(ofIdle names: [String]) -> String {
        "No address was left out for --exclude \(Wording.list(names, separator: ", ", of: "names")), "
            + (names.count == 1 ? "which leads to none." : "which lead to none.")
    }

    /// Asks for names again; what the resolver cannot say now is returned, since it may say it later.
    private func ask(
        for names: [String], of request: CheckRequest, _ confirmation: inout Confirmation
    ) throws -> ResolverError? {
        guard !names.isEmpty else { return nil }
        var request = request
        request.targets = try TargetSet(parsing: names)
        do {
            confirmation.add(try environment.plan(request))
            return nil
        } catch let error as ResolverError {
            guard case .undecided = error else { throw error }
            return error
        }
    }
}
