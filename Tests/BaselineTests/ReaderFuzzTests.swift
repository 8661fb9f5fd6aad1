import Foundation
import PortCore
import Testing

@testable import Baseline

/// Every reader of bytes from outside, on texts of its own grammar that were changed at random, and on random bytes.
/// PORTBASE_FUZZ_CASES sets how many of each; the seed of a failure is in its message.
@Suite("Readers never crash, and accept exactly what is written")
struct ReaderFuzzTests {
    private static let cases =
        ProcessInfo.processInfo.environment["PORTBASE_FUZZ_CASES"].flatMap { Int($0) } ?? 3000

    /// A reader, texts that it accepts, and what it writes of what it read: `nil` where it refuses the text.
    private struct Reader: Sendable, CustomTestStringConvertible {
        let name: String
        let corpus: [String]
        /// Whether an accepted text has to be written again as it was.
        let isCanonical: Bool
        let read: @Sendable (String) -> String?

        var testDescription: String { name }
    }

    private static let readers: [Reader] = [
        Reader(
            name: "canonical snapshots", corpus: GoldenSnapshot.all.map { SnapshotFormat.text(Snapshot($0.results)) },
            isCanonical: true
        ) {
            (try? SnapshotFormat.parse($0)).map(SnapshotFormat.text)
        },
        Reader(name: "canonical ports", corpus: ["22", "22,80,443", "1-65535", "8000-8010,9000"], isCanonical: true) {
            PortSet(canonical: $0)?.text
        },
        Reader(
            name: "evidence", corpus: ["timeout *\n", "timeout *\nprohibited 443\n", "timeout *\nunstable 1/3 22\n"],
            isCanonical: true
        ) {
            var states = PortStates()
            states[.open] = ports("22")
            states[.filtered] = ports("443,8000-8010")
            return Evidence(lines: $0, states: states)?.lines
        },
        Reader(
            name: "banners", corpus: ["22 ssh SSH-2.0-OpenSSH_9.2p1\n", "22 ssh SSH-2.0-x\n80 http nginx/1.22.1\n"],
            isCanonical: true
        ) {
            BannerFormat.read($0).map(BannerFormat.lines)
        },
        Reader(
            name: "run references",
            corpus: ["17", "sha256:a7cc", "web~2", "web@baseline~1", "web@2026-05-03T12:00:00Z"], isCanonical: false
        ) { RunReference($0)?.description },
        Reader(
            name: "times", corpus: ["2026-05-03T12:00:00.000Z", "2026-05-03", "2026-05-03T12:00+02:00"],
            isCanonical: false
        ) { Timestamp($0)?.description },
        Reader(name: "ages", corpus: ["30d", "90s", "4w"], isCanonical: false) {
            Timestamp($0, before: minute(0))?.description
        },
        Reader(
            name: "endpoints", corpus: ["web01:443", "10.0.0.1:1-9", "[2001:db8::1]:22", "db01"], isCanonical: false
        ) { Endpoints($0)?.description },
        Reader(name: "host patterns", corpus: ["web*", "10.0.0.0/24", "10.0.0.1-9", "[a-c]*"], isCanonical: false) {
            HostPattern($0)?.description
        },
        Reader(
            name: "heads", corpus: ["portbase ledger 17 sha256:" + String(repeating: "a", count: 64)],
            isCanonical: false
        ) {
            LedgerHead($0)?.description
        },
        Reader(name: "names of checks", corpus: ["web-tier", "auto-0123456789ab"], isCanonical: true) {
            CheckName($0)?.description
        },
        Reader(
            name: "targets", corpus: ["10.0.0.0/24", "10.0.0.1-9", "[2001:db8::1]", "web01.example", "::ffff:1.2.3.4"],
            isCanonical: false
        ) { (try? TargetSet(parsing: [$0]))?.tokens.joined(separator: " ") },
        Reader(name: "ports", corpus: ["22,80-90", "-", "ssh,https", "8000-8010"], isCanonical: false) { text in
            let table = "ssh 22/tcp\nhttps 443/tcp\n"
            let selection = try? PortSelection(ports: [text], services: []) { () throws(PortError) in
                try ServiceTable(text: table, path: "services")
            }
            return selection?.all.text
        },
        Reader(name: "prunes", corpus: [PruneText.text([dropped(6, "db"), dropped(7, "web")])], isCanonical: true) {
            PruneText.read($0).map(PruneText.text)
        },
        Reader(name: "imports", corpus: [broughtIn.text], isCanonical: true) { ImportText($0)?.text },
        Reader(
            name: "records", corpus: [LedgerText("x", [("a", .text("b\\\n")), ("c", .text(""))]).text],
            isCanonical: true
        ) { LedgerLines($0, header: "x")?.text },
        Reader(name: "texts of hosts", corpus: ["host 10.0.0.1\ntimeout *\nhost web01\ntimeout *\n"], isCanonical: true)
        {
            HostShares($0).map { shares in
                shares.hosts.map { "host \($0.host)\n\($0.lines)" }.joined()
            }
        },
        Reader(
            name: "reports of interfaces",
            corpus: [#"{"meta": {"ip": "10.0.0.9", "mode": "local"}, "interfaces": {"lo": {"ipv4": ["10.0.0.9"]}}}"#],
            isCanonical: false
        ) { text in (try? InterfaceReport(json: text, file: "x")).map { _ in "read" } },
    ]

    private static func dropped(_ number: Int64, _ check: String) -> PrunedRun {
        PrunedRun(number: number, check: CheckName(check)!, record: Digest(of: check))
    }

    private static let broughtIn: ImportText = {
        var content = ImportText(bundle: Digest(of: "b"), head: LedgerHead(sequence: 17, hash: Digest(of: "h")))
        content.checks = [.init(name: CheckName("there")!, original: CheckName("web")!)]
        let run = LedgerItem(kind: .run, name: CheckName("there")!, number: 4)
        content.lines = [.init(item: run, record: Digest(of: "r"), original: 1)]
        return content
    }()

    @Test("the reader of", arguments: readers)
    private func reader(_ reader: Reader) {
        for text in reader.corpus { #expect(reader.read(text) != nil, "\(text)") }
        forEachSeed(Self.cases) { seed, random in
            let text = changed(reader.corpus.randomElement(using: &random)!, &random)
            guard let written = reader.read(text) else { return }
            if reader.isCanonical { #expect(written == text, "seed \(seed)") }
            guard reader.name != "reports of interfaces" else { return }
            #expect(reader.read(written) == written || reader.name == "targets", "seed \(seed): \(text)")
        }
    }

    /// `text` with some bytes changed, dropped, doubled or put in, or none of it left.
    private func changed(_ text: String, _ random: inout SplitMix64) -> String {
        var bytes = Array(text.utf8)
        let telling = Array("0123456789,-./:*~@[] \n\\\"{}".utf8)
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let byte =
                Bool.random(using: &random)
                ? telling.randomElement(using: &random)! : UInt8.random(in: 0...255, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where place < bytes.count: bytes[place] = byte
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.insert(byte, at: place)
            case 3: bytes.insert(contentsOf: bytes[..<place], at: place)
            case 4: bytes.removeSubrange(place...)
            default: if place < bytes.count { bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
