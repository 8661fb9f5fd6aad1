import Foundation
import PortCore
import Testing

@testable import Baseline

@Suite("docs/format.md says what the program does")
struct FormatDocumentTests {
    private let page: String
    private let snapshot = Snapshot(GoldenSnapshot.example)

    init() throws {
        page = try String(contentsOf: Project.root.appendingPathComponent("docs/format.md"), encoding: .utf8)
    }

    /// The text of the fenced block that follows `<!-- name -->`.
    private func block(_ name: String) throws -> String {
        let start = try #require(page.firstRange(of: "<!-- \(name) -->\n```")?.upperBound, "no block '\(name)'")
        let text = page[start...].drop { $0 != "\n" }.dropFirst()
        let end = try #require(text.firstRange(of: "```")?.lowerBound)
        return String(text[..<end])
    }

    @Test("Its example is a golden file, to the byte")
    func example() throws {
        let golden = try #require(GoldenSnapshot.all.first { $0.name == "example" })
        #expect(try Data(block("snapshot example").utf8) == Data(contentsOf: golden.file))
    }

    @Test("The digests of its example are right")
    func digests() throws {
        #expect(try block("digest example") == "\(Digest(of: block("snapshot example")))\n")
        let withoutAddresses = try block("snapshot example").split(separator: "\n").filter { !$0.hasPrefix("address ") }
        let states = withoutAddresses.map { $0 + "\n" }.joined()
        #expect(try block("states digest example") == "\(Digest(of: states))\n")
        #expect(try block("states digest example") == "\(snapshot.statesDigest)\n")
    }

    @Test("Its texts of the store, and their digests, are those that are stored")
    func storedTexts() throws {
        let folder = try TemporaryFolder()
        _ = try folder.store().record(draft("x", [GoldenSnapshot.example[0]]))
        let stored = try folder.texts(
            """
            SELECT ports || char(10) FROM port_sets UNION ALL
            SELECT lower(hex(digest)) || char(10) FROM port_sets UNION ALL
            SELECT 'ports ' || ports || char(10) || states FROM blocks JOIN port_sets ON port_sets.id = port_set_id
            UNION ALL SELECT lower(hex(digest)) || char(10) FROM blocks
            UNION ALL SELECT reasons FROM evidence UNION ALL SELECT lower(hex(digest)) || char(10) FROM evidence
            """)
        let names = ["port set", "port set digest", "block", "block digest", "evidence", "evidence digest"]
        #expect(try names.map(block) == stored)
    }

    @Test("Its prune is read, and one that is changed is not")
    func prune() throws {
        let text = try block("prune")
        #expect(PruneText.read(text)?.map(\.number) == [6])
        for other in ["", text + "\n", String(text.dropLast()), "x" + text, text + text, text + "run x db 00\n"] {
            #expect(PruneText.read(other) == nil, "\(other)")
        }
    }

    @Test("Its import is read, and one that is changed is not")
    func imported() throws {
        let text = try block("import")
        #expect(ImportText(text)?.lines.map(\.item.number) == [1, 4])
        let lines = text.split(separator: "\n").map { $0 + "\n" }
        for index in lines.indices.prefix(3) {
            var fewer = lines
            fewer.remove(at: index)
            #expect(ImportText(fewer.joined()) == nil, "\(lines[index])")
        }
        for other in ["", text + "\n", String(text.dropLast()), "x" + text, text + text, text + "run x db 00 1\n"] {
            #expect(ImportText(other) == nil, "\(other)")
        }
    }

    @Test("It names every part of a bundle")
    func bundleParts() {
        for part in BundlePart.allCases { #expect(page.contains("`\(part.rawValue)`"), "\(part)") }
        for header in [BundlePart.header, BundlePart.signatureHeader] { #expect(page.contains("`\(header)`")) }
    }

    @Test("Its banners, and their digest, are those that are stored")
    func banners() throws {
        let lines = try block("banners")
        let banners = try #require(BannerFormat.read(lines))
        let folder = try TemporaryFolder()
        _ = try folder.store().record(draft("x", [GoldenSnapshot.example[0]], banners: [Host("192.0.2.10")!: banners]))
        let stored = try folder.texts("SELECT lines || lower(hex(digest)) || char(10) FROM banners")
        #expect(try stored == [lines + block("banners digest")])
    }

    @Test("It names every reason of filtered ports, in the fixed order")
    func reasons() {
        let silent = Reason.allCases.filter { $0.state == .filtered }
        let table = page.split(separator: "\n").drop { $0 != "| reason | meaning |" }.dropFirst(2)
        #expect(table.prefix(silent.count).map { $0.split(separator: "`")[1] } == silent.map { $0.rawValue[...] })
    }

    @Test("Its request and limits are those that are stored")
    func storedRequest() throws {
        let limits = LoadLimits(parallelism: 500, rate: 2000)
        let request = try request(
            ["web01", "10.0.0.0/28", "2001:db8::10"], ports: "22,8000-8010", services: ["https", "ssh"], limits: limits)
        #expect(try block("request") == RequestCoding.text(request) + "\n")
        #expect(try block("limits") == RequestCoding.text(limits) + "\n")
    }

    @Test("Its entry of the ledger, its hash and its record are those of a run of the example")
    func ledger() throws {
        let folder = try TemporaryFolder()
        let store = try folder.store()
        let draft = try draft("web", GoldenSnapshot.example)
        _ = try store.record(draft)
        let item = LedgerItem(kind: .run, name: CheckName("web")!, number: 1)
        let record = try #require(try store.record(of: item, RunExtras.fields(draft)))
        #expect(try block("ledger record") == record.record.text)
        let entry = try block("ledger entry")
        #expect(try block("ledger entry hash") == "\(Digest(of: entry))\n")
        #expect(try store.ledgerHead() == LedgerHead(sequence: 2, hash: Digest(of: entry)))
    }

    @Test("A check without a name is named as it says")
    func derivedName() throws {
        let network = ScriptedNetwork([:])
        var asked = try parts(["10.0.0.1"], ports: "22")
        asked.rate = 5
        var order = order(nil, asked)
        order.records = false
        let report = try network.checker("/nowhere").run(order)
        let limits = #""limits":{"parallelism":4000,"rate":5}"#
        let body = RequestCoding.text(report.request)
        try #require(body.contains(limits))
        let digest = Digest(of: body.replacing(limits, with: #""limits":{"parallelism":4000}"#))
        #expect(report.name.description == "auto-\(digest.short)")
    }
}
