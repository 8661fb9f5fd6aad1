import Glibc

/// A thread of its own for work that blocks, which must not hold up a shared pool.
struct PosixThread: ~Copyable {
    private let handle: pthread_t

    /// Starts `body` on a new thread. Returns `nil` when the system has no thread to give.
    static func start(_ body: @escaping @Sendable () -> Void) -> PosixThread? {
        let box = Unmanaged.passRetained(Box(body))
        var handle = pthread_t()
        let code = pthread_create(
            &handle, nil,
            { pointer in
                Unmanaged<Box>.fromOpaque(pointer!).takeRetainedValue().body()
                return nil
            }, box.toOpaque())
        if code != 0 {
            box.release()
            return nil
        }
        return PosixThread(handle: handle)
    }

    /// Waits for the thread to end.
    consuming func join() {
        pthread_join(handle, nil)
    }

    /// Lets the thread run on by itself.
    consuming func detach() {
        pthread_detach(handle)
    }

    private final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
}
