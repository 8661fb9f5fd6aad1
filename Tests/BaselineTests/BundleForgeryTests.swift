import Foundation
import PortCore
import Testing

@testable import Baseline

/// What somebody writes who makes the whole chain and the digest anew: nothing in it proves who recorded it, and it must
/// not harm the database that it is brought into.
@Suite("A forged bundle is refused, or is brought in as a history that holds")
struct BundleForgeryTests {
    private let folder: TemporaryFolder
    private let parts: [BundleForger.Part]
    private let head: LedgerHead

    init() throws {
        folder = try TemporaryFolder()
        let history = try RecordedHistory()
        let path = folder.path + "/x.bundle"
        head = try Store(reading: history.folder.database).export([.check(CheckName("web")!)], to: path).head
        parts = try BundleForger.parts(of: String(contentsOfFile: path, encoding: .utf8))
    }

    private static let values: [String?] = [
        nil, "", "0", "-1", "007", "+5", "1.5", "x", "9223372036854775807", "-9223372036854775808",
        "99999999999999999999", "a\\nb", "\\x", "\u{1B}[2J", "\u{202E}", "\u{0}", "1\r", "2026-05-03",
        "9999-12-31T23:59:59.999Z", "0000-01-01T00:00:00.000Z", "{}", #"{"parallelism":-5}"#, "../web", "w eb",
        String(repeating: "W", count: 65), String(repeating: "f", count: 64),
    ]

    /// Brings `parts` in: what was refused, or `nil`; the database holds afterwards.
    private func problem(_ parts: [BundleForger.Part], _ place: String) throws -> String? {
        let target = try TemporaryFolder()
        let path = target.path + "/forged.bundle"
        try BundleForger.text(of: parts).write(toFile: path, atomically: true, encoding: .utf8)
        let store = try target.store()
        var problem: String?
        do {
            _ = try store.importBundle(BundleReader(path), as: nil, acceptance())
        } catch StoreError.doesNotHold(let discrepancy) {
            problem = "\(discrepancy)"
        }
        #expect(try RecordedHistory.discrepancy(target) == nil, "\(place)")
        if problem == nil {
            for run in try store.runs(of: nil, limit: 100) { _ = try store.findings(of: run) }
        }
        return problem
    }

    private func proved(_ parts: [BundleForger.Part], expected: LedgerHead) throws {
        let path = folder.path + "/forged.bundle"
        try BundleForger.text(of: parts).write(toFile: path, atomically: true, encoding: .utf8)
        _ = try BundleReader(path, expected: expected).prove()
    }

