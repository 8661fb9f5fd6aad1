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
        #expect(TargetFile.tokens(in: text) == ["web01", "web02", "10.0.0.0/28", "10.0.1.1", "2001:db8::1"])
    }

    @Test("may have the line ends of any system", arguments: ["a\nb\n", "a\r\nb\r\n", "a\rb", "\n\na\n\n\nb"])
    func lineEnds(text: String) {
        #expect(TargetFile.tokens(in: text) == ["a", "b"])
    }

    @Test("may hold nothing", arguments: ["", "\n", "# nothing", "  \n\t\n"])
    func empty(text: String) {
        #expect(TargetFile.tokens(in: text).isEmpty)
    }

    @Test("is read from disk")
    func read() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("targets-\(UUID().uuidString)").path
        try Data("web01\n10.0.0.1 # db\n".utf8).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(try TargetFile.read(path) == ["web01", "10.0.0.1"])
    }

    @Test("that cannot be read is named with the reason")
    func unreadable() {
        let missing = #expect(throws: TargetError.self) { try TargetFile.read("/nonexistent/targets") }
        #expect(missing?.description == "Cannot read targets from '/nonexistent/targets': No such file or directory.")
        #expect(throws: TargetError.unreadable(path: "/", reason: "Is a directory")) { try TargetFile.read("/") }
    }

    @Test("that is not UTF-8 text is refused")
    func notText() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("targets-\(UUID().uuidString)").path
        try Data([0x77, 0xff, 0xfe]).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        #expect(throws: TargetError.unreadable(path: path, reason: "not UTF-8 text")) { try TargetFile.read(path) }
    }
}
