import Foundation
import PortCore

@testable import Baseline

/// A fresh folder that is removed with its last reference.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/portbase-tests-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// Where the tests put the database.
    var database: String { path + "/portbase.db" }

    /// The bytes of the database file.
    func bytes() throws -> Data { try Data(contentsOf: URL(fileURLWithPath: database)) }

    /// A store for recording in the database.
    func store(patience: Int = Patience.usual) throws -> Store {
        try Store(recordingIn: database, patience: Patience(milliseconds: patience))
    }

    /// A connection of its own, as another program would have.
    func connection() throws -> Database {
        try Database(
            path: database, access: .write,
            lockWait: LockWait(Patience(milliseconds: 10_000), cancellation: Cancellation()))
    }

    /// The numbers that a query gives, through a connection of its own.
    func numbers(_ sql: String) throws -> [Int] {
        try connection().rows(sql) { Int($0.int(0)) }
    }

    /// The texts that a query gives, through a connection of its own.
    func texts(_ sql: String) throws -> [String] {
        try connection().rows(sql) { $0.text(0) }
    }

    /// The steps of SQLite's plan for a query.
    func steps(of sql: String) throws -> [String] {
        try connection().rows("EXPLAIN QUERY PLAN " + sql) { $0.text(3) }
    }

    /// Runs statements through a connection of its own.
    func execute(_ statements: String...) throws {
        let connection = try connection()
        for statement in statements { try connection.execute(statement) }
    }
}

/// Folders of the project, found from this file.
enum Project {
    static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    static let root = tests.deletingLastPathComponent().deletingLastPathComponent()
    static let golden = tests.appendingPathComponent("Golden")
    static let fixtures = tests.appendingPathComponent("Fixtures")
}

/// A program of the system, run to its end.
enum Tool {
    static let sqlite3 = path(of: "sqlite3")
    static let python3 = path(of: "python3")
    static let sha256sum = path(of: "sha256sum")

    private static func path(of name: String) -> String? {
        let folders = ProcessInfo.processInfo.environment["PATH", default: "/usr/bin:/bin"].split(separator: ":")
        return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// The exit status and both outputs together.
    static func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
