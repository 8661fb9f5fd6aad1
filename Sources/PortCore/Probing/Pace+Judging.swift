/// What losses do to a pace, and how it comes back.
extension Pace {
    /// Judges what is known by now.
    ///
    /// - Parameters:
    ///   - timeout: within what time an answer is likely, in nanoseconds.
    ///   - hosts: how many hosts have answered at all: it takes losses of several to hold back all.
    ///   - mayGrow: whether nothing stands in a queue on the way.
    /// - Returns: since when silence is in doubt, where what was asked came too fast.
    mutating func judge(now: UInt64, timeout: UInt64, hosts: Int = 1, mayGrow: Bool = true) -> UInt64? {
        if let stall {
            if now - stall.since > Self.patience(budget) { giveUp() }
            return nil
        }
        while let tally = ledger.next(now: now, timeout: timeout) {
            add(tally)
            if isTooMuch(hosts) { return slowDown(now) }
        }
        // Witnesses that may still answer are taken to have done so.
        let kept = (score, scoreRoseAt, losers, lostInARow)
        for tally in ledger.waiting(now: now, timeout: timeout) {
            add(tally)
            if isTooMuch(hosts) { return slowDown(now) }
        }
        (score, scoreRoseAt, losers, lostInARow) = kept
        adjust(now, timeout: timeout, mayGrow: mayGrow)
        return nil
    }

    mutating func add(_ tally: LossLedger.Tally) {
        if tally.lost > 0, score == 0 { scoreRoseAt = tally.begin }
        if tally.answered + tally.pending > 0 {
            lostInARow.count = 0
        } else if tally.lost > 0 {
            lostInARow = (lostInARow.count + tally.lost, lostInARow.count == 0 ? tally.begin : lostInARow.since)
        }
        score = max(0, score + Double(tally.lost) * lossWeight - Double(tally.answered + tally.pending))
        if score == 0, !ledger.hasLosses { losers = [] }
    }

    /// Whether the score is at its limit, and it is not one host of several that makes it up.
    mutating func isTooMuch(_ hosts: Int) -> Bool {
        guard score >= Self.limit || isQuiet else { return false }
        guard losers.count < min(hosts, Self.losersThatCount) else { return true }
        score = min(score, Self.limit - 1)
        return false
    }

    /// Whether so many in a row were lost that nothing comes back any more.
    var isQuiet: Bool { lostInARow.count >= mostLostInARow }

    /// As many as are all but certainly not lost by chance, by what was lost before them.
    var mostLostInARow: Int { max(Self.leastInARow, ledger.attemptsNeeded(without: lostInARow.count)) }

    /// What a loss counts, an answer counting 1: twice the loss that is there anyway keeps the score where it is.
    var lossWeight: Double {
        let usual = isHeldBack ? Self.heldLossWeight : Self.lossWeight
        return inherentLoss == 0 ? usual : min(usual, (1 - inherentLoss) / inherentLoss / 2)
    }

    /// How long a host that has answered is waited for when it does not any more.
    static func patience(_ budget: UInt64) -> UInt64 { max(6_000_000_000, 3 * budget) }

    mutating func giveUp() {
        stall = nil
        hasGivenUp = true
        begin(0)
        rate = allowed
    }

    /// Too much was lost.
    ///
    /// - Returns: since when silence is in doubt.
    mutating func slowDown(_ now: UInt64) -> UInt64? {
        let doubtfulSince = isQuiet ? lostInARow.since : scoreRoseAt
        let passed = ledger.rates(since: doubtfulSince, now: now)
        if passed.answered == 0, !hasGivenUp {
            stall = (now, now, RoundTrip.least)
            ceiling = min(rate, passed.started)
            rate = max(Self.slowest, isHeldBack ? ceiling / 2 : ceiling / 8)
        } else {
            if isHeldBack {
                guard !isInherent(now) else { return nil }
                takeBack(ledger.sinceChange.loss)
            } else {
                // Of what was started many may be silent in any case, and of the rest not all losses show yet.
                ceiling = passed.started
                let estimate = max(passed.answered, min(passed.started * (1 - passed.loss), 2 * passed.answered))
                rate = min(allowed, max(Self.slowest, estimate))
            }
        }
        begin(now)
        return doubtfulSince
    }

