import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("The ledger's texts are those of docs/format.md")
struct LedgerFormatTests {
    private let folder: TemporaryFolder
    private let store: Store

    init() throws {
        folder = try TemporaryFolder()
        store = try folder.store()
    }

    @Test("Texts from outside are told again from their lines, whatever is in them")
    func escaping() {
        let texts = ["", " ", "a\\nb", "a\nb", "\\", "\r\n", "\u{0}", "é\u{2028}x", "a\nticket T"]
        let lines = texts.map { LedgerText("x", [("word", .text($0))]).text }
        #expect(Set(lines).count == texts.count)
        for line in lines { #expect(line.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 2, "\(line)") }
        #expect(lines[2] == "x\nword a\\\\nb\n" && lines[3] == "x\nword a\\nb\n" && lines[5] == "x\nword \r\\n\n")
    }

    @Test("A field without a value has no line, an empty text has one")
    func absence() {
        #expect(LedgerText("x", [("a", .null), ("b", .text("")), ("c", .blob([1, 0xab]))]).text == "x\nb \nc 01ab\n")
    }

    @Test("Entries stand in the order of commits, with what they are about, who, when and why")
    func entries() throws {
        let run = try store.record(draft("web", [found("10.0.0.1", [.connected: "22"])]))
        _ = try store.record(draft("web", [found("10.0.0.1", [.connected: "22"])], at: 1))
        _ = try store.setBaseline(run, acceptance("go", at: 2, ticket: "T-1", person: "alice"))
        let redefined = try request(ports: "22")
        _ = try store.record(
            draft("web", [found("10.0.0.1", [.connected: "22"])], at: 3, request: redefined, redefines: true))
        let reading = try reading("web01", at: 4, .init("eth0", ["10.0.0.1"]))
        try store.record([reading, reading], vantage: "probe1", user: "op")
        let rows = try folder.texts(
            """
            SELECT printf('%s %s %s %s %s %s@%s %s %s %s', sequence, kind, name, number, substr(recorded_at, 15, 5),
                user, vantage, person, reason, ticket) FROM ledger ORDER BY sequence
            """)
        #expect(
            rows == [
                "1 request web 1 00:01 op@probe1   ", "2 run web 1 00:01 op@probe1   ",
                "3 run web 2 01:01 op@probe1   ", "4 baseline web 1 02:00 op@probe1 alice go T-1",
                "5 request web 2 03:01 op@probe1   ", "6 run web 3 03:01 op@probe1   ",
                "7 report  1 04:00 op@probe1   ",
            ])
        let subjects = try folder.texts("SELECT lower(hex(subject)) FROM ledger ORDER BY sequence")
        let snapshot = run.digest.description
        #expect(
            subjects == [
                "\(Digest(of: RequestCoding.text(try request())))", snapshot, snapshot, snapshot,
                "\(Digest(of: RequestCoding.text(redefined)))", snapshot, "\(reading.digest)",
            ])
    }

    @Test("What is not recorded has no entry")
    func failures() throws {
        _ = try store.record(draft("web", [found("10.0.0.1", [.connected: "22"])]))
        let other = try draft("web", [found("10.0.0.1", [.connected: "22"])], request: request(ports: "1"))
        #expect(throws: StoreError.self) { try store.record(other) }
        #expect(try folder.numbers("SELECT count(*) FROM ledger") == [2])
    }

    @Test("A head is read as it is written, and as its hash alone")
    func heads() throws {
        let head = LedgerHead(sequence: 17, hash: Digest(of: "x"))
        #expect(head.description == "portbase ledger 17 sha256:\(Digest(of: "x"))")
        #expect(LedgerHead("\(head)") == head)
        #expect(LedgerHead("  \(head)\n") == head)
        for text in ["sha256:\(head.hash)", "\(head.hash)", "\(head.hash)".uppercased()] {
            #expect(LedgerHead(text)?.hash == head.hash && LedgerHead(text)?.sequence == nil, "\(text)")
        }
        for text in [
            "", "sha256:", "x", "portbase ledger sha256:\(head.hash)", "portbase ledger 0 sha256:\(head.hash)",
            "portbase 17 sha256:\(head.hash)", "\(head.hash)0", "+\("\(head.hash)".dropFirst())",
            "a portbase ledger 17 sha256:\(head.hash)", "portbase ledger 17",
        ] { #expect(LedgerHead(text) == nil, "\(text)") }
    }

    @Test(
        "A script in another language recomputes the chain from the table alone",
        .enabled(if: Tool.python3 != nil, "python3 is not installed"))
    func script() throws {
        let run = try store.record(draft("web", [found("10.0.0.1", [.connected: "22"])]))
        let reasons = ["a\\b\nc", "ü \u{1F512}", ""]
        for reason in reasons { _ = try store.setBaseline(run, acceptance(reason, ticket: "\\n", person: "é")) }
        let script = Project.root.appendingPathComponent("docs/ledger.py").path
        let python = try #require(Tool.python3)
        let head = try #require(try store.ledgerHead())
        #expect(try Tool.run(python, [script, folder.database]) == (0, "\(head)\n"))
        try folder.execute("DROP TRIGGER ledger_no_update", "UPDATE ledger SET reason = 'x' WHERE sequence = 4")
        let (status, output) = try Tool.run(python, [script, folder.database])
        #expect(status == 1 && output.hasPrefix("entry 4: "), "\(output)")
    }
}
