/// Ports of a host that have answered, and are asked again to see whether probes get through.
///
/// One that refuses costs the host least, and is asked as often as need be. A connection to an open port is work for the
/// service behind it, which may count it (fail2ban, MaxStartups of sshd), so it is asked seldom.
struct Witnesses {
    private struct Open {
        let index: Int
        var asked = 0
        var mayBeAskedAt: UInt64 = 0
    }

    private var closed: Int?
    private var open: [Open] = []
    private var turn = 0

    /// How many open ports are kept.
    private static let kept = 32
    /// How often one open port is asked in a run, and nanoseconds from one time to the next at least: what is left of a run
    /// is to have a few, however long it takes. Fewer at first would miss a limit that only bursts exceed.
    static let most = 100
    static let pause: UInt64 = 3_000_000
    private static let mostAtOnce = 80

    static func pause(after asked: Int) -> UInt64 { pause << UInt64(max(0, asked - mostAtOnce)) }

    var isEmpty: Bool { closed == nil && open.isEmpty }

    mutating func add(_ index: Int, isOpen: Bool) {
        guard isOpen else { return closed = closed ?? index }
        if open.count < Self.kept { open.append(Open(index: index)) }
    }

    func canTestify(now: UInt64) -> Bool {
        closed != nil || open.contains { $0.asked < Self.most && $0.mayBeAskedAt <= now }
    }

    /// Whether a port can be asked that is known to be open, or else to refuse.
    func canVouch(now: UInt64) -> Bool {
        open.isEmpty ? closed != nil : open.contains { $0.asked < Self.most && $0.mayBeAskedAt <= now }
    }

    /// The port does not answer as it did.
    mutating func remove(_ index: Int) {
        open.removeAll { $0.index == index }
        if closed == index { closed = nil }
    }

    /// The port to ask; `nil` where none may be asked now.
    mutating func take(now: UInt64) -> Int? { closed ?? takeOpen(now: now) }

    /// An open port to ask; `nil` where none may be asked now.
    mutating func takeOpen(now: UInt64) -> Int? {
        for offset in 0..<open.count {
            let place = (turn + offset) % open.count
            guard open[place].asked < Self.most, open[place].mayBeAskedAt <= now else { continue }
            turn = place + 1
            open[place].asked += 1
            open[place].mayBeAskedAt = now + Self.pause(after: open[place].asked)
            return open[place].index
        }
        return nil
    }
}
