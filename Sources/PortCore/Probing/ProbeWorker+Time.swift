/// How long attempts are waited for, and what changes with time.
extension ProbeWorker {
    /// Starts the timer of the attempt under way, once.
    mutating func startTimer(_ id: Int) {
        guard slots[id].timedSerial != slots[id].serial else { return }
        slots[id].timedSerial = slots[id].serial
        setTimer(id, slots[id].attemptedAt)
        if end(id).time - slots[id].attemptedAt > AttemptSchedule.kernelRepeats[0], !slots[id].start.isWitness {
            ways[slots[id].way].charge(slots[id].lane)
        }
    }

    /// The attempt under way is looked at again when its time is over, or sooner, since more may be known by then.
    mutating func setTimer(_ id: Int, _ now: UInt64) {
        timers.start(slot: id, serial: slots[id].serial, deadline: min(end(id).time, now + AttemptSchedule.glance))
    }

    /// When the attempt under way is over, and whether the budget is used up then, by what is known now. What was waited
    /// for the pace is no part of the budget.
    func end(_ id: Int) -> (time: UInt64, isLast: Bool) {
        let slot = slots[id]
        let likely = likely(id)
        if slot.start.isWitness, !slot.start.isCheck {
            let patience = max(
                Self.witnessPatience * (likely ?? RoundTrip.guess),
                settings.schedule.budget / Self.witnessShare.of * Self.witnessShare.part)
            return (slot.attemptedAt + min(settings.schedule.budget, patience), true)
        }
        let trip = ways[slot.way][slot.lane].roundTrip
        let schedule = settings.schedule.grown(for: trip)
        let wait = schedule.wait(
            attempt: slot.machine.attempt, spent: slot.attemptedAt - slot.startedAt - slot.waited, timeout: likely,
            needed: ways[slot.way].attemptsNeeded(slot.lane))
        return (slot.attemptedAt + wait.length, wait.isLast)
    }

    /// Within what time an answer is likely: as the host answers, or else as others behind the same next hop; `nil` where
    /// none has answered.
    func likely(_ id: Int) -> UInt64? {
        let way = ways[slots[id].way]
        let trip = way[slots[id].lane].roundTrip
        if trip.isKnown { return trip.timeout }
        return way.roundTrip.isKnown ? max(RoundTrip.guess, way.roundTrip.timeout) : nil
    }

    /// Ends attempts whose time is over.
    mutating func expire() throws(ProbeError) {
        let now = MonotonicClock.now
        while let timer = timers.next(
            until: now, where: { slots[$0.slot].isActive && slots[$0.slot].serial == $0.serial })
        {
            let end = end(timer.slot)
            guard end.time <= now else {
                setTimer(timer.slot, now)
                ways[slots[timer.slot].way].enqueue(slots[timer.slot].lane, now: now)
                continue
            }
            ways[slots[timer.slot].way].metSilence(slots[timer.slot].lane)
            try perform(handle(.silence(isOver: end.isLast), timer.slot), timer.slot)
        }
    }

    /// Grows windows, ends waits, and judges what was lost.
    mutating func moveOn(_ now: UInt64) {
        for way in ways.indices {
            ways[way].grow(now: now)
            ways[way].wake(now: now)
            guard let doubted = ways[way].judge(now: now) else { continue }
            unsettled += doubted
            putBackUnbelieved(way, now)
        }
    }

    /// Has what is in flight and no longer believed probed again, but for what may still be answered in time.
    mutating func putBackUnbelieved(_ way: Int, _ now: UInt64) {
        for id in slots.active where slots[id].way == way && !slots[id].start.isWitness && !isBelieved(id) {
            guard slots[id].attemptedAt + (likely(id) ?? RoundTrip.guess) <= now else { continue }
            putBack(id, now: now)
        }
    }

    func waitMilliseconds(_ now: UInt64) -> Int32 {
        var wake = nextLook
        if let deadline = timers.earliest { wake = min(wake, deadline) }
        for way in ways.indices {
            if let rested = ways[way].nextWake { wake = min(wake, rested) }
            if hasWork(way, now) { wake = min(wake, max(pacing.nextStart, ways[way].nextStart)) }
            if ways[way].isGrowing { wake = min(wake, now + SlowStart.tickNanoseconds) }
        }
        return wake > now ? Int32(clamping: (wake - now + 999_999) / 1_000_000) : 0
    }
}
