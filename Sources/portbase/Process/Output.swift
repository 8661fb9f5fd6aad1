import Glibc
import PortCore

/// Writes to the standard streams by descriptor. The only place that does.
struct Output: Sendable {
    static let standard = Output(descriptor: STDOUT_FILENO)
    static let error = Output(descriptor: STDERR_FILENO)

    private let descriptor: Int32

    /// Standard output could not take what was to be said, for example because a disk is full.
    struct WriteError: Error, CustomStringConvertible {
        let code: Int32
        /// Whether nobody reads any more.
        var isOfClosedPipe: Bool { code == EPIPE }
        var description: String { "Cannot write the output: \(SystemError.text(code))." }
    }

    var isTerminal: Bool { isatty(descriptor) == 1 }

    /// Writes all of `text`.
    func write(_ text: String) throws(WriteError) {
        var text = text
        let failure = text.withUTF8 { bytes -> Int32? in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                if count > 0 {
                    rest = UnsafeRawBufferPointer(rebasing: rest[count...])
                } else if errno != EINTR {
                    return errno
                }
            }
            return nil
        }
        if let failure { throw WriteError(code: failure) }
    }

    /// One line on standard error for a person who watches; nothing where nobody does.
    static func remark(_ line: String) {
        if error.isTerminal { complain(line) }
    }

    /// One line on standard error. There is nobody to tell when that fails.
    static func complain(_ line: String) {
        try? error.write("portbase: \(Visible.text(line))\n")
    }
}
