import Dispatch
import Foundation
import Synchronization

/// Runs `body` on `count` threads that all begin together, and waits for them.
///
/// - Returns: what each gave, by thread.
func onThreads<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Value
) -> [Result<Value, any Error>] {
    let results = ThreadResults<Value>()
    let gate = DispatchSemaphore(value: 0)
    let done = DispatchSemaphore(value: 0)
    for index in 0..<count {
        Thread.detachNewThread {
            gate.wait()
            let result = Result { try body(index) }
            results.byThread.withLock { $0[index] = result }
            done.signal()
        }
    }
    for _ in 0..<count { gate.signal() }
    for _ in 0..<count { done.wait() }
    return results.byThread.withLock { found in (0..<count).map { found[$0]! } }
}

private final class ThreadResults<Value: Sendable>: Sendable {
    let byThread = Mutex<[Int: Result<Value, any Error>]>([:])
}
