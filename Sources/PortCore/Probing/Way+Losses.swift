/// What answers and silence of the hosts of a way tell of its pace, and of theirs.
extension Way {
    /// Attempts that started at `start` went unanswered for as long as an answer was likely.
    mutating func metSilence(_ lane: Int) {
        lanes[lane].metSilence = true
        metSilence = true
    }

    /// An endpoint of a lane answered an attempt of `start`, after so many that it did not, the first of `first`.
    mutating func answered(_ lane: Int, at start: UInt64, lost: Int, since first: UInt64, now: UInt64) {
        if isShared { pace.answered(at: start, lost: lost, since: first, host: lane, now: now) }
        // What all share explains what each loses.
        guard !isShared || !pace.isHeldBack else { return }
        lanes[lane].pace.answered(at: start, lost: lost, since: first, host: lane, now: now)
        if lost > 0 { watch(lane) }
    }

    /// Measures a round trip that is known to be of one attempt.
    mutating func measured(_ lane: Int, _ time: UInt64, isRetry: Bool) {
        lanes[lane].roundTrip.answered(after: time, isRetry: isRetry)
        roundTrip.answered(after: time, isRetry: isRetry)
    }

    /// An endpoint of a lane is settled.
    mutating func settle(_ lane: Int, _ index: Int, _ outcome: Outcome, now: UInt64) {
        let hadAnswered = lanes[lane].hasAnswered
        lanes[lane].settle(index, outcome, now: now)
        guard !hadAnswered, lanes[lane].hasAnswered else { return }
        answering.append(lane)
        neighbours?.giveBack(lane)
    }

    /// A witness was heard, or not.
    mutating func heard(_ lane: Int, _ testimony: Pace.Testimony, at start: UInt64, now: UInt64) {
        lanes[lane].settleWitness()
        if isShared { pace.heard(testimony, at: start, host: lane, now: now) }
        let isExplained = isShared && pace.isHeldBack && testimony == .lost && !lanes[lane].pace.isHeldBack
        lanes[lane].pace.heard(isExplained ? .void : testimony, at: start, host: lane, now: now)
        if testimony == .lost { watch(lane) }
    }

    /// A known port of a lane was asked to see whether answers are right.
    ///
    /// - Parameter reason: how it was answered; `nil` where it could not be asked.
    /// - Returns: how many endpoints are in doubt; `nil` where none is.
    mutating func checked(_ lane: Int, _ start: Lane.Start, _ reason: Reason?, now: UInt64) -> Int? {
        guard lanes[lane].settleCheck(start, reason) else { return nil }
        contradicted.insert(lane)
        guard isShared, contradicted.count > 1 else {
            lanes[lane].pace.wasAnsweredFalsely(now: now)
            return lanes[lane].takeBackAnswers(isContradicted: true)
        }
        pace.wasAnsweredFalsely(now: now)
        return lanes.indices.reduce(0) { count, other in
            let doubted = lanes[other].takeBackAnswers(isContradicted: other == lane)
            enqueue(other, now: now)
            return count + doubted
        }
    }

    /// Since when silence of a lane's endpoints is believed.
    func believesSince(_ lane: Int) -> UInt64 { max(pace.believesSince, lanes[lane].pace.believesSince) }

    /// How many attempts at a silent endpoint of a lane are enough.
    func attemptsNeeded(_ lane: Int) -> Int {
        if lanes[lane].mostlyAnswers { return .max }
        guard isShared else { return lanes[lane].pace.attemptsNeeded }
        // A host that has lost nothing by itself loses what others on its way do.
        return max(pace.attemptsNeeded, lanes[lane].pace.hasLostLately ? lanes[lane].pace.attemptsNeeded : 0)
    }

    /// Whether what is settled may yet be put in doubt.
    var mayYetDoubt: Bool {
        isShared && pace.mayYetDoubt && lanes.contains(where: \.settledSilence) || lanes.contains(where: \.mayYetDoubt)
    }

    mutating func watch(_ lane: Int) {
        guard !lanes[lane].isWatched else { return }
        lanes[lane].isWatched = true
        watched.append(lane)
    }

    /// Judges what is known of losses by now, and takes back the silence that is in doubt.
    ///
    /// - Returns: how many endpoints that are; `nil` where nothing is in doubt.
    mutating func judge(now: UInt64) -> Int? {
        guard now >= nextJudgement, !watched.isEmpty || pace.isWatched else { return nil }
        nextJudgement = now + LossLedger.quantum
        var doubted: Int?
        if isShared,
            let time = pace.judge(
                now: now, timeout: roundTrip.timeout, hosts: answering.count, mayGrow: !roundTrip.isQueueing)
        {
            for lane in lanes.indices {
                doubted = (doubted ?? 0) + lanes[lane].takeBack(since: time)
                lanes[lane].pace.excuse(now)
                enqueue(lane, now: now)
            }
        }
        var still: [Int] = []
        for lane in watched {
            let trip = lanes[lane].roundTrip
            if let time = lanes[lane].pace.judge(now: now, timeout: trip.timeout, mayGrow: !trip.isQueueing) {
                doubted = (doubted ?? 0) + lanes[lane].takeBack(since: time)
            }
            lanes[lane].isWatched = lanes[lane].unsettled > 0 && lanes[lane].pace.isWatched
            if lanes[lane].isWatched { still.append(lane) }
            enqueue(lane, now: now)
        }
        watched = still
        return doubted
    }
}
