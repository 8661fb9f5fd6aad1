import Foundation
import Testing

/// The README's commands, typed at a terminal one after another, print what the page shows. Times, durations, users and
/// the ledger's hashes differ from run to run; digests of snapshots do not. Record anew with PORTBASE_RECORD_GOLDEN=1.
@Suite("The tour in the README works when it is typed")
struct TourTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../..").standardizedFileURL
    private static let page = repository.appendingPathComponent("README.md")

    /// A command of the page, and the lines below it.
    private struct Step: Equatable {
        let command: String
        var output: [String]
    }

    /// The lines of the page, those of sessions cut into steps.
    private enum Part {
        case text(String)
        case step(Step)
    }

    private static func parts(_ page: String) -> [Part] {
        var parts: [Part] = []
        var isCode = false
        for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("```") { isCode.toggle() }
            if isCode, line.hasPrefix("$ ") {
                parts.append(.step(Step(command: String(line.dropFirst(2)), output: [])))
            } else if isCode, case .step(var step) = parts.last {
                step.output.append(line)
                parts[parts.count - 1] = .step(step)
            } else {
                parts.append(.text(line))
            }
        }
        return parts
    }

    /// What each command prints at a terminal, in a network of its own where the machine allows that.
    private func type(_ commands: [String]) throws -> [[String]] {
        let runner = try CommandLineRunner()
        runner.environment["TMPDIR"] = runner.folder.path
        runner.environment["LC_ALL"] = "C.UTF-8"
        let files = FileManager.default
        try files.createDirectory(
            at: runner.folder.appendingPathComponent(".build/release"), withIntermediateDirectories: true)
        try files.createSymbolicLink(
            at: runner.folder.appendingPathComponent(".build/release/portbase"),
            withDestinationURL: CommandLineRunner.binary)
        try files.createSymbolicLink(
            at: runner.folder.appendingPathComponent("docs"),
            withDestinationURL: Self.repository.appendingPathComponent("docs"))
        let mark = UUID().uuidString
        let script = commands.map { "\($0)\nstatus=$?; echo \(mark); (exit $status)\n" }.joined()
        try script.write(to: runner.folder.appendingPathComponent("tour"), atomically: true, encoding: .utf8)
        let result = try runner.shell(
            """
            for flags in -n -rn; do
                unshare $flags true 2>/dev/null || continue
                exec unshare $flags sh -c "ip link set lo up; exec script -qec 'bash tour' /dev/null"
            done
            exec script -qec 'bash tour' /dev/null
            """)
        let outputs = result.output.replacingOccurrences(of: "\r\n", with: "\n")
            .replacingOccurrences(of: "\u{1B}\\[[0-9;]*[mK]", with: "", options: .regularExpression).components(
                separatedBy: mark + "\n")
        try #require(outputs.count == commands.count + 1, "\(result)")
        return outputs.dropLast().map { $0.split(separator: "\n").map(String.init) }
    }

    /// A line without what differs from run to run.
    private static func normalised(_ line: String) -> String {
        var line = line
        for (pattern, word) in [
            ("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "TIME"),
            ("ledger ([0-9]+) sha256:[0-9a-f]{64}", "ledger $1 sha256:HEAD"),
            ("\\b[0-9.]+ (µs|ms|s)\\b", "DURATION"), ("=[0-9]+\\.[0-9]{6}s", "=SECONDSs"),
            ("[A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+", "WHO"), (" {2,}", "  "), (" +$", ""),
        ] {
            line = line.replacingOccurrences(of: pattern, with: word, options: .regularExpression)
        }
        return line
    }

    @Test("each command prints what the page shows")
    func tour() throws {
        var parts = Self.parts(try String(contentsOf: Self.page, encoding: .utf8))
        let indices = parts.indices.filter { if case .step = parts[$0] { true } else { false } }
        let steps = indices.compactMap { if case .step(let step) = parts[$0] { step } else { nil } }
        try #require(steps.count > 20)
        let outputs = try type(steps.map(\.command))
        for (index, (step, output)) in zip(indices, zip(steps, outputs)) {
            let isAlike = step.output.map(Self.normalised) == output.map(Self.normalised)
            #expect(isAlike, "\(step.command)\n\(output.joined(separator: "\n"))")
            if !isAlike { parts[index] = .step(Step(command: step.command, output: output)) }
        }
        guard ProcessInfo.processInfo.environment["PORTBASE_RECORD_GOLDEN"] == "1" else { return }
        let lines = parts.flatMap { part in
            switch part {
            case .text(let line): [line]
            case .step(let step): ["$ " + step.command] + step.output
            }
        }
        try lines.joined(separator: "\n").write(to: Self.page, atomically: true, encoding: .utf8)
    }
}
