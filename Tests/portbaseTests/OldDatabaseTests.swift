import Foundation
import Testing

/// Databases of earlier versions, and what was answered from them: `Fixtures/vN.answers` beside `vN.db` holds commands and
/// exactly what they print. Record anew with PORTBASE_RECORD_GOLDEN=1, and review: the answers are a promise.
@Suite("Databases of earlier versions give the answers that they gave")
struct OldDatabaseTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("BaselineTests/Fixtures")

    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".db") }.map { String($0.dropLast(3)) }.sorted()

    @Test("there are some")
    func exist() {
        #expect(Self.names == ["v1"])
    }

    private func runner(_ name: String) throws -> CommandLineRunner {
        let runner = try CommandLineRunner()
        for end in ["db", "pub"] {
            try FileManager.default.copyItem(
                at: Self.folder.appendingPathComponent("\(name).\(end)"),
                to: runner.folder.appendingPathComponent("old.\(end)"))
        }
        runner.environment["PORTBASE_DB"] = "old.db"
        return runner
    }

    /// Runs the commands of `answers`, and writes down what they print.
    private func play(_ answers: String, _ runner: CommandLineRunner) throws -> String {
        var written = ""
        for line in answers.split(separator: "\n") where line.hasPrefix("$ ") || line.hasPrefix("# ") {
            written += line + "\n"
            guard line.hasPrefix("$ ") else { continue }
            let command = line.dropFirst(2).replacingOccurrences(of: "portbase ", with: "\"$portbase\" ")
            let result = try runner.shell(command + " 2>&1")
            written += result.output + "(exit \(result.status))\n\n"
        }
        return written
    }

    @Test("before anything is recorded in them", arguments: names)
    func answers(name: String) throws {
        let file = Self.folder.appendingPathComponent("\(name).answers")
        let expected = try String(contentsOf: file, encoding: .utf8)
        let actual = try play(expected, runner(name))
        if ProcessInfo.processInfo.environment["PORTBASE_RECORD_GOLDEN"] == "1" {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(actual == expected)
    }

    @Test("after something is recorded in them, which may migrate them", arguments: names)
    func answersAfterRecording(name: String) throws {
        let runner = try runner(name)
        _ = try runner.portbase("keygen", "key")
        let check = try runner.portbase(
            "check", "-H", "127.0.0.1", "-p", "1", "--name", "later", "--sign-key", "key", "-j")
        #expect(check.output.contains("\"run\""), "\(check)")
        let expected = try String(contentsOf: Self.folder.appendingPathComponent("\(name).answers"), encoding: .utf8)
        // What tells of all that is recorded comes first.
        let lasting = expected.components(separatedBy: "# What stays the same, whatever is recorded later.\n")
        #expect(lasting.count == 2)
        #expect(try play(lasting[1], runner) == lasting[1])
        let verify = try runner.portbase("verify", "--public-key", "old.pub", "--public-key", "key.pub")
        #expect(verify.status == 0 && verify.output.hasPrefix("Holds: "), "\(verify)")
    }
}
