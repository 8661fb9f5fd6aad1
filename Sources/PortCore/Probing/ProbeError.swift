import Glibc

/// Why a run could not be carried out. Nothing is known then, and nothing is recorded.
public enum ProbeError: Error, Equatable, CustomStringConvertible {
    /// The machine has no way to the host.
    case noRoute(host: Host, code: Int32)
    /// The machine was short of something for so long that the run made no progress.
    case noProgress(code: Int32)
    case cancelled(signal: Int32)
    case system(call: String, code: Int32)

    /// One line for the operator.
    public var description: String {
        switch self {
        case .noRoute(let host, let code):
            "No way from this machine to '\(host)': \(SystemError.text(code)). Nothing was recorded."
        case .noProgress(let code):
            "The run makes no progress: \(SystemError.text(code)). Lower --parallelism, or raise the limit "
                + "(\(Self.limit(code))). Nothing was recorded."
        case .cancelled(let signal): Interruption.text(signal)
        case .system(let call, let code): "\(call) failed: \(SystemError.text(code)). Nothing was recorded."
        }
    }

    private static func limit(_ code: Int32) -> String {
        switch code {
        case EMFILE: "ulimit -n"
        case ENFILE: "sysctl fs.file-max"
        case EADDRNOTAVAIL, EADDRINUSE: "sysctl net.ipv4.ip_local_port_range, or a source address for the family"
        default: "memory for socket buffers"
        }
    }
}
