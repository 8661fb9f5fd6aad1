import Glibc
import Synchronization

@testable import PortCore

/// A server on 127.0.0.1 that lets a closure talk on each connection, until the object goes.
final class Speaker: Sendable {
    let port: UInt16
    private let isStopped = SharedState(false)
    private let count = SharedState(0)

    /// How many connections there were.
    var connections: Int { count.value.withLock { $0 } }

    /// - Parameter talk: runs on a thread of its own; the connection is closed after it.
    init(_ talk: @escaping @Sendable (Talk) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            return bind(descriptor, pointer, length) == 0 && listen(descriptor, 4096) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        guard isListening else { throw Listener.Failure(call: "bind", code: errno) }
        port = UInt16(bigEndian: address.sin_port)
        PosixThread.start { [isStopped, count] in
            while !isStopped.value.withLock({ $0 }) {
                var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                guard Glibc.poll(&poll, 1, 20) == 1 else { continue }
                let client = accept(descriptor, nil, nil)
                guard client >= 0 else { continue }
                count.value.withLock { $0 += 1 }
                PosixThread.start {
                    talk(Talk(descriptor: client, isStopped: isStopped))
                    close(client)
                }?.detach()
            }
            close(descriptor)
        }?.detach()
    }

    /// One that says `text` and then keeps silent.
    convenience init(saying text: String) throws {
        try self.init { talk in
            talk.say(text)
            talk.waitForEnd()
        }
    }

    deinit {
        isStopped.value.withLock { $0 = true }
    }

    /// One connection, seen from the server.
    struct Talk {
        let descriptor: Int32
        fileprivate let isStopped: SharedState<Bool>

        /// Says `text`; `false` when the client is gone.
        @discardableResult
        func say(_ text: String) -> Bool {
            var text = text
            return text.withUTF8 { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) >= 0 }
        }

        /// What the client says within `milliseconds`; `nil` at the end, empty for nothing.
        func hear(milliseconds: Int32 = 100) -> String? {
            var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard Glibc.poll(&poll, 1, milliseconds) == 1 else { return "" }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = recv(descriptor, &buffer, buffer.count, 0)
            return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
        }

        func waitForEnd() {
            while !isStopped.value.withLock({ $0 }), hear() != nil {}
        }

        /// Ends the connection with a RST.
        func reset() {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
    }
}
