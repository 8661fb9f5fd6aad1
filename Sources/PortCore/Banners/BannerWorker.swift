import Glibc

/// Carries out what the machines of open ports ask for, side by side on one thread.
struct BannerWorker: ~Copyable {
    /// One port in a call.
    private struct Call {
        let host: Int
        let port: UInt16
        let socket: ProbeSocket
        var machine: BannerMachine
        var isConnected = false
        let serial: UInt32
    }

    private var poller: Poller
    private var hosts: [BannerCalls]
    private let perHost: Int
    private var turns = FIFO<Int>()
    private var calls: [Call?]
    private var free: [Int]
    private var serial: UInt32 = 0
    private var timers = AttemptTimers()
    private let timeout: UInt64
    private var pacing: Pacing
    private var hostsDone = 0
    private var portsDone = 0
    private let portCount: Int

    /// What was heard so far.
    private(set) var banners: [Host: HostBanners] = [:]

    init(_ hosts: [BannerCalls], limits: LoadLimits, milliseconds: Int) throws(ProbeError) {
        poller = try Poller()
        self.hosts = hosts
        perHost = limits.perHost ?? .max
        let window = min(BannerReader.window, limits.parallelism, DescriptorLimit.raised())
        calls = Array(repeating: nil, count: window)
        free = Array(0..<window)
        timeout = UInt64(milliseconds) * 1_000_000
        // As if all ports were of one host, which keeps to either limit.
        let rate = [limits.rate, limits.ratePerHost].compactMap(\.self).min()
        pacing = Pacing(window: window, rate: rate.map(Double.init), patience: 5_000_000_000)
        portCount = hosts.reduce(0) { $0 + $1.portCount }
    }

    deinit {
        for call in calls { if let call { poller.close(call.socket) } }
    }

    /// Calls every port once.
    ///
    /// - Throws: `ProbeError.cancelled`, `.noProgress` when the machine is short of something, or `.system`.
    mutating func run(cancellation: Cancellation, progress: (ProbeProgress) -> Void) throws(ProbeError) {
        for host in hosts.indices { enqueue(host) }
        var nextLook: UInt64 = 0
        while portsDone < portCount {
            let now = MonotonicClock.now
            if now >= nextLook {
                if let signal = cancellation.requestedBy { throw .cancelled(signal: signal) }
                progress(
                    ProbeProgress(
                        hostsDone: hostsDone, hosts: hosts.count, endpointsDone: portsDone, endpoints: portCount,
                        bound: nil))
                nextLook = now + UInt64(Cancellation.pollMilliseconds) * 1_000_000
            }
            try fill()
            guard portsDone < portCount else { break }
            let count = try poller.wait(milliseconds: waitMilliseconds(nextLook))
            for event in 0..<count { ready(poller.token(event)) }
            expire()
        }
    }

    // MARK: Starting

    private mutating func enqueue(_ host: Int) {
        guard !hosts[host].isQueued, hosts[host].canStart(perHost: perHost) else { return }
        hosts[host].isQueued = true
        turns.append(host)
    }

    private var inFlight: Int { calls.count - free.count }

    private var hasWork: Bool { turns.first != nil && inFlight < pacing.window }

    /// Starts calls as long as there is room, one a host in turn.
    private mutating func fill() throws(ProbeError) {
        while hasWork, pacing.mayStart(now: MonotonicClock.now) {
            guard let host = turns.popFirst() else { return }
            hosts[host].isQueued = false
            guard hosts[host].canStart(perHost: perHost), let port = hosts[host].take() else { continue }
            enqueue(host)
            if let shortage = start(host, port) {
                hosts[host].postpone(port)
                enqueue(host)
                try pacing.fellShort(code: shortage, inFlight: inFlight, now: MonotonicClock.now)
            }
        }
    }

