import Glibc

/// What sockets say, and what the machines of the endpoints ask for then.
extension ProbeWorker {
    mutating func ready(_ token: UInt64) throws(ProbeError) {
        let id = Int(token & 0xffff_ffff)
        guard slots[id].isActive else { return }
        let registration = UInt32(token >> 32)
        if let kept = slots[id].kept, kept.registration == registration { return try readyKept(id, kept.socket) }
        guard slots[id].registration == registration, let socket = slots[id].socket else { return }
        let code = slots.poller.connect(socket, address(id), port: port(id))
        try perform(handle(.connect(code: code, first: false), id), id)
    }

    /// The socket of an attempt that was given up says something after all: an answer holds, an error is too late.
    mutating func readyKept(_ id: Int, _ socket: ProbeSocket) throws(ProbeError) {
        let code = slots.poller.connect(socket, address(id), port: port(id))
        switch code {
        case EINPROGRESS, EALREADY, EINTR: return
        case 0, EISCONN, ECONNRESET, EPIPE, ECONNREFUSED:
            slots[id].serial &+= 1
            slots.restoreKept(id)
            try perform(handle(.connect(code: code, first: false), id), id)
        default: slots.dropKept(id)
        }
    }

    func address(_ id: Int) -> SocketAddress { ways[slots[id].way][slots[id].lane].address }

    func port(_ id: Int) -> UInt16 { ways[slots[id].way][slots[id].lane].port(at: slots[id].start.index) }

    /// Asks the machine of a slot what to do about `event`.
    mutating func handle(_ event: ProbeMachine.Event, _ id: Int) -> ProbeMachine.Action {
        if settings.isTraced, !slots[id].start.isWitness {
            let elapsed = UInt32(clamping: (MonotonicClock.now - slots[id].startedAt) / 1000)
            ways[slots[id].way][slots[id].lane].trace(
                slots[id].start.index,
                ProbeStep.events(of: event, attempt: slots[id].machine.attempt).map {
                    ProbeStep(microseconds: elapsed, event: $0)
                })
        }
        return slots[id].machine.handle(event)
    }

    mutating func perform(_ first: ProbeMachine.Action, _ id: Int) throws(ProbeError) {
        var action = first
        while true {
            switch action {
            case .wait:
                startTimer(id)
                let code = slots.watch(id)
                return code == 0 ? () : try postpone(id, code)
            case .readErrorQueue:
                let error = slots[id].socket.flatMap { slots.poller.icmpError($0) }
                action = handle(.errorQueue(error), id)
            case .compareEnds:
                let ends = slots[id].socket.map { slots.poller.ends($0) } ?? .sameHost
                action = handle(.ends(ends), id)
            case .askWhyNoWay:
                let isBroadcast = slots.poller.isBroadcast(address(id))
                action = handle(.noWay(isBroadcast: isBroadcast), id)
            case .tryAgain:
                putAside(id)
                guard let next = tryAgain(id) else { return }
                action = next
            case .postpone(let code):
                return try postpone(id, code)
            case .settle(let reason):
                return settle(id, reason)
            case .fail(let code):
                throw .noRoute(host: ways[slots[id].way][slots[id].lane].host, code: code)
            }
        }
    }

    /// Makes room for the socket of the next attempt, which uses the same local port again: a firewall or a router on the
    /// way then has one entry for all of them. The first socket to a host whose round trip is not known is kept.
    mutating func putAside(_ id: Int) {
        guard let socket = slots[id].socket else { return }
        if slots[id].keepsFirst, slots[id].kept == nil, !ways[slots[id].way][slots[id].lane].roundTrip.isKnown {
            slots.keep(id)
            return
        }
        slots[id].localPort = ways[slots[id].way][slots[id].lane].isLoopback ? 0 : slots.poller.localPort(socket)
        slots.close(id)
    }

    /// Starts the next attempt, unless it has to wait for the pace, or those before were too fast to count.
    mutating func tryAgain(_ id: Int) -> ProbeMachine.Action? {
        let now = MonotonicClock.now
        guard isBelieved(id) else {
            putBack(id, now: now)
            return nil
        }
        slots[id].serial &+= 1
        // A queue on the way may have doubled a round trip that is known.
        slots[id].heardFor.append((now - slots[id].attemptedAt) * (likely(id) == nil ? 1 : 2))
        slots[id].putOffAt = now
        guard ways[slots[id].way].takeTurn(slots.nextAttempt(id), lane: slots[id].lane, now: now) else { return nil }
        guard pacing.mayStart(now: now) else {
            ways[slots[id].way].putOff(slots.nextAttempt(id))
            return nil
        }
        return startAttempt(id, now: now)
    }

    /// Whether silence says something of the port: not while its host was probed too fast.
    func isBelieved(_ id: Int) -> Bool {
        slots[id].startedAt >= ways[slots[id].way].believesSince(slots[id].lane)
    }
}
