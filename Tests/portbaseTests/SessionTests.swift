import Foundation
import Glibc
import Testing

/// Sessions at a shell, as readable files: `Golden/NAME.session` holds commands and exactly what they print.
///
/// `> listen PORT1` and `> close PORT1` open and shut ports of this machine; `> say PORT1 WORDS` opens one that greets.
/// What differs from run to run stands
/// as a word of the same width: PORT1 … PORT6, TIME, DIGEST. Record anew with PORTBASE_RECORD_GOLDEN=1.
@Suite("A session at the shell prints what its golden file shows")
struct SessionTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static let names: [String] =
        ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
        .filter { $0.hasSuffix(".session") }.sorted()

    @Test("there are sessions to run")
    func sessionsExist() {
        #expect(Self.names.count >= 4)
    }

    @Test("the session", arguments: names)
    func session(_ name: String) throws {
        let file = Self.folder.appendingPathComponent(name)
        let expected = try String(contentsOf: file, encoding: .utf8)
        let actual = try SessionPlayer().play(expected)
        if ProcessInfo.processInfo.environment["PORTBASE_RECORD_GOLDEN"] == "1" {
            try actual.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(actual == expected)
    }
}

/// Plays the commands of a session and writes down what they print.
private final class SessionPlayer {
    private let runner: CommandLineRunner
    private let ports: [UInt16]
    private var listeners: [String: LoopbackListener] = [:]

    init() throws {
        runner = try CommandLineRunner()
        ports = try LoopbackListener.freePorts(6)
        try "ssh 22/tcp\nweb \(ports[0])/tcp http # tcp only\nntp 123/udp\n"
            .write(to: runner.folder.appendingPathComponent("services"), atomically: true, encoding: .utf8)
    }

    func play(_ session: String) throws -> String {
        var written = ""
        for line in session.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("#") || line.hasPrefix(">") || line.hasPrefix("$ ") { written += line + "\n" }
            if line.hasPrefix("> ") { try direct(line.dropFirst(2).split(separator: " ").map(String.init)) }
            if line.hasPrefix("$ ") { written += try command(String(line.dropFirst(2))) + "\n" }
        }
        return written
    }

    private func direct(_ words: [String]) throws {
        if words[0] == "say" {
            listeners[words[1]] = nil
            listeners[words[1]] = try LoopbackListener(
                port: port(words[1]), greeting: words.dropFirst(2).joined(separator: " "))
            return
        }
        for word in words.dropFirst() {
            listeners[word] = words[0] == "listen" ? try LoopbackListener(port: port(word)) : nil
        }
    }

    private func port(_ word: String) -> UInt16 { ports[Int(word.dropFirst(4))! - 1] }

    private func command(_ line: String) throws -> String {
        var line = line.replacingOccurrences(of: "portbase ", with: "\"$portbase\" ")
        for number in 1...ports.count {
            line = line.replacingOccurrences(of: "PORT\(number)", with: "\(ports[number - 1])")
        }
        let result = try runner.shell(line + " 2>&1")
        return normalised(result.output) + "(exit \(result.status))\n"
    }

    /// `user@host` of this process.
    private let who: String = {
        var name = [CChar](repeating: 0, count: 256)
        gethostname(&name, name.count)
        return
            "\(NSUserName())@\(String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self))"
    }()

    private func normalised(_ text: String) -> String {
        var text = text
        for (index, port) in ports.enumerated() {
            text = text.replacingOccurrences(of: "\(port)", with: "PORT\(index + 1)")
        }
        text = text.replacingOccurrences(of: runner.folder.path, with: "FOLDER")
        for (pattern, word) in [
            ("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]{3})?Z", "TIME"),
            ("\\b[0-9a-f]{64}\\b", "DIGEST"), ("\\b[0-9a-f]{12}\\b", "DIGEST"),
            ("took [0-9.]+ (µs|ms|s)", "took DURATION"), ("  [0-9.]+ (ms|s) {2,}", "  DURATION  "),
            ("TOOK {2,}", "TOOK  "),
            (NSRegularExpression.escapedPattern(for: who), "WHO"), ("answers .*", "answers TIMES"),
            ("[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8};", "MOMENT;"), (CommandLineRunner.binary.path, "PORTBASE"),
            ("BY {2,}", "BY  "), ("=[0-9]+\\.[0-9]{6}s", "=SECONDSs"),
            ("\\+[0-9.]+ (µs|ms|s)", "+DURATION"),
        ] {
            text = text.replacingOccurrences(of: pattern, with: word, options: .regularExpression)
        }
        return text
    }
}
