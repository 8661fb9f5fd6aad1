import Foundation

/// Runs the built `portbase` in a folder of its own, with a database and an environment of its own.
final class CommandLineRunner {
    /// What a finished process left.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
    }

    let folder: URL
    /// What the process sees beside PATH; the tests fix locale and time zone to something unusual.
    var environment: [String: String]

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("portbase-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        environment = [
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": folder.path, "LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Kathmandu",
        ]
        // What `make sanitize` asks of the sanitizers holds for what they are run on.
        for name in ["ASAN_OPTIONS", "TSAN_OPTIONS"] { environment[name] = ProcessInfo.processInfo.environment[name] }
    }

    deinit {
        try? FileManager.default.removeItem(at: folder)
    }

    var database: URL { folder.appendingPathComponent(".local/share/portbase/portbase.db") }

    /// The binary that SwiftPM built beside the test bundle.
    static let binary: URL = {
        let tests = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let candidates = [tests, Bundle.main.bundleURL, Bundle.main.bundleURL.deletingLastPathComponent()]
        let found = candidates.map { $0.appendingPathComponent("portbase") }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
        return found ?? tests.appendingPathComponent("portbase")
    }()

    /// Runs `portbase` with `arguments` to its end.
    func portbase(_ arguments: String..., input: String = "") throws -> Result {
        try portbase(arguments, input: input)
    }

    func portbase(_ arguments: [String], input: String = "") throws -> Result {
        try run(Self.binary.path, arguments, input: input)
    }

    /// Runs a shell line in which `$portbase` is the binary.
    func shell(_ line: String) throws -> Result {
        environment["portbase"] = Self.binary.path
        return try run("/bin/sh", ["-c", line])
    }

    func run(_ program: String, _ arguments: [String], input: String = "") throws -> Result {
        let running = try start(program, arguments, input: input)
        return try running.finish()
    }

    /// Starts a process whose output goes to files, so that a full pipe never blocks it.
    func start(_ program: String, _ arguments: [String], input: String = "") throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = folder
        let names = ["in", "out", "err"].map { folder.appendingPathComponent("\(UUID().uuidString).\($0)") }
        try Data(input.utf8).write(to: names[0])
        for name in names.dropFirst() { try Data().write(to: name) }
        process.standardInput = try FileHandle(forReadingFrom: names[0])
        process.standardOutput = try FileHandle(forWritingTo: names[1])
        process.standardError = try FileHandle(forWritingTo: names[2])
        try process.run()
        return Running(process: process, output: names[1], errors: names[2])
    }

    /// A process under way.
    struct Running {
        let process: Process
        fileprivate let output: URL
        /// What it has written to standard error so far.
        let errors: URL

        func finish() throws -> Result {
            process.waitUntilExit()
            let status = process.terminationStatus
            return Result(
                status: status, output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
                errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
        }
    }
}
