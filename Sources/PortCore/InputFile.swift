import Glibc

/// A file, a pipe or standard input that is read to its end; a request to stop ends the wait for what does not come.
public struct InputFile: ~Copyable {
    /// Why it could not be read.
    public struct Failure: Error, Equatable {
        /// The number of the error.
        public let code: Int32
        /// The words of the system, or others where these say more.
        public let reason: String
        /// The signal that asked to stop, if that is why.
        public let signal: Int32?

        init(code: Int32, reason: String? = nil, signal: Int32? = nil) {
            self.code = code
            self.reason = reason ?? SystemError.text(code)
            self.signal = signal
        }
    }

    private let descriptor: Int32
    private let cancellation: Cancellation

    /// Opens `path`, `-` being standard input.
    ///
    /// - Parameter isRegular: whether only a regular file will do.
    public init(
        _ path: String, isRegular: Bool = false, cancellation: Cancellation = Cancellation()
    ) throws(Failure) {
        // A pipe to which nobody writes would be waited for here, out of reach of the request to stop.
        let isStandardInput = path.hasBytes(of: "-") && !isRegular
        descriptor = isStandardInput ? STDIN_FILENO : open(path.onDisk, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        self.cancellation = cancellation
        guard descriptor >= 0 else { throw Failure(code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure(code: errno) }
        guard !isRegular || status.st_mode & S_IFMT == S_IFREG else {
            throw Failure(code: EINVAL, reason: "it is not a regular file")
        }
    }

    deinit { if descriptor > STDIN_FILENO { close(descriptor) } }

    /// Reads into `buffer`, from the byte at `start` on, what there is.
    ///
    /// - Returns: how many bytes, 0 at the end.
    public func read(into buffer: inout [UInt8], at start: Int = 0) throws(Failure) -> Int {
        while true {
            try wait()
            let count = buffer.withUnsafeMutableBytes {
                Glibc.read(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
            }
            if count >= 0 { return count }
            guard errno == EINTR || errno == EAGAIN else { throw Failure(code: errno) }
        }
    }

    /// Whether others than the owner may do anything with the file.
    public var isExposed: Bool {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_mode & 0o077 != 0
    }

    /// Waits until there is something to read, or the end.
    private func wait() throws(Failure) {
        while true {
            if let signal = cancellation.requestedBy {
                throw Failure(code: EINTR, reason: Interruption.text(signal), signal: signal)
            }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&entry, 1, Int32(Cancellation.pollMilliseconds))
            if ready > 0 { return }
            guard ready == 0 || errno == EINTR else { throw Failure(code: errno) }
        }
    }
}
