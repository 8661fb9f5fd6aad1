import Glibc
import Synchronization
import Testing

@testable import PortCore

/// A network namespace of its own for one thread. It is gone with the thread, with all that was set up in it.
enum NetworkNamespace {
    struct Failure: Error {
        let what: String
    }

    /// Why tests that need one are skipped.
    static let need: Comment = "needs root (CLONE_NEWNET), ip(8), and nft(8) with a kernel that has nftables"

    /// Whether this process may have namespaces, with devices and packet filters in them.
    static let isAvailable: Bool = {
        let script = "ip link set lo up && ip link add d0 type veth peer name d1 && nft add table inet probe"
        return (try? run(script) { true }) ?? false
    }()

    /// Runs `body` on a thread in a fresh namespace, after the shell commands of `script` in the same namespace.
    static func run<Value: Sendable>(_ script: String, body: @escaping @Sendable () throws -> Value) throws -> Value {
        let result = SharedState<Result<Value, any Error>>(.failure(Failure(what: "the thread did not run")))
        let thread = PosixThread.start {
            let value = Result {
                try enter()
                // /proc/net and /proc/sys/net of a child are those of the thread that starts it.
                try shell("set -e; exec 2>&1; " + script)
                return try body()
            }
            result.value.withLock { $0 = value }
        }
        guard let thread else { throw Failure(what: "no thread") }
        thread.join()
        return try result.value.withLock { $0 }.get()
    }

    /// Moves this thread, and nothing else of the process, into a new namespace.
    private static func enter() throws {
        typealias Unshare = @convention(c) (Int32) -> Int32
        let newNetwork: Int32 = 0x4000_0000
        guard let symbol = dlsym(nil, "unshare") else { throw Failure(what: "no unshare(2)") }
        guard unsafeBitCast(symbol, to: Unshare.self)(newNetwork) == 0 else {
            throw Failure(what: "unshare: \(SystemError.text(errno))")
        }
    }

    /// Runs `script` in a child of this thread, which is in the thread's namespace.
    private static func shell(_ script: String) throws {
        let words: [String] = ["sh", "-c", script]
        var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child = pid_t()
        guard posix_spawnp(&child, "sh", nil, nil, &arguments, environ) == 0 else { throw Failure(what: "no sh") }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        guard status == 0 else { throw Failure(what: "status \(status) of: \(script)") }
    }
}
