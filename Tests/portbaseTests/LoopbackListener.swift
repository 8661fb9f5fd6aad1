import Foundation
import Glibc

/// A TCP socket that listens on 127.0.0.1 until it is closed.
final class LoopbackListener {
    let port: UInt16
    private let descriptor: Int32

    /// - Parameters:
    ///   - port: 0 for one that the system picks.
    ///   - greeting: a line that is said on each connection before it is closed; `nil` to leave all in the backlog.
    init(port: UInt16 = 0, greeting: String? = nil) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var bound: UInt16 = 0
        let isListening = Self.withAddress(port) { pointer, length in
            var length = length
            guard bind(descriptor, pointer, length) == 0, listen(descriptor, 4096) == 0,
                getsockname(descriptor, pointer, &length) == 0
            else { return false }
            bound = UInt16(bigEndian: UnsafeRawPointer(pointer).load(as: sockaddr_in.self).sin_port)
            return true
        }
        guard isListening else {
            let code = errno
            Glibc.close(descriptor)
            throw ListenError(code: code)
        }
        self.descriptor = descriptor
        self.port = bound
        guard let greeting else { return }
        Thread.detachNewThread {
            // The shutdown at the end lets accept fail.
            while case let client = accept(descriptor, nil, nil), client >= 0 {
                let line = Array("\(greeting)\r\n".utf8)
                send(client, line, line.count, Int32(MSG_NOSIGNAL))
                Glibc.close(client)
            }
        }
    }

    struct ListenError: Error {
        let code: Int32
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        Glibc.close(descriptor)
    }

    /// Whether something on 127.0.0.1 accepts connections at `port`.
    static func accepts(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { Glibc.close(descriptor) }
        return withAddress(port) { connect(descriptor, $0, $1) } == 0
    }

    /// Ports that were free a moment ago, five digits each, ascending.
    static func freePorts(_ count: Int) throws -> [UInt16] {
        let held = try (0..<count).map { _ in try LoopbackListener() }
        return held.map(\.port).sorted()
    }

    /// The socket address of `port` on 127.0.0.1.
    private static func withAddress<Value>(
        _ port: UInt16, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafeMutableBytes(of: &address) {
            body($0.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t($0.count))
        }
    }
}
