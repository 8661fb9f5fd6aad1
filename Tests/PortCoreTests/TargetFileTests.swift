import Foundation
import Testing

@testable import PortCore

@Suite("A file of targets")
struct TargetFileTests {
    @Test("has one or more targets a line, comments and blank lines passed over")
    func tokens() {
        let text = """
            # web tier
            web01
              web02   # the new one

            10.0.0.0/28, 10.0.1.1\t2001:db8::1
            #10.9.9.9
            """
        let tokens = TargetFile.tokens(in: text)
        #expect(tokens.map(\.text) == ["web01", "web02", "10.0.0.0/28", "10.0.1.1", "2001:db8::1"])
        #expect(tokens.map(\.line) == [2, 3, 5, 5, 5])
    }

    @Test("may have the line ends of any system", arguments: ["a\nb\n", "a\r\nb\r\n", "a\rb", "\n\na\n\n\nb"])
    func lineEnds(text: String) {
        #expect(TargetFile.tokens(in: text).map(\.text) == ["a", "b"])
    }

    @Test("may hold nothing", arguments: ["", "\n", "# nothing", "  \n\t\n"])
    func empty(text: String) {
        #expect(TargetFile.tokens(in: text).isEmpty)
    }

    /// Calls `body` with a file of `bytes`.
    private func withFile(_ bytes: some Sequence<UInt8>, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("targets-\(UUID().uuidString)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        try body(path)
    }

    private func targets(_ path: String, limit: Int? = TargetSet.defaultBlockLimit) throws -> [String] {
        try TargetSet(parsing: ["first"], file: path, blockLimit: limit).tokens
    }

    @Test("is read from disk, beside what is named otherwise")
    func read() throws {
        try withFile("web01\n10.0.0.1 # db\n".utf8) { path in
            let targets = try targets(path)
            #expect(targets == ["10.0.0.1", "first", "web01"])
        }
    }

    @Test("may begin with a byte order mark", arguments: ["web01\n", "# comment\nweb01", "web01,"])
    func byteOrderMark(text: String) throws {
        try withFile([0xef, 0xbb, 0xbf] + Array(text.utf8)) { path in
            let targets = try targets(path)
            #expect(targets == ["first", "web01"])
        }
        try withFile([0xef, 0xbb, 0xbf] + Array("ssh 22/tcp\n".utf8)) { path in
            let table = try ServiceTable(path: path)
            #expect(throws: Never.self) { try table.ports(of: "ssh") }
        }
    }

    @Test(
        "that has a mistake is named with its line",
        arguments: [
            ("web01\nweb 300.1.1.1\n", 2, TargetError.malformed("300.1.1.1")),
            ("\r\n# x\r\n\r\nbücher.example", 4, .international("bücher.example", ascii: "xn--bcher-kva.example")),
            ("10.0.0.0/8", 1, .tooLarge("10.0.0.0/8", count: 1 << 24, limit: 65536)),
        ])
    func mistake(text: String, line: Int, expected: TargetError) throws {
        try withFile(text.utf8) { path in
            let error = #expect(throws: TargetError.self) { try targets(path) }
            #expect(error == .inFile(path: path, line: line, expected))
            #expect(error?.description == "\(path), line \(line): \(expected)")
        }
    }

    @Test("that cannot be read is named with the reason")
    func unreadable() {
        let missing = #expect(throws: TargetError.self) { try targets("/nonexistent/targets") }
        #expect(missing?.description == "Cannot read targets from '/nonexistent/targets': No such file or directory.")
        #expect(throws: TargetError.unreadable(path: "/", reason: "Is a directory")) { try targets("/") }
    }

    @Test("that is not UTF-8 text is refused")
    func notText() throws {
        try withFile([0x77, 0xff, 0xfe]) { path in
            #expect(throws: TargetError.unreadable(path: path, reason: "not UTF-8 text")) { try targets(path) }
        }
    }
}
