import Glibc

/// A TCP socket that listens on 127.0.0.1 until it is closed.
final class LoopbackListener {
    let port: UInt16
    private let descriptor: Int32

    /// - Parameter port: 0 for one that the system picks.
    init(port: UInt16 = 0) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress!
            return bind(descriptor, pointer, length) == 0 && listen(descriptor, 4096) == 0
                && getsockname(descriptor, pointer, &length) == 0
        }
        guard isListening else {
            let code = errno
            Glibc.close(descriptor)
            throw ListenError(code: code)
        }
        self.descriptor = descriptor
        self.port = UInt16(bigEndian: address.sin_port)
    }

    struct ListenError: Error {
        let code: Int32
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Ports that were free a moment ago, five digits each, ascending.
    static func freePorts(_ count: Int) throws -> [UInt16] {
        let held = try (0..<count).map { _ in try LoopbackListener() }
        return held.map(\.port).sorted()
    }
}
