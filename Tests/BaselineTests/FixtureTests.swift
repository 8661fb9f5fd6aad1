import Foundation
import PortCore
import Testing

@testable import Baseline

/// Databases that released versions wrote. They are never made again: `PORTBASE_MAKE_FIXTURE=v2.db` writes one of this
/// version under a new name, with its public key, and refuses to overwrite.
@Suite("Databases of earlier versions are read as they were written")
struct FixtureTests {
    static let names = ["v1.db"]

    @Test("They are there, and no more than these")
    func files() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Project.fixtures.path)
        #expect(files.filter { $0.hasSuffix(".db") }.sorted() == Self.names)
    }

    @Test(
        "A fixture is written only where it is asked for",
        .enabled(
            if: ProcessInfo.processInfo.environment["PORTBASE_MAKE_FIXTURE"] != nil, "PORTBASE_MAKE_FIXTURE is not set")
    )
    func make() throws {
        let name = try #require(ProcessInfo.processInfo.environment["PORTBASE_MAKE_FIXTURE"])
        let file = Project.fixtures.appendingPathComponent(name)
        let key = try FixtureHistory.write(to: file.path)
        let keyFile = file.deletingPathExtension().appendingPathExtension("pub")
        try "portbase-ed25519-public \(key)\n".write(to: keyFile, atomically: true, encoding: .utf8)
    }

    private func copy(_ name: String) throws -> (TemporaryFolder, PublicKey) {
        let folder = try TemporaryFolder()
        let file = Project.fixtures.appendingPathComponent(name)
        try FileManager.default.copyItem(atPath: file.path, toPath: folder.database)
        return (folder, try PublicKey(path: file.deletingPathExtension().path + ".pub"))
    }

    @Test("Every row of every table holds, signatures too, and every table has rows", arguments: names)
    func verify(name: String) throws {
        let (folder, key) = try copy(name)
        let before = try folder.bytes()
        let found = try Verifier(Store(reading: folder.database), expected: nil, keys: [key]).run { _, _ in }
        #expect(LedgerKind.allCases.allSatisfy { found.counts[$0, default: 0] > 0 } && found.importedRuns == 2)
        #expect(found.prunedRuns > 1 && found.signedFrom != nil && found.signedFrom != 1)
        #expect(try folder.bytes() == before, "reading changes nothing")
        for table in try folder.texts(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'sqlite_sequence'")
        {
            #expect(try folder.numbers("SELECT count(*) FROM \(table)")[0] > 0, "\(table)")
        }
    }

    @Test("It is recorded in, pruned, exported and backed up, and holds", arguments: names)
    func use(name: String) throws {
        let (folder, old) = try copy(name)
        let key = SigningKey()
        let head = try #require(try Store(reading: folder.database).ledgerHead())
        let store = try Store(recordingIn: folder.database, signingKey: key)
        let edge = CheckName("edge")!
        let request = try #require(try store.latestRequest(of: edge)).request
        let run = try store.record(
            draft("edge", [found("10.0.8.0", [.connected: "22", .refused: "80,443"])], at: 60, request: request))
        _ = try store.setBaseline(run, acceptance("later", at: 61))
        _ = try store.prune(by: RetentionPolicy(since: minute(61)), acceptance("later", at: 62))
        let bundle = folder.path + "/x.bundle"
        _ = try store.export([.check(edge), .check(CheckName("far")!)], to: bundle)
        _ = try BundleReader(bundle, expected: head, keys: [old, key.publicKey]).prove()
        _ = try store.backUp(to: folder.path + "/backup.db")
        for path in [folder.database, folder.path + "/backup.db"] {
            _ = try Verifier(Store(reading: path), expected: head, keys: [old, key.publicKey]).run { _, _ in }
        }
    }
}