    @Test("A request that no check could carry out is refused, and a check of one does not begin")
    func hugeRequest() throws {
        let source = try TemporaryFolder()
        let store = try source.store()
        let small = RequestCoding.text(try request())
        let huge = try #require(
            RequestCoding.value(CheckRequest.self, small.replacing("\"192.0.2.1\"", with: "\"::-ffff::\"")))
        _ = try store.record(draft("web", [found("2001:db8::1", [.connected: "22"])], request: huge))
        let path = source.path + "/huge.bundle"
        _ = try store.export([.check(CheckName("web")!)], to: path)
        let error = #expect(throws: StoreError.self) {
            try folder.store().importBundle(BundleReader(path), as: nil, acceptance())
        }
        #expect(error?.description.contains("its request is too large: ") == true, "\(String(describing: error))")
        var again = CheckOrder()
        again.name = CheckName("web")
        #expect(throws: TargetError.tooMany(huge.size)) {
            try ScriptedNetwork([:]).checker(source.database).run(again)
        }
    }

    @Test("Every line of every record, with values that nobody would record; a noted head finds each")
    func values() throws {
        var refused = 0
        var forged = 0
        for index in parts.indices where parts[index].kind == "record" {
            for word in parts[index].words {
                var random = SplitMix64(seed: UInt64(forged))
                for value in Self.values.shuffled(using: &random).prefix(2) {
                    var changed = parts
                    guard changed[index].set(word, to: value) else { continue }
                    let found = try problem(changed, "part \(index), \(word) = \(value ?? "nothing")")
                    #expect(found == nil || found!.hasPrefix("line "), "\(found!)")
                    #expect(throws: StoreError.self) { try proved(changed, expected: head) }
                    refused += found == nil ? 0 : 1
                    forged += 1
                }
            }
        }
        #expect(refused > forged / 2 && refused < forged, "\(refused) of \(forged)")
    }

    @Test("Parts that are left out, doubled or exchanged", arguments: 1...60)
    func order(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var changed = parts
        for _ in 0..<Int.random(in: 1...2, using: &random) {
            let one = Int.random(in: changed.indices, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: changed.remove(at: one)
            case 1: changed.insert(changed[one], at: .random(in: changed.indices, using: &random))
            default: changed.swapAt(one, .random(in: changed.indices, using: &random))
            }
        }
        guard BundleForger.text(of: changed) != BundleForger.text(of: parts) else { return }
        _ = try problem(changed, "seed \(seed)")
    }

    @Test(
        "Names of checks are names, whatever they are imported as",
        arguments: ["a b", "web\\ncheck prod z", "web\u{1B}[2J", "", "1", "é"])
    func names(name: String) throws {
        var changed = parts
        for index in changed.indices { _ = changed[index].set("name", to: name, from: "web") }
        let path = folder.path + "/named.bundle"
        try BundleForger.text(of: changed).write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: StoreError.self) { try BundleReader(path).prove() }
        let store = try folder.store()
        #expect(throws: StoreError.self) {
            try store.importBundle(BundleReader(path), as: CheckName("prod")!, acceptance())
        }
        #expect(try folder.numbers("SELECT count(*) FROM checks") == [0])
    }

    @Test(
        "Texts that no record vouches for are refused",
        arguments: [("request", "snapshot"), ("request", "banners"), ("baseline", "snapshot"), ("run", "banners")])
    func strayTexts(kind: String, part: String) throws {
        // The second run did not read banners.
        let records = parts.indices.filter {
            parts[$0].kind == "record" && parts[$0].text.contains("\nkind \(kind)\n")
                && !parts[$0].text.contains("\nbanners ")
        }
        let record = try #require(records.first)
        let text = try #require(parts.first { $0.kind == part })
        var changed = parts
        changed.insert(text, at: record + 1)
        #expect(try problem(changed, kind)?.contains("no record that it belongs to") == true)
    }

    /// Whether the script proves a bundle of `parts`.
    private func isProvedByScript(_ parts: [BundleForger.Part]) throws -> Bool {
        let path = folder.path + "/script.bundle"
        try BundleForger.text(of: parts).write(toFile: path, atomically: true, encoding: .utf8)
        let script = Project.root.appendingPathComponent("docs/bundle.py").path
        let (status, output) = try Tool.run(#require(Tool.python3), [script, path])
        #expect((status == 0) != output.hasPrefix("it does not hold: line "), "\(output)")
        return status == 0
    }

    @Test(
        "Entries and records have their lines and no others, in their order",
        .enabled(if: Tool.python3 != nil, "python3 is not installed"), arguments: ["entry", "record"])
    func lines(kind: String) throws {
        #expect(try isProvedByScript(parts))
        for (index, part) in parts.enumerated() where part.kind == kind && index % 3 == 0 {
            let lines = part.text.split(separator: "\n").map { String($0) }
            var forged: [[String]] = [lines + ["note x"], [lines[0] + "0"] + lines.dropFirst()]
            for line in lines.indices.dropFirst() {
                var changed = Array(repeating: lines, count: 4)
                changed[0][line] = "x" + lines[line]
                changed[1].remove(at: line)
                changed[2].insert(lines[line], at: line)
                if line > 1 { changed[3].swapAt(line, line - 1) } else { changed.removeLast() }
                forged += changed
            }
            for lines in forged {
                var changed = parts
                changed[index].text = lines.map { $0 + "\n" }.joined()
                // What may be missing.
                let optional = ["person", "ticket", kind == "entry" ? "reason" : "derived", "banners"].filter { word in
                    part.value(word) != nil && changed[index].value(word) == nil
                        && !changed[index].text.contains("x\(word) ")
                }
                if kind == "entry", !optional.isEmpty { continue }
                let place = lines.joined(separator: " | ")
                if try problem(changed, place) == nil { #expect(kind == "record" && !optional.isEmpty, "\(place)") }
                if try isProvedByScript(changed) { #expect(kind == "record" && !optional.isEmpty, "\(place)") }
            }
        }
    }

    @Test("A bundle of a newer version is told as such")
    func newer() throws {
        let path = folder.path + "/newer.bundle"
        for (header, error) in [
            ("portbase-bundle 2", StoreError.newerBundle(path: path, version: 2)),
            ("portbase-bundle 02", .notABundle(path: path)), ("portbase-bundle", .notABundle(path: path)),
            ("portbase-bundle 1 ", .notABundle(path: path)),
        ] {
            try "\(header)\npart x 1\n".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: error) { try BundleReader(path).prove() }
        }
    }

    @Test("A derived baseline needs one before it, and a request has to be one")
    func incomplete() throws {
        let plain = try #require(
            parts.firstIndex { $0.text.contains("\nkind baseline\nnumber 1\n") && $0.kind == "record" })
        var changed = parts
        changed.remove(at: plain)
        #expect(try problem(changed, "derived")?.contains("no version before it") == true)
        changed = parts
        let unused = try #require(parts.lastIndex { $0.text.contains("\nkind request\n") && $0.kind == "record" })
        _ = changed[unused].set("body", to: "{}")
        #expect(try problem(changed, "request")?.contains("cannot be read") == true)
    }

    @Test("A part of more lines than can be counted ends where the file does", arguments: [Int.max, .max - 1, 1 << 40])
    func hugeParts(count: Int) throws {
        let path = folder.path + "/huge.bundle"
        try "portbase-bundle 1\npart entry \(count)\nx\n".write(toFile: path, atomically: true, encoding: .utf8)
        let error = #expect(throws: StoreError.self) { try BundleReader(path).prove() }
        #expect("\(error!)" == "line 4 of '\(path)': the file ends here")
    }

    @Test("A baseline is one of a run of its own check, though another one has a run of that number")
    func foreignRun() throws {
        let one = [found("10.0.0.1", [.connected: "22"])]
        let source = try TemporaryFolder()
        let store = try source.store()
        _ = try store.setBaseline(store.record(draft("web", one)), acceptance())
        _ = try store.record(draft("db", [found("10.0.0.2", [.connected: "3306"])], at: 1))
        let path = folder.path + "/two.bundle"
        _ = try store.export([.check(CheckName("web")!), .check(CheckName("db")!)], to: path)
        var changed = try BundleForger.parts(of: String(contentsOfFile: path, encoding: .utf8))
        let run = try #require(changed.lastIndex { $0.text.contains("\nkind run\n") && $0.kind == "record" })
        _ = changed[run].set("number", to: "1")
        #expect(try problem(changed, "run 1 of db")?.contains("it comes after run 1") == true)
    }

    @Test("Numbers go up, as they do where something is recorded")
    func numbers() throws {
        for kind in ["request", "run", "baseline"] {
            var changed = parts
            let first = try #require(changed.firstIndex { $0.kind == "record" && $0.text.contains("\nkind \(kind)\n") })
            _ = changed[first].set("number", to: "1000")
            if kind == "run" { for index in changed.indices { _ = changed[index].set("run", to: "1000", from: "1") } }
            if kind == "request" {
                for index in changed.indices { _ = changed[index].set("request", to: "1000", from: "1") }
            }
            #expect(try problem(changed, kind)?.contains("it comes after \(kind) 1000") == true, "\(kind)")
        }
    }
}

