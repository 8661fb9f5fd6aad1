import CSockets
import Glibc

/// An address ready for connect(2).
struct SocketAddress: Sendable {
    fileprivate var raw: csockets_address
    let family: IPAddress.Family

    init(_ address: IPAddress) {
        family = address.family
        raw = csockets_address()
        raw.v6 = address.family == .v6
        withUnsafeMutableBytes(of: &raw.bytes) { $0.copyBytes(from: address.bytes) }
    }
}

/// A socket of the poller: where epoll finds it again, and its descriptor.
struct ProbeSocket: Sendable {
    let descriptor: Int32
    let family: IPAddress.Family
}

/// The system calls of a scan: sockets registered once with epoll(7), edge-triggered. Nothing is decided here.
struct Poller: ~Copyable {
    private let epoll: Int32
    private var tokens = [UInt64](repeating: 0, count: 512)

    /// - Throws: `ProbeError.system` when the kernel has no epoll descriptor to give.
    init() throws(ProbeError) {
        epoll = csockets_epoll_create()
        if epoll < 0 { throw .system(call: "epoll_create1", code: -epoll) }
    }

    deinit {
        _ = csockets_close(epoll)
    }

    /// A new socket, or the error number.
    func open(_ family: IPAddress.Family) -> Result<ProbeSocket, SystemCode> {
        let descriptor = csockets_tcp_socket(family == .v6)
        guard descriptor >= 0 else { return .failure(SystemCode(-descriptor)) }
        return .success(ProbeSocket(descriptor: descriptor, family: family))
    }

    /// Watches `socket`; `token` comes back with its events, which are the end of a connect and, if it `reads`,
    /// whatever arrives later.
    func register(_ socket: ProbeSocket, token: UInt64, reads: Bool = false) -> Int32 {
        -csockets_epoll_add(epoll, socket.descriptor, token, reads)
    }

    /// The local port of a socket that connects or did; 0 where it has none.
    func localPort(_ socket: ProbeSocket) -> UInt16 { csockets_local_port(socket.descriptor) }

    /// Has a new socket connect from local port `port`. Where that is taken meanwhile, it gets another.
    func bind(_ socket: ProbeSocket, toLocalPort port: UInt16) {
        _ = csockets_bind(socket.descriptor, socket.family == .v6, port)
    }

    /// Starts a connection, or reads how the one under way ended. Returns 0 or the error number.
    func connect(_ socket: ProbeSocket, _ address: borrowing SocketAddress, port: UInt16) -> Int32 {
        withUnsafePointer(to: address.raw) { -csockets_connect(socket.descriptor, $0, port) }
    }

    /// Hands all of `bytes` to a connection, or says that it did not take them.
    func send(_ socket: ProbeSocket, _ bytes: [UInt8]) -> Bool {
        csockets_send(socket.descriptor, bytes, bytes.count) == bytes.count
    }

    /// What has arrived on a connection: at most `capacity` bytes, none at its end; or the error number.
    func receive(_ socket: ProbeSocket, capacity: Int) -> Result<[UInt8], SystemCode> {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: capacity) { buffer, count in
            let received = csockets_receive(socket.descriptor, buffer.baseAddress, capacity)
            count = max(0, Int(received))
            failure = max(0, -received)
        }
        return failure == 0 ? .success(bytes) : .failure(SystemCode(failure))
    }

    func close(_ socket: ProbeSocket) {
        _ = csockets_close(socket.descriptor)
    }

    func icmpError(_ socket: ProbeSocket) -> ICMPError? {
        var isV6 = false
        var type: UInt8 = 0
        var code: UInt8 = 0
        guard csockets_icmp_error(socket.descriptor, &isV6, &type, &code) == 1 else { return nil }
        return ICMPError(isV6: isV6, type: type, code: code)
    }

    func ends(_ socket: ProbeSocket) -> ConnectionEnds {
        switch csockets_compare_ends(socket.descriptor) {
        case 0: .distinct
        case 3: .same
        default: .sameHost
        }
    }

    func isBroadcast(_ address: borrowing SocketAddress) -> Bool {
        withUnsafePointer(to: address.raw) { csockets_is_broadcast($0) }
    }

    /// Waits for events, at most `milliseconds`. Returns how many there are; `token` tells each.
    mutating func wait(milliseconds: Int32) throws(ProbeError) -> Int {
        let count = csockets_epoll_wait(epoll, &tokens, Int32(tokens.count), milliseconds)
        guard count >= 0 else { throw .system(call: "epoll_wait", code: -count) }
        return Int(count)
    }

    /// The token of event `index` of the last wait.
    func token(_ index: Int) -> UInt64 { tokens[index] }
}

/// An error number of the system, as a typed failure.
struct SystemCode: Error, Equatable {
    let code: Int32
    init(_ code: Int32) { self.code = code }
}
