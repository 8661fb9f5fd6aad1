import Foundation
import PortCore
import Testing

@testable import Baseline

/// A snapshot with the file that holds its canonical bytes.
struct GoldenSnapshot: Sendable, CustomTestStringConvertible {
    let name: String
    let results: [HostResult]

    init(_ name: String, _ results: [HostResult]) {
        self.name = name
        self.results = results
    }

    var testDescription: String { name }
    var file: URL { Project.golden.appendingPathComponent("\(name).snapshot") }

    static let all = [
        GoldenSnapshot("example", example),
        GoldenSnapshot("one-host", [found("192.0.2.10", [.connected: "22,443", .refused: "80"])]),
        GoldenSnapshot("one-port", [found("192.0.2.10", [.connected: "22"])]),
        GoldenSnapshot("many-scopes", manyScopes),
        GoldenSnapshot("names", names),
        GoldenSnapshot("host-order", hostOrder),
        GoldenSnapshot("each-state-as-rest", eachStateAsRest),
        GoldenSnapshot("ties", ties),
        GoldenSnapshot("full-range", [found("127.0.0.1", [.connected: "22,5432,8080", .refused: allBut])]),
        GoldenSnapshot("scattered", scattered),
    ]

    /// The one that docs/format.md shows.
    static let example = [
        found("192.0.2.10", [.connected: "22,443", .refused: "80,8000-8009", .timeout: "8010"]),
        found("2001:db8::10", [.connected: "22", .prohibited: "443"]),
        found("web01", at: "198.51.100.7", [.connected: "22,80,443", .refused: "8000-8010"]),
        found("web02", [.nameUnresolved: "22,443"]),
    ]

    /// Scopes are numbered by the first host that has them, not by their ports or by the order of results.
    private static let manyScopes = [
        found("db01", at: "192.0.2.66", [.connected: "5432", .refused: "22"]),
        found("10.0.0.1", [.connected: "8000-8010"]),
        found("10.0.0.2", [.connected: "22", .refused: "80"]),
        found("10.0.0.3", [.refused: "8000-8010"]),
        found("10.0.0.4", [.timeout: "1-1024"]),
        found("2001:db8::1", [.connected: "22,80"]),
    ]

    private static let names = [
        found("no-address.example", [.nameUnresolved: "22,80"]),
        found("v4.example", at: "192.0.2.1", [.connected: "22,80"]),
        found("v6.example", at: "2001:db8:0:0:0:0:0:1", [.connected: "22,80"]),
        found("WEB01.Example.", at: "192.0.2.2", [.connected: "22,80"]),
    ]

    private static let hostOrder = [
        "web2", "web10", "web-1", "web.1a", "web_1", "a.b", "a", "::2", "::10", "2001:db8::1", "fe80:0::1", "10.0.0.10",
        "10.0.0.9", "9.255.255.255", "192.0.2.1", "::ffff:10.0.0.8",
    ].map { found($0, at: "192.0.2.99", [.connected: "22"]) }

    private static let eachStateAsRest = [
        found("10.0.0.1", [.connected: "1-10", .refused: "11", .timeout: "12"]),
        found("10.0.0.2", [.connected: "1", .refused: "2-11", .timeout: "12"]),
        found("10.0.0.3", [.connected: "1", .refused: "2", .timeout: "3-7", .hostUnreachable: "8-12"]),
    ]

    private static let ties = [
        found("10.0.0.1", [.connected: "1-2", .refused: "3-4"]),
        found("10.0.0.2", [.refused: "1-2", .timeout: "3-4"]),
        found("10.0.0.3", [.connected: "3-4", .timeout: "1-2"]),
        found("10.0.0.4", [.timeout: "1", .refused: "2", .connected: "3"]),
    ]

    private static let allBut = "1-21,23-5431,5433-8079,8081-65535"

    /// A thousand ports with a gap after each; all closed, and with every fiftieth open.
    private static let scattered: [HostResult] = {
        let thousand = PortSet(values: (0..<1000).map { UInt16(1 + $0 * 65) })
        let open = PortSet(values: (0..<20).map { UInt16(1 + $0 * 3250) })
        return [
            found(Host("10.0.0.1")!, at: nil, [(.refused, thousand)]),
            found(Host("10.0.0.2")!, at: nil, [(.connected, open), (.refused, thousand.subtracting(open))]),
        ]
    }()
}

@Suite("Canonical snapshots: golden files", .serialized)
struct SnapshotGoldenTests {
    private static let records = ProcessInfo.processInfo.environment["PORTBASE_RECORD_GOLDEN"] == "1"

    @Test("A snapshot has the bytes of its golden file", arguments: GoldenSnapshot.all)
    func bytes(golden: GoldenSnapshot) throws {
        let bytes = Data(SnapshotFormat.text(Snapshot(golden.results)).utf8)
        if Self.records { try bytes.write(to: golden.file) }
        #expect(try bytes == Data(contentsOf: golden.file))
    }

    @Test("A golden file reads as the snapshot that it was written from", arguments: GoldenSnapshot.all)
    func reads(golden: GoldenSnapshot) throws {
        let text = try String(contentsOf: golden.file, encoding: .utf8)
        #expect(try SnapshotFormat.parse(text) == Snapshot(golden.results))
    }

    @Test(
        "sha256sum of a golden file is the digest of its snapshot",
        .enabled(if: Tool.sha256sum != nil, "the sha256sum program is missing"), arguments: GoldenSnapshot.all)
    func digest(golden: GoldenSnapshot) throws {
        let (status, output) = try Tool.run(#require(Tool.sha256sum), [golden.file.path])
        #expect(status == 0)
        #expect(output.prefix(64) == Snapshot(golden.results).digest.description)
    }

    @Test("Every golden file belongs to a snapshot")
    func noOrphans() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Project.golden.path)
        #expect(
            files.filter { $0.hasSuffix(".snapshot") }.sorted()
                == GoldenSnapshot.all.map { "\($0.name).snapshot" }.sorted())
    }

    @Test("A host with 65,535 ports, or one among a thousand scattered ones, is a few dozen bytes")
    func size() throws {
        let full = try #require(GoldenSnapshot.all.first { $0.name == "full-range" })
        #expect(SnapshotFormat.text(Snapshot(full.results)).utf8.count < 100)
        let scattered = try #require(GoldenSnapshot.all.first { $0.name == "scattered" })
        let lines = SnapshotFormat.text(Snapshot(scattered.results)).split(separator: "\n")
        #expect(lines[2...3] == ["host 10.0.0.1 scope 1", "closed *"])
    }
}