    /// What is asked from now on is judged by itself.
    mutating func begin(_ now: UInt64) {
        (score, losers, lostInARow, answeredShare, believesSince) = (0, [], (0, 0), 0, now)
        ledger.forget(now)
    }

    /// Whether being much slower has not helped, so that pace is not why attempts are lost.
    mutating func isInherent(_ now: UInt64) -> Bool {
        let (known, loss) = ledger.sinceChange
        guard var setback else {
            setback = (rate, loss, 0, 0)
            return false
        }
        if rate <= setback.rate / 2 {
            setback.known += Double(known)
            setback.lost += Double(known) * loss
            self.setback = setback
        }
        let slowLoss = setback.lost / max(1, setback.known)
        // A limiter lets as many through as before, however many are asked; chance a part of them.
        let passed = rate * (1 - slowLoss) / (setback.rate * (1 - setback.loss) + 1)
        guard rate <= setback.rate / Self.muchSlower, setback.known >= Self.judged / 2, passed < 0.5,
            Self.inherent.contains(slowLoss), slowLoss >= 0.4 * setback.loss
        else { return false }
        inherentLoss = max(inherentLoss, slowLoss)
        (rate, ceiling) = (min(allowed, setback.rate), .infinity)
        (self.setback, score, losers) = (nil, 0, [])
        ledger.forgetRecent(now)
        return true
    }

    /// Goes down to what comes through.
    mutating func takeBack(_ loss: Double) {
        rate = max(Self.slowest, rate * max(0.5, 1 - loss))
        ceiling = 1.1 * rate
        if hasGrown { overshoots = min(Self.mostOvershoots, overshoots + 1) }
        hasGrown = false
        ledger.discount()
    }

    /// Grows, or gives a little back.
    mutating func adjust(_ now: UInt64, timeout: UInt64, mayGrow: Bool) {
        guard isHeldBack, stall == nil else { return }
        let (answered, lost) = ledger.recent
        let known = Double(answered + lost)
        let loss = Double(lost) / max(1, known)
        let chance = 3 * (inherentLoss * (1 - inherentLoss) / max(1, known)).squareRoot()
        let bearable = inherentLoss + chance + Self.tolerated
        if known >= Self.judged && loss > bearable || known >= Self.judged / 2 && loss > bearable + Self.tolerated {
            // What was lost at a slower pace was not there anyway, if more is lost now.
            if loss > 1.5 * inherentLoss + chance { inherentLoss = 0 }
            guard !isInherent(now) else { return }
            takeBack(loss)
            ledger.forgetRecent(now)
        } else if mayGrow, answered >= Self.answersPerGrowth, loss <= bearable,
            !ledger.hasOverdue(now: now, timeout: timeout)
        {
            grow(by: ledger.recent.answered, age: now - min(now, ledger.recentSince), now)
        }
    }

    mutating func grow(by answered: Int, age: UInt64, _ now: UInt64) {
        if rate * 2 <= ceiling / 2 {
            guard age >= Self.trial else { return }
            // Losses may show late: where twice as many bring no more answers, there is no use in more.
            let passed = ledger.rates(since: ledger.recentSince, now: now)
            let share = passed.answered / max(1, passed.started)
            if share < Self.leastShare * answeredShare {
                ceiling = 2 * rate
            } else {
                rate = min(allowed, rate * 2)
            }
            answeredShare = share
        } else if rate < 0.9 * ceiling {
            guard age >= Self.trial / 2 else { return }
            rate = min(allowed, rate * 1.125)
        } else if answered >= (4 * Self.answersPerGrowth) << overshoots {
            ceiling *= 1.06
            hasGrown = true
        } else {
            return
        }
        if let setback, rate > setback.rate / 2 { self.setback = nil }
        ledger.forgetRecent(now)
    }

    /// What was lost is accounted for elsewhere.
    mutating func excuse(_ now: UInt64) { begin(now) }

    // MARK: Answers that are none

    /// What has answered as it was is answered otherwise now: answers, too, can come of too fast a pace.
    mutating func wasAnsweredFalsely(now: UInt64) {
        ceiling = rate.isInfinite ? Self.first * 2 : rate
        rate = max(Self.slowest, rate.isInfinite ? min(allowed, Self.first) : rate / 2)
        begin(now)
    }
}
