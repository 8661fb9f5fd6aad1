import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("docs/queries.md answers its questions as it says")
struct QueryDocumentTests {
    private static let page = Project.root.appendingPathComponent("docs/queries.md")

    /// Runs of three days: 3389 comes and goes at an address, 3306 opens on db01, which moves, and is accepted.
    private func recorded() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        func run(_ hour: Int, _ desk: KeyValuePairs<Reason, String>, _ base: HostResult) throws -> Run {
            try store.record(draft("office", [found("10.0.0.20", desk), base], at: hour * 60))
        }
        let quiet = found("db01", at: "10.0.0.5", [.connected: "22", .refused: "3306,3389"])
        let open = found("db01", at: "10.0.0.5", [.connected: "22,3306", .refused: "3389"])
        let moved = found("db01", at: "10.0.0.6", [.connected: "22,3306", .refused: "3389"])
        let first = try run(-30, [.connected: "22,3306", .refused: "3389"], quiet)
        _ = try store.setBaseline(first, acceptance("as installed", at: -29 * 60, ticket: "CHG-1", person: "alice"))
        _ = try run(-6, [.connected: "22", .timeout: "3306", .refused: "3389"], quiet)
        _ = try run(0, [.connected: "22,3389", .timeout: "3306"], quiet)
        _ = try run(6, [.connected: "22,3389", .timeout: "3306"], open)
        _ = try run(12, [.connected: "22", .refused: "3306,3389"], open)
        _ = try run(18, [.connected: "22,3389", .refused: "3306"], moved)
        let last = try run(24, [.connected: "22", .refused: "3306,3389"], moved)
        _ = try store.setBaseline(last, acceptance("database for the shop", at: 25 * 60, ticket: "CHG-7"))
        return folder
    }

    @Test("Each question gets the answer that stands below it", .enabled(if: Tool.sqlite3 != nil, "no sqlite3 command"))
    func answers() throws {
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        let folder = try recorded()
        var written = ""
        var rest = page[...]
        var count = 0
        while let start = rest.firstRange(of: "```sql\n") {
            let question = rest[start.upperBound...]
            let end = try #require(question.firstRange(of: "```\n\n```text\n"))
            let sql = String(question[..<end.lowerBound])
            let (status, answer) = try Tool.run(
                try #require(Tool.sqlite3), ["-readonly", "-header", "-separator", " | ", folder.database, sql])
            #expect(status == 0 && !answer.isEmpty, "\(sql)\(answer)")
            let after = question[end.upperBound...]
            let close = try #require(after.firstRange(of: "```\n"))
            written += rest[..<end.upperBound] + answer
            rest = after[close.lowerBound...].dropFirst(0)
            written += rest.prefix(4)
            rest = rest.dropFirst(4)
            count += 1
        }
        written += rest
        #expect(count == 10)
        if ProcessInfo.processInfo.environment["PORTBASE_RECORD_GOLDEN"] == "1" {
            try written.write(to: Self.page, atomically: true, encoding: .utf8)
        }
        #expect(written == page)
    }
}
