import Glibc
import Synchronization

@testable import PortCore

/// A listening TCP socket, closed with the object. Connections stay in its backlog.
final class Listener: Sendable {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    let port: UInt16
    private let address: IPAddress
    private let descriptor: Int32
    private let clients = SharedState<[Int32]>([])

    /// - Parameter port: 0 for one that the kernel picks.
    init(_ text: String = "127.0.0.1", port: UInt16 = 0, backlog: Int32 = 64) throws {
        guard let address = IPAddress(text) else { throw Failure(call: "address", code: EINVAL) }
        self.address = address
        descriptor = try Self.socket(address)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var bound: UInt16 = 0
        guard Self.withSocketAddress(address, port, { [descriptor] in bind(descriptor, $0, $1) }) == 0,
            listen(descriptor, backlog) == 0,
            Self.readPort(of: descriptor, into: &bound)
        else {
            let code = errno
            close(descriptor)
            throw Failure(call: "bind", code: code)
        }
        self.port = bound
    }

    deinit {
        close(descriptor)
        clients.value.withLock { for client in $0 { close(client) } }
    }

    /// Fills the backlog, so that the next SYN is dropped: connects until a connection is not made at once.
    func fill() throws {
        while true {
            let client = try Self.socket(address)
            _ = Self.withSocketAddress(address, port) { connect(client, $0, $1) }
            var poll = pollfd(fd: client, events: Int16(POLLOUT), revents: 0)
            guard Glibc.poll(&poll, 1, 100) == 1 else {
                close(client)
                return
            }
            clients.value.withLock { $0.append(client) }
        }
    }

    /// Accepts what waits in the backlog, so that there is room again.
    func drain() {
        while case let accepted = accept(descriptor, nil, nil), accepted >= 0 { close(accepted) }
    }

    private static func socket(_ address: IPAddress) throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = Glibc.socket(address.family == .v4 ? AF_INET : AF_INET6, type, 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        return descriptor
    }

    private static func withSocketAddress(
        _ address: IPAddress, _ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        if address.family == .v4 {
            var four = sockaddr_in()
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            withUnsafeMutableBytes(of: &four.sin_addr) { $0.copyBytes(from: address.bytes) }
            return withPointer(to: &four, body)
        }
        var six = sockaddr_in6()
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        withUnsafeMutableBytes(of: &six.sin6_addr) { $0.copyBytes(from: address.bytes) }
        return withPointer(to: &six, body)
    }

    private static func withPointer<Address>(
        to address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafeBytes(of: &address) {
            body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count))
        }
    }

    /// sin_port and sin6_port stand at the same place.
    private static func readPort(of descriptor: Int32, into port: inout UInt16) -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutableBytes(of: &storage) { bytes in
            let pointer = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
            guard getsockname(descriptor, pointer, &length) == 0 else { return false }
            port = UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self))
            return true
        }
    }
}
