/// Why banners could not be read. States that were found before hold all the same.
public enum BannerError: Error, Equatable, CustomStringConvertible {
    case cancelled(signal: Int32)
    /// The machine lacks what connections need.
    case shortage(code: Int32)

    public var description: String {
        switch self {
        case .cancelled(let signal): Interruption.text(signal)
        case .shortage(let code): "this machine is short of something: \(SystemError.text(code))"
        }
    }
}

/// Connects again to the open ports of a run, and hears what services say of themselves. It changes no state.
public enum BannerReader {
    /// How long each port is listened to, from its SYN on, in milliseconds.
    public static let defaultMilliseconds = 2000
    /// The most ports that are listened to at once.
    public static let window = 256

    /// Reads the banners of every open port in `results`.
    ///
    /// - Parameters:
    ///   - selection: the ports as they were asked, for the names of services.
    ///   - limits: held to as by the prober.
    ///   - milliseconds: how long each port is listened to.
    ///   - cancellation: looked at ten times a second.
    ///   - progress: called about ten times a second from the calling thread.
    /// - Returns: the hosts that said anything. A port that said nothing, or is not open any more, has no banner.
    /// - Throws: `BannerError` when it cannot be told which ports say something.
    public static func read(
        _ results: [HostResult], _ selection: PortSelection, limits: LoadLimits,
        milliseconds: Int = defaultMilliseconds, cancellation: Cancellation,
        progress: (ProbeProgress) -> Void = { _ in }
    ) throws(BannerError) -> [Host: HostBanners] {
        let calls = results.compactMap { BannerCalls($0, selection) }
        guard !calls.isEmpty else { return [:] }
        do throws(ProbeError) {
            var worker = try BannerWorker(calls, limits: limits, milliseconds: milliseconds)
            try worker.run(cancellation: cancellation, progress: progress)
            return worker.banners
        } catch {
            switch error {
            case .cancelled(let signal): throw .cancelled(signal: signal)
            case .noProgress(let code), .noRoute(_, let code), .system(_, let code): throw .shortage(code: code)
            }
        }
    }
}

/// The open ports of one host that are still to be called, and how many are in a call.
struct BannerCalls {
    let host: Host
    let address: SocketAddress
    let portCount: Int
    private let selection: PortSelection
    private var waiting = FIFO<UInt16>()
    private var inCall = 0
    private var done = 0
    /// Whether the host stands in the queue of those that may be called.
    var isQueued = false

    /// - Returns: `nil` for a host without open ports.
    init?(_ result: HostResult, _ selection: PortSelection) {
        let open = zip(result.ports.values, result.outcomes).filter { $1.state == .open }.map(\.0)
        guard let address = result.address, !open.isEmpty else { return nil }
        host = result.host
        self.address = SocketAddress(address)
        self.selection = selection
        portCount = open.count
        for port in open { waiting.append(port) }
    }

    var isDone: Bool { done == portCount }

    /// Whether another port may be called, with `perHost` at once.
    func canStart(perHost: Int) -> Bool { waiting.first != nil && inCall < perHost }

    mutating func take() -> UInt16? {
        guard let port = waiting.popFirst() else { return nil }
        inCall += 1
        return port
    }

    mutating func end() {
        inCall -= 1
        done += 1
    }

    /// Takes a call back, as if it had not been made.
    mutating func postpone(_ port: UInt16) {
        inCall -= 1
        waiting.append(port)
    }

    func machine(_ port: UInt16) -> BannerMachine {
        BannerMachine(
            BannerProtocol(name: selection.service(of: port), port: port), host: host.endpoint("\(port)"))
    }
}
