import ArgumentParser
import Baseline
import PortCore

/// `portbase check`: probes, records and judges.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check ports, record the run, and judge it by the baseline or by its states.",
        usage: """
            portbase check -H <target> -p <list> [--name <name>] [<options>]
            portbase check --name <name> [<options>]
            """,
        discussion: """
            Examples:
              portbase check -H web01 -H 10.0.0.0/28 -p 22,80,443 -s ssh --name web-tier
              portbase check --name web-tier        the same request again

            A name keeps its request. Other flags for a known name are an error unless --redefine.
            Called by the name check_ports, portbase is this command.
            Exit codes: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN, 4 recorded, but not told.
            """,
        aliases: [CommandFamily.predecessor])

    @OptionGroup(title: "Targets and ports") var request: RequestOptions
    @OptionGroup(title: "Timing and load") var timing: TimingOptions

    @Option(
        help: ArgumentHelp("The check's name: \(CheckName.grammar).", valueName: "name"), transform: Reading.name)
    var name: CheckName?

    @Flag(help: "Change the recorded request of the check to the flags given.")
    var redefine = false

    @Option(
        help: ArgumentHelp(
            "Judge by this run instead of the check's baseline; none judges by states.", valueName: "run"),
        transform: CheckCommand.reference)
    var baseline: CheckOrder.Reference = .automatic

    @Option(help: ArgumentHelp("What drift is.", valueName: "state"))
    var driftState = DriftState.critical

    @Option(
        help: ArgumentHelp(
            "End as UNKNOWN, with nothing recorded, if the check takes longer. (default: no limit)",
            valueName: "seconds"),
        transform: TimingOptions.milliseconds)
    var deadline: Int?

    @Flag(name: .customLong("no-record"), help: "Do not record the run.")
    var noRecord = false

    @Flag(help: "End as UNKNOWN if the run cannot be recorded.")
    var requireRecord = false

    @Flag(help: "End as UNKNOWN if the check has no baseline, instead of judging by states.")
    var requireBaseline = false

    @Flag(help: "Read what services at open ports say; shown with --verbose, --json and by show.")
    var banner = false

    @Flag(name: .shortAndLong, help: "Show every endpoint.")
    var verbose = false

    @Flag(help: "Leave open ports out of --verbose and of the results of --json, but unstable ones.")
    var failOnly = false

    @Flag(
        inversion: .prefixedNo, help: "Whether performance data stands behind the line. (default: unless on a terminal)"
    )
    var perfdata: Bool?

    @Flag(help: "Show the life of each probe on standard error.")
    var debug = false

    @Flag(help: "Show what each token of the ports became, and why; probe nothing.")
    var explainPorts = false

    @Flag(name: .customShort("V"), help: "Print the version, as --version does.")
    var version = false

    @OptionGroup(title: "Judging by states") var judgement: JudgementOptions
    @OptionGroup var count: CountOptions
    @OptionGroup(title: "Log") var logging: LogOptions
    @OptionGroup var database: DatabaseOptions
    @OptionGroup var signing: SigningOptions
    @OptionGroup var output: OutputOptions

    enum DriftState: String, CaseIterable, ExpressibleByArgument {
        case critical
        case warning
    }

    func validate() throws {
        if version { throw CleanExit.message(PortbaseCommand.configuration.version) }
        guard !(noRecord && requireRecord) else {
            throw ValidationError("--no-record and --require-record exclude each other.")
        }
        if case .run = baseline, judgement.isOfStates {
            throw ValidationError("--baseline RUN judges by drift, and the flags that judge by states exclude it.")
        }
        guard !requireBaseline || baseline != .states && !judgement.isOfStates else {
            throw ValidationError(
                "--require-baseline judges by drift, and what judges by states excludes it, as does --baseline none.")
        }
    }

    func run() throws {
        // Before anything is read: what is to be read may be a pipe into which nobody writes.
        let cancellation = SignalTrap.install(deadline: deadline)
        if explainPorts {
            let report = try request.explanation(besides: judgement.expectClosed, cancellation)
            return try output.show(json: PortsJSON(report), text: PortsText(report: report, style: output.style).text)
        }
        let startedAt = Timestamp.now()
        let report: CheckReport
        do {
            report = try checker(cancellation).run(order(cancellation))
            SignalTrap.remove()
        } catch {
            log(.refused("\(error)"), startedAt)
            throw error
        }
        log(.done(report), startedAt)
        try show(report)
        throw ExitCode(Ending.verdict(report.verdict.level).exitCode(in: .plugin))
    }

    private func show(_ report: CheckReport) throws {
        for warning in report.warnings { Output.complain(warning) }
        let text = CheckText(
            report: report, counted: count.counted, hidesOpen: failOnly,
            hasPerfdata: perfdata ?? !Output.standard.isTerminal,
            style: output.style)
        try output.show(
            done: report.run.map { "Run \($0.id) of \($0.check) was recorded" },
            json: CheckJSON(report: report, counted: count.counted, hidesOpen: failOnly),
            text: verbose ? text.verbose : text.plugin, isVerbose: verbose)
        if let run = report.run, !output.quiet { Output.remark("recorded as run \(run.id) of \(run.check)") }
    }

    /// Logs the check where a log is asked for; never for the line of a plugin, as check_ports.py.
    private func log(_ outcome: CheckLog.Outcome, _ startedAt: Timestamp) {
        guard let mode: CheckLog.Mode = output.json ? .json : verbose ? .verbose : output.quiet ? .quiet : nil else {
            return
        }
        logging.append(
            CheckLog(
                command: Machine.arguments, hosts: request.host, mode: mode, startedAt: startedAt,
                finishedAt: .now(), outcome: outcome, requiresAll: judgement.requireAll,
                requiresAny: judgement.requireAny, hidesOpen: failOnly))
    }

    private func order(_ cancellation: Cancellation) throws -> CheckOrder {
        var order = CheckOrder()
        order.name = name
        order.demand = try judgement.demand { () throws(PortError) in try request.services(cancellation) }
        order.parts = try request.parts(besides: name == nil ? judgement.expectClosed : [], cancellation)
        timing.add(to: &order.parts)
        order.redefines = redefine
        order.reference = baseline
        order.records = !noRecord
        order.requiresRecord = requireRecord
        order.requiresBaseline = requireBaseline
        order.readsBanners = banner
        order.deadlineMilliseconds = deadline
        order.driftLevel = driftState == .critical ? .critical : .warning
        order.counted = count.counted
        return order
    }

    /// What an endpoint takes of memory at most, in bytes: measured, from the plan to the record, where all of them are
    /// confirmed, and what the outputs take beside that.
    private var bytesPerEndpoint: Int {
        200 + (output.json ? 800 : verbose ? 120 : 0) + (debug ? 1100 : 0) + (banner ? 800 : 0)
            + (logging.logDir == nil ? 0 : 300)
    }

    private func checker(_ cancellation: Cancellation) throws -> Checker {
        let signingKey = noRecord ? nil : try signing.key()
        let bytesPerEndpoint = bytesPerEndpoint
        let isQuiet = output.quiet
        return Checker(
            Checker.Environment(
                databasePath: database.path, signingKey: signingKey, context: Machine.context,
                cancellation: cancellation,
                clock: Timestamp.now,
                plan: { request in
                    try request.size.requireMemory(bytesPerEndpoint: bytesPerEndpoint)
                    return try ProbePlan(request, resolver: Resolver(), cancellation: cancellation)
                },
                probe: { plan in
                    var line = ProgressLine(isShown: !isQuiet)
                    defer { line.clear() }
                    let results = try Prober.run(plan, cancellation: cancellation, isTraced: debug) { line.show($0) }
                    if debug { try Output.error.write(DebugText.lines(results)) }
                    return results
                },
                pause: { milliseconds in
                    if let signal = cancellation.wait(milliseconds: milliseconds) {
                        throw ProbeError.cancelled(signal: signal)
                    }
                },
                banners: { results, request in
                    var line = ProgressLine(isShown: !isQuiet)
                    defer { line.clear() }
                    return try BannerReader.read(
                        results, request.ports, limits: request.limits, cancellation: cancellation
                    ) { line.show($0) }
                }))
    }

    @Sendable private static func reference(_ text: String) throws -> CheckOrder.Reference {
        if text == "none" { return .states }
        guard let reference = RunReference(text) else {
            throw ValidationError("Give none, or a run: \(RunReference.grammar).")
        }
        return .run(reference)
    }
}
