import Foundation
import PortCore
import Testing

@Suite("The documents say what is built")
struct DocumentTests {
    private static let docs = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs").standardizedFileURL

    @Test("docs/reasons.md has a row for every reason, with its state and the word of check_ports.py")
    func reasons() throws {
        let text = try String(contentsOf: Self.docs.appendingPathComponent("reasons.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| `") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        let expected = Reason.allCases.map { ["`\($0.rawValue)`", $0.state.rawValue, $0.status] }
        #expect(rows.map { Array($0.prefix(3)) } == expected)
    }
}