    /// Starts a call. Returns the error number when the machine has nothing to start it with.
    private mutating func start(_ host: Int, _ port: UInt16) -> Int32? {
        let address = hosts[host].address
        let socket: ProbeSocket
        switch poller.open(address.family) {
        case .failure(let failure): return failure.code
        case .success(let opened): socket = opened
        }
        let now = MonotonicClock.now
        pacing.started(now: now)
        let code = poller.connect(socket, address, port: port)
        guard [0, EINPROGRESS, EALREADY, EINTR].contains(code) else {
            poller.close(socket)
            guard ![EADDRNOTAVAIL, EADDRINUSE, ENOBUFS, ENOMEM, EAGAIN].contains(code) else { return code }
            finish(host, port, nil)
            return nil
        }
        guard let id = free.last else { preconditionFailure("asked only when there is room") }
        serial &+= 1
        let failure = poller.register(socket, token: UInt64(serial) << 32 | UInt64(id), reads: true)
        guard failure == 0 else {
            poller.close(socket)
            return failure
        }
        free.removeLast()
        calls[id] = Call(host: host, port: port, socket: socket, machine: hosts[host].machine(port), serial: serial)
        timers.start(slot: id, serial: serial, deadline: now + timeout)
        return nil
    }

    // MARK: Events

    private mutating func ready(_ token: UInt64) {
        let id = Int(token & 0xffff_ffff)
        guard let call = calls[id], call.serial == UInt32(token >> 32) else { return }
        if !call.isConnected {
            switch poller.connect(call.socket, hosts[call.host].address, port: call.port) {
            case 0, EISCONN: break
            case EINPROGRESS, EALREADY, EINTR: return
            default: return handle(.ended, id)
            }
            // A port of this machine that is gone since may have met itself, and would say what it is told.
            guard poller.ends(call.socket) != .same else { return handle(.ended, id) }
            calls[id]?.isConnected = true
            handle(.connected, id)
        }
        receive(id)
    }

    /// Reads all that has arrived, as long as the call lasts.
    private mutating func receive(_ id: Int) {
        while let call = calls[id] {
            switch poller.receive(call.socket, capacity: BannerMachine.byteLimit) {
            case .success(let bytes): handle(bytes.isEmpty ? .ended : .received(bytes), id)
            case .failure(let failure):
                if failure.code == EAGAIN { return }
                if failure.code != EINTR { handle(.ended, id) }
            }
        }
    }

    /// Ends calls whose time is over.
    private mutating func expire() {
        let now = MonotonicClock.now
        while let timer = timers.next(until: now, where: { calls[$0.slot]?.serial == $0.serial }) {
            handle(.ended, timer.slot)
        }
    }

    private mutating func handle(_ event: BannerMachine.Event, _ id: Int) {
        guard let action = calls[id]?.machine.handle(event) else { return }
        perform(action, id)
    }

    private mutating func perform(_ action: BannerMachine.Action, _ id: Int) {
        guard let call = calls[id] else { return }
        switch action {
        case .wait: break
        case .send(let bytes):
            // A question fits into the buffer of a new connection, so what is not taken never will be.
            if !poller.send(call.socket, bytes) { handle(.ended, id) }
        case .settle(let banner):
            poller.close(call.socket)
            calls[id] = nil
            free.append(id)
            finish(call.host, call.port, banner)
        }
    }

    private mutating func finish(_ host: Int, _ port: UInt16, _ banner: Banner?) {
        hosts[host].end()
        if let banner { banners[hosts[host].host, default: [:]][port] = banner }
        portsDone += 1
        if hosts[host].isDone { hostsDone += 1 }
        pacing.progressed()
        enqueue(host)
    }

    private func waitMilliseconds(_ nextLook: UInt64) -> Int32 {
        let now = MonotonicClock.now
        var wake = nextLook
        if let deadline = timers.earliest { wake = min(wake, deadline) }
        if hasWork { wake = min(wake, pacing.nextStart) }
        return wake > now ? Int32(clamping: (wake - now + 999_999) / 1_000_000) : 0
    }
}