/// Takes a bundle apart, and makes one whose digests all fit.
enum BundleForger {
    struct Part {
        let kind: String
        var text: String

        /// The words of its lines but for the header.
        var words: [String] {
            text.split(separator: "\n").dropFirst().map { String($0.prefix { $0 != " " }) }
        }

        func value(_ word: String) -> String? {
            text.components(separatedBy: "\n").first { $0.hasPrefix(word + " ") }.map {
                String($0.dropFirst(word.count + 1))
            }
        }

        /// Sets the value of a word, or takes its line away; `false` where nothing changes.
        mutating func set(_ word: String, to value: String?, from old: String? = nil) -> Bool {
            guard let before = self.value(word), before != value, old == nil || before == old else { return false }
            let lines = text.components(separatedBy: "\n").compactMap { line in
                line.hasPrefix(word + " ") ? value.map { "\(word) \($0)" } : line
            }
            text = lines.joined(separator: "\n")
            return true
        }
    }

    static func parts(of bundle: String) -> [Part] {
        var lines = bundle.components(separatedBy: "\n").dropFirst()
        var parts: [Part] = []
        while let line = lines.popFirst(), line.hasPrefix("part ") {
            let words = line.split(separator: " ")
            let count = Int(words[2])!
            parts.append(Part(kind: String(words[1]), text: lines.prefix(count).map { $0 + "\n" }.joined()))
            lines = lines.dropFirst(count)
        }
        return parts
    }

    static func text(of parts: [Part]) -> String {
        var text = "portbase-bundle 1\n"
        var previous = Digest.zeros
        var sequence = 0
        for (index, part) in parts.enumerated() {
            var part = part
            if part.kind == "entry" {
                sequence += 1
                _ = part.set("sequence", to: "\(sequence)")
                _ = part.set("previous", to: "\(previous)")
                if index + 1 < parts.count, parts[index + 1].kind == "record" { vouch(for: parts[index + 1], &part) }
                previous = Digest(of: part.text)
            }
            text += "part \(part.kind) \(part.text.utf8.count { $0 == UInt8(ascii: "\n") })\n" + part.text
        }
        return text + "digest \(Digest(of: text))\n"
    }

    private static func vouch(for record: Part, _ entry: inout Part) {
        for word in ["kind", "name", "number"] { _ = entry.set(word, to: record.value(word)) }
        _ = entry.set("record", to: "\(Digest(of: record.text))")
        if let snapshot = record.value("snapshot") {
            _ = entry.set("subject", to: snapshot)
        } else if let body = record.value("body") {
            _ = entry.set("subject", to: "\(Digest(of: LedgerText.unescaped(body[...].utf8) ?? body))")
        }
    }
}
