import Baseline
import Foundation
import Testing

@testable import portbase

@Suite("Tables of answers as CSV")
struct SheetTests {
    private static let hasPython = (try? CommandLineRunner().shell("python3 -c 'import csv'"))?.status == 0

    @Test(
        "are read by Python's csv as they were, with an apostrophe before what a spreadsheet would calculate",
        .enabled(if: hasPython, "python3 is not installed"))
    func readBack() throws {
        let texts = [
            "plain", "with, comma", "with \"quotes\"", "two\nlines", "two\r\nlines", "", "=1+1", "=\u{200D}1+1", "+1",
            "-1", "@x",
            "\tx", "\r\nx", "a=b", "déjà",
        ]
        let sheet = Sheet(columns: ["text", "number", "none"], rows: texts.map { [.text($0), .number(-7), .none] })
        let runner = try CommandLineRunner()
        let file = runner.folder.appendingPathComponent("x.csv")
        try sheet.csv.write(to: file, atomically: true, encoding: .utf8)
        let script =
            "import csv, json, sys; print(json.dumps(list(csv.reader(open('x.csv', newline='', encoding='utf-8')))))"
        let result = try runner.shell("python3 -c \"\(script)\"")
        let rows = try JSONDecoder().decode([[String]].self, from: Data(result.output.utf8))
        #expect(rows[0] == ["text", "number", "none"])
        let expected = texts.map { text in
            text.unicodeScalars.first.map { "=+-@\t\r\n".unicodeScalars.contains($0) } == true ? "'" + text : text
        }
        #expect(rows.dropFirst().map { $0[0] } == expected)
        #expect(rows.dropFirst().allSatisfy { $0.dropFirst() == ["-7", ""] })
    }
}
