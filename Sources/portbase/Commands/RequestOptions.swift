import ArgumentParser
import Baseline
import PortCore

/// What is checked: hosts and ports.
struct RequestOptions: ParsableArguments {
    @Option(
        name: [.customShort("H"), .long], parsing: .singleValue,
        help: ArgumentHelp(
            "A name, IPv4 or IPv6 address, CIDR block or range (10.0.0.1-10.0.0.9, 10.0.0.1-9). Repeats.",
            valueName: "target"))
    var host: [String] = []

    @Option(
        help: ArgumentHelp("Read targets from a file, - for standard input.", valueName: "file"), completion: .file())
    var targets: String?

    @Option(parsing: .singleValue, help: ArgumentHelp("A target to leave out. Repeats.", valueName: "target"))
    var exclude: [String] = []

    @Option(
        help: ArgumentHelp("Read targets to leave out from a file, - for standard input.", valueName: "file"),
        completion: .file())
    var excludeFile: String?

    @Option(help: ArgumentHelp("The most addresses that one block may hold.", valueName: "count"))
    var maxBlock: Int = TargetSet.defaultBlockLimit

    @Option(
        name: .shortAndLong, parsing: .singleValue,
        help: ArgumentHelp(
            "Ports, ranges and service names: 22,https,8000-8010; - for all. Repeats.", valueName: "list"))
    var ports: [String] = []

    @Option(
        name: .shortAndLong, parsing: .singleValue,
        help: ArgumentHelp("Service names: ssh,https. Repeats.", valueName: "list"))
    var service: [String] = []

    @Option(help: ArgumentHelp("Where services are looked up.", valueName: "file"), completion: .file())
    var servicesFile: String = ServiceTable.systemPath

    @Flag(name: .customShort("4"), help: "Use IPv4 only.")
    var ipv4 = false

    @Flag(name: .customShort("6"), help: "Use IPv6 only.")
    var ipv6 = false

    func validate() throws {
        guard !(ipv4 && ipv6) else { throw ValidationError("-4 and -6 exclude each other.") }
        guard (1...TargetSet.largestBlockLimit).contains(maxBlock) else {
            throw ValidationError("--max-block takes a number from 1 to \(TargetSet.largestBlockLimit).")
        }
        guard [targets, excludeFile, servicesFile].filter({ $0 == "-" }).count < 2 else {
            throw ValidationError(
                "Standard input can be read once: for --targets, for --exclude-file or for --services-file.")
        }
    }

    /// The services table that the operator wants.
    func services(_ cancellation: Cancellation) throws(PortError) -> ServiceTable {
        try ServiceTable(path: servicesFile, cancellation: cancellation)
    }

    /// The parts that were given, without timing.
    ///
    /// - Parameter others: ports that are to be probed beside those of `--ports` and `--service`.
    func parts(besides others: [String], _ cancellation: Cancellation) throws -> RequestParts {
        var parts = RequestParts()
        parts.targets = try targetSet(host, targets, blockLimit: maxBlock, cancellation)
        parts.excluded = try targetSet(exclude, excludeFile, blockLimit: nil, cancellation)
        if !ports.isEmpty || !service.isEmpty || !others.isEmpty {
            parts.ports = try PortSelection(ports: ports + others, services: service) { () throws(PortError) in
                try services(cancellation)
            }
        }
        parts.family = ipv4 ? .v4 : ipv6 ? .v6 : nil
        return parts
    }

    /// What each token of ports became; `others` are ports of `--expect-closed`.
    ///
    /// - Throws: `PortError` for the first token that cannot be used, or when there is none.
    func explanation(besides others: [String], _ cancellation: Cancellation) throws(PortError) -> PortsReport {
        let services = { () throws(PortError) -> ServiceTable in try self.services(cancellation) }
        let asked = try PortExplanation.all(ports: ports, services: service, table: services)
        let closed = try PortExplanation.all(ports: others, services: [], table: services)
        guard !(asked + closed).isEmpty else { throw .none }
        return PortsReport(
            rows: asked.map { ($0.isFromServices ? "--service" : "--ports", $0) }
                + closed.map { ("--expect-closed", $0) },
            selection: PortSelection(asked + closed), table: servicesFile)
    }

