import Foundation
import PortCore

@testable import Baseline

/// A closed database with a row of every kind in every table, and what was recorded into it.
struct RecordedHistory {
    let folder: TemporaryFolder
    let head: LedgerHead

    /// - Parameter key: what signs the entries.
    init(key: SigningKey? = nil) throws {
        folder = try TemporaryFolder()
        let store = try Store(recordingIn: folder.database, signingKey: key)
        try Self.record(in: store)
        head = try store.ledgerHead()!
    }

    static func record(in store: Store) throws {
        let four = found("10.0.0.1", [.connected: "22,80", .refused: "81", .timeout: "443-445"])
        let six = found("2001:db8::1", [.connected: "22"])
        let name = found("web01", at: "10.0.0.9", [.connected: "22,80", .timeout: "443"])
        let lost = found("web01", at: "10.0.0.8", [.hostUnreachable: "22,80", .timeout: "443"])
        let banners = [Host("10.0.0.1")!: said([22: "SSH-2.0-x", 80: "hello \\x00"]), Host("web01")!: said([22: "y"])]
        let first = try store.record(draft("web", [four, six, name], at: 0, banners: banners))
        _ = try store.setBaseline(first, acceptance("as\ninstalled \\", at: 1, ticket: "T-1", person: "alice"))
        _ = try store.record(draft("web", [four, name], at: 2))
        _ = try store.record(draft("db", [six], at: 3))
        let fewer = [Host("10.0.0.1")!: said([22: "SSH-2.0-x"])]
        let third = try store.record(draft("web", [four, six, lost], at: 4, banners: fewer))
        _ = try store.acceptDrift(
            of: third.check, upTo: nil, at: [Endpoints("web01:22")!], acceptance("in part", at: 5, ticket: "T-2"))
        _ = try store.setBaseline(third, acceptance("moved", at: 5))
        let other = try request(ports: "22")
        _ = try store.record(draft("web", [six], at: 6, request: other, redefines: true))
        let up = try reading("web01", at: 7, .init("eth0", ["10.0.0.9"]))
        let down = try reading("web01", at: 8, .init("eth0", ["10.0.0.9"], up: false))
        try store.record([up, down], vantage: "probe1", user: "op")
        for time in 9...10 { _ = try store.record(draft("db", [six], at: time)) }
        _ = try store.prune(by: RetentionPolicy(since: minute(11)), acceptance("retention", at: 11))
        let elsewhere = try TemporaryFolder()
        let bundle = try bundle(in: elsewhere)
        _ = try store.importBundle(BundleReader(bundle), as: nil, acceptance("of the other site", at: 12))
        _ = try store.record(draft("db", [six, four], at: 12))
    }

    /// A bundle of another database: a check with two runs, and a baseline.
    private static func bundle(in folder: TemporaryFolder) throws -> String {
        let store = try folder.store()
        let name = found("far01", at: "10.9.0.1", [.connected: "22,80", .timeout: "443"])
        let said = [Host("far01")!: said([22: "SSH-2.0-far"])]
        let run = try store.record(draft("far", [name], at: 0, banners: said))
        _ = try store.setBaseline(run, acceptance("far away", at: 1))
        _ = try store.record(draft("far", [found("far01", at: "10.9.0.1", [.refused: "22,80,443"])], at: 2))
        _ = try store.export([.check(run.check)], to: folder.path + "/far.bundle")
        return folder.path + "/far.bundle"
    }

    /// A copy of the database that `sql` changed behind the back of portbase, without triggers and checks, as who can
    /// write the file may do. The triggers are as they were after that.
    ///
    /// - Returns: `nil` where SQLite refuses the change, since it breaks the form of the file.
    func changed(by sql: String) throws -> TemporaryFolder? {
        let copy = try TemporaryFolder()
        try FileManager.default.copyItem(atPath: folder.database, toPath: copy.database)
        let triggers = try folder.texts("SELECT sql FROM sqlite_schema WHERE type = 'trigger'")
        let drops = try folder.texts("SELECT 'DROP TRIGGER ' || name FROM sqlite_schema WHERE type = 'trigger'")
        let script = ["PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF"] + drops + [sql] + triggers
        let (status, _) = try Tool.run(Tool.sqlite3!, ["-bail", copy.database, script.joined(separator: ";\n") + ";"])
        return status == 0 ? copy : nil
    }

    /// What does not hold in the database of `folder`; `nil` when all does.
    static func discrepancy(
        _ folder: TemporaryFolder, expected: LedgerHead? = nil, keys: [PublicKey]? = nil
    ) throws -> Discrepancy? {
        do {
            _ = try Verifier(Store(reading: folder.database), expected: expected, keys: keys).run { _, _ in }
            return nil
        } catch StoreError.doesNotHold(let discrepancy) {
            return discrepancy
        }
    }
}
