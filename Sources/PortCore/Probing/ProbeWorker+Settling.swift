/// How probes end: settled, or put back to be probed later.
extension ProbeWorker {
    mutating func settle(_ id: Int, _ reason: Reason) {
        let now = MonotonicClock.now
        let (way, lane, start) = (slots[id].way, slots[id].lane, slots[id].start)
        let hasAnswered = reason.state != .filtered
        if hasAnswered { ways[way].measured(lane, now - slots[id].attemptedAt, isRetry: slots[id].machine.attempt > 0) }
        if reason.state == .filtered { ways[way].metSilence(lane) }
        if start.isCheck {
            if let doubted = ways[way].checked(lane, start, reason, now: now) { unsettled += doubted }
        } else if start.isWitness {
            ways[way].heard(lane, hasAnswered ? .answered : .lost, at: slots[id].attemptedAt, now: now)
        } else if !isBelieved(id), !hasAnswered || reason == .refused && ways[way][lane].doubtsAnswers {
            ways[way][lane].postpone(start.index)
        } else {
            if hasAnswered {
                // What was not waited for long enough may have been about to be answered.
                let time = now - slots[id].attemptedAt
                ways[way].answered(
                    lane, at: slots[id].attemptedAt, lost: slots[id].heardFor.count { $0 >= time },
                    since: slots[id].startedAt, now: now)
            }
            let elapsed = UInt32(clamping: (now - slots[id].startedAt) / 1000)
            ways[way].settle(lane, start.index, Outcome(reason: reason, elapsedMicroseconds: elapsed), now: now)
            unsettled -= 1
        }
        if reason != .timeout, !ways[way][lane].isLoopback { ways[way].slowStart.answered() }
        // Only after a refusal a socket is as good as new.
        if reason != .refused || slots[id].mayNotServeAgain { slots.close(id) }
        pacing.progressed()
        release(id)
    }

    mutating func postpone(_ id: Int, _ code: Int32) throws(ProbeError) {
        let now = MonotonicClock.now
        putBack(id, now: now)
        try pacing.fellShort(code: code, inFlight: slots.inFlight, now: now)
    }

    /// Has the endpoint of a slot probed later, as if it had not been.
    mutating func putBack(_ id: Int, now: UInt64) {
        let (way, lane, start) = (slots[id].way, slots[id].lane, slots[id].start)
        if start.isCheck {
            _ = ways[way].checked(lane, start, nil, now: now)
        } else if start.isWitness {
            ways[way].heard(lane, .void, at: slots[id].attemptedAt, now: now)
        } else {
            ways[way][lane].postpone(start.index)
        }
        slots.close(id)
        release(id)
    }

    mutating func release(_ id: Int) {
        let (way, lane) = (slots[id].way, slots[id].lane)
        if slots[id].isBound { ways[way].inFlight -= 1 }
        slots.release(id)
        if ways[way][lane].isDone { reportHost(way, lane) }
        ways[way].enqueue(lane, now: MonotonicClock.now)
    }
}