    private func targetSet(
        _ tokens: [String], _ file: String?, blockLimit: Int?, _ cancellation: Cancellation
    ) throws(TargetError) -> TargetSet? {
        guard !tokens.isEmpty || file != nil else { return nil }
        return try TargetSet(parsing: tokens, file: file, blockLimit: blockLimit, cancellation: cancellation)
    }
}

/// What tokens of ports became: everything that the outputs of `--explain-ports` are made of.
struct PortsReport {
    let rows: [(option: String, token: PortExplanation)]
    /// What they stand for together.
    let selection: PortSelection
    /// The services table that was asked.
    let table: String
}

/// How long answers are waited for, and how hard the run may press.
struct TimingOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The time an endpoint has to answer, retries included. (default: 5; 2 with --name)", valueName: "seconds"),
        transform: TimingOptions.milliseconds)
    var timeout: Int?

    @Option(
        help: ArgumentHelp(
            "The most times that silence is tried again within the timeout. (default: \(Timing.defaultRetries))",
            valueName: "count"))
    var retries: Int?

    @Option(
        help: ArgumentHelp(
            "The least times that what differs from the baseline, or else from the previous run, is probed again. "
                + "(default: \(Timing.defaultConfirmations))",
            valueName: "count"))
    var confirm: Int?

    @Option(
        help: ArgumentHelp(
            "How long it has to differ before it is told, such as 10s or 0. (default: 5s, within 8 s in all, or within "
                + "--deadline)", valueName: "time"),
        transform: TimingOptions.confirmationMilliseconds)
    var confirmFor: Int?

    @Option(
        help: ArgumentHelp(
            "The most endpoints in flight. (default: \(LoadLimits.defaultParallelism), or what descriptors allow)",
            valueName: "count"))
    var parallelism: Int?

    @Option(
        help: ArgumentHelp(
            "The most endpoints in flight for one host; 0 for no limit. (default: 0)", valueName: "count"))
    var perHost: Int?

    @Option(
        help: ArgumentHelp("The most connection attempts a second; 0 for no limit. (default: 0)", valueName: "count"))
    var rate: Int?

    @Option(
        help: ArgumentHelp(
            "The most connection attempts a second at one host; 0 for what the host bears. (default: 0)",
            valueName: "count"))
    var maxRatePerHost: Int?

    func validate() throws {
        if let retries, !Timing.retryBounds.contains(retries) {
            throw ValidationError("--retries takes a number from 0 to \(Timing.retryBounds.upperBound).")
        }
        if let confirm, !Timing.confirmationBounds.contains(confirm) {
            throw ValidationError("--confirm takes a number from 0 to \(Timing.confirmationBounds.upperBound).")
        }
        if let parallelism, parallelism < 1 { throw ValidationError("--parallelism takes a number above 0.") }
        for (name, value) in [("per-host", perHost), ("rate", rate), ("max-rate-per-host", maxRatePerHost)] {
            if let value, value < 0 { throw ValidationError("--\(name) takes a number above 0, or 0 for no limit.") }
        }
    }

    /// Adds what was given to `parts`.
    func add(to parts: inout RequestParts) {
        parts.timeoutMilliseconds = timeout
        parts.retries = retries
        parts.confirmations = confirm
        parts.confirmForMilliseconds = confirmFor
        parts.parallelism = parallelism
        parts.perHost = perHost
        parts.rate = rate
        parts.ratePerHost = maxRatePerHost
    }

    /// Seconds, decimals allowed, as milliseconds.
    @Sendable static func milliseconds(_ text: String) throws -> Int {
        guard let milliseconds = number(text, in: Timing.timeoutBounds) else {
            throw ValidationError("Give seconds from 0.01 to 3600.")
        }
        return milliseconds
    }

    /// The same, from 0 and with an `s` behind them if wanted.
    @Sendable static func confirmationMilliseconds(_ text: String) throws -> Int {
        guard let milliseconds = number(text.last == "s" ? text.dropLast() : text[...], in: Timing.confirmForBounds)
        else { throw ValidationError("Give seconds from 0 to 3600, such as 5s or 0.") }
        return milliseconds
    }

    private static func number(_ text: some StringProtocol, in bounds: ClosedRange<Int>) -> Int? {
        let isDecimal = text.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        guard isDecimal, let seconds = Double(text), seconds * 1000 <= Double(bounds.upperBound) else { return nil }
        let milliseconds = Int((seconds * 1000).rounded())
        return bounds.contains(milliseconds) ? milliseconds : nil
    }
}
