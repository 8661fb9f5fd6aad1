import CSQLite
import Glibc
import PortCore

/// How long the locks of other processes may hold up a piece of work in all, over all its connections.
public final class Patience {
    fileprivate var left: Duration

    /// Longer than it takes to record a million hosts, in milliseconds.
    public static let usual = 30_000

    /// A patience of so many milliseconds.
    public init(milliseconds: Int = usual) {
        left = .milliseconds(milliseconds)
    }
}

/// How a connection waits for the locks of others: as long as there is patience, or until a signal asks to stop.
final class LockWait {
    let cancellation: Cancellation
    private let patience: Patience
    private var last = ContinuousClock.now

    private static let pauseMicroseconds: UInt32 = 10_000

    init(_ patience: Patience, cancellation: Cancellation) {
        self.patience = patience
        self.cancellation = cancellation
    }

    /// Pauses, unless the wait is over.
    ///
    /// - Parameter turn: how often this wait has paused already.
    /// - Returns: whether to try again.
    func pause(turn: Int32) -> Bool {
        let now = ContinuousClock.now
        if turn > 0 { patience.left -= now - last }
        last = now
        guard cancellation.requestedBy == nil, patience.left > .zero else { return false }
        usleep(Self.pauseMicroseconds)
        return true
    }

    /// Tries `body` again while another connection holds the lock. Needed where SQLite does not ask its busy handler,
    /// since waiting could be a deadlock, such as when the log is switched on.
    func retrying<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
        var turn: Int32 = 0
        while true {
            do {
                return try body()
            } catch .locked where pause(turn: turn) {
                turn += 1
            }
        }
    }

    /// Has SQLite wait this way wherever it may wait (sqlite.org/c3ref/busy_handler.html). The connection must not
    /// outlive `self`.
    func install(in connection: OpaquePointer?) {
        sqlite3_busy_handler(
            connection,
            { context, turn in
                guard let context else { return 0 }
                return Unmanaged<LockWait>.fromOpaque(context).takeUnretainedValue().pause(turn: turn) ? 1 : 0
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
