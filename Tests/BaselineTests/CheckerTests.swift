import Foundation
import Glibc
import PortCore
import Testing

@testable import Baseline

@Suite("Carrying out a check")
struct CheckerTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func setBaseline(_ report: CheckReport) throws {
        _ = try folder.store().setBaseline(try #require(report.run), acceptance())
    }

    // MARK: Names and requests

    @Test("A check without a name is named after what it asks")
    func derivedName() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        func name(_ parts: RequestParts) throws -> String { try checker.run(order(nil, parts)).name.description }
        let first = try name(parts(["web01", "10.0.0.1"], ports: "80,22", services: ["ssh", "https"]))
        #expect(first.hasPrefix("auto-") && first.utf8.count == 17)
        var again = try parts(["10.0.0.1", "WEB01."], ports: "22,80", services: ["https", "ssh"])
        again.parallelism = 3
        again.rate = 10
        #expect(try name(again) == first)
        for other in [
            try parts(["10.0.0.1"], ports: "80,22", services: ["ssh", "https"]),
            try parts(["web01", "10.0.0.1"], ports: "80", services: ["ssh", "https"]),
            try parts(["web01", "10.0.0.1"], ports: "80,22,443", services: ["ssh"]),
            try parts(["web01", "10.0.0.1"], ports: "80,22", services: ["ssh", "https"], timeout: 4999),
        ] {
            #expect(try name(other) != first)
        }
        #expect(try folder.numbers("SELECT count(*) FROM checks") == [5])
        #expect(try folder.numbers("SELECT count(*) FROM runs WHERE check_id = 1") == [2])
    }

    @Test("With a name an endpoint has 2 seconds, without one 5, and with a flag what it says")
    func timeouts() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        let parts = try parts(["10.0.0.1"], ports: "22")
        #expect(try checker.run(order(nil, parts)).request.timing.timeoutMilliseconds == 5000)
        #expect(try checker.run(order("x", parts)).request.timing.timeoutMilliseconds == 2000)
        var given = parts
        given.timeoutMilliseconds = 700
        #expect(try checker.run(order("y", given)).request.timing.timeoutMilliseconds == 700)
        #expect(try checker.run(order("y")).request.timing.timeoutMilliseconds == 700)
    }

    @Test("A name repeats its request without flags, and with the flags that say the same")
    func repeated() throws {
        let network = ScriptedNetwork([:])
        let checker = network.checker(folder.database)
        let asked = try parts(["10.0.0.1", "10.0.0.2"], ports: "22,80")
        let first = try checker.run(order("x", asked))
        for parts in [RequestParts(), asked, try parts(["10.0.0.1-10.0.0.2"], ports: "80,22")] {
            let again = try checker.run(order("x", parts))
            #expect(again.request == first.request)
            #expect(again.digest == first.digest)
            #expect(again.run?.requestVersion == 1)
        }
        #expect(Set(network.probed) == [["10.0.0.1:22,80", "10.0.0.2:22,80"]])
    }

    @Test("Other flags for a known name are an error before anything is probed, unless they redefine it")
    func redefined() throws {
        let network = ScriptedNetwork([:])
        let checker = network.checker(folder.database)
        _ = try checker.run(order("x", parts(["10.0.0.1"], ports: "22")))
        var wider = order("x", try parts(["10.0.0.1"], ports: "22,80"))
        #expect(throws: StoreError.requestDiffers(CheckName("x")!, changes: ["ports: 22 → 22,80"])) {
            try checker.run(wider)
        }
        #expect(network.probed.count == 1)
        wider.redefines = true
        wider.records = false
        #expect(try checker.run(wider).redefined.isEmpty, "nothing is recorded, so nothing is redefined")
        wider.records = true
        let report = try checker.run(wider)
        #expect(report.run?.requestVersion == 2 && report.redefined == ["ports: 22 → 22,80"])
        #expect(try checker.run(wider).redefined.isEmpty)
        #expect(try checker.run(order("x")).request.ports.all.text == "22,80")
    }

    @Test("A part of the request alone redefines that part")
    func redefinedPart() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        _ = try checker.run(order("x", parts(["10.0.0.1"], ports: "22", timeout: 900)))
        var order = order("x")
        order.redefines = true
        order.parts.ports = try request(ports: "443").ports
        let request = try checker.run(order).request
        #expect(request.targets.tokens == ["10.0.0.1"])
        #expect(request.ports.all.text == "443")
        #expect(request.timing.timeoutMilliseconds == 900)
    }

    @Test("Limits are changed for one run, and redefined for good; 0 takes a limit away")
    func redefinedLimits() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        var first = try parts(["10.0.0.1"], ports: "22")
        first.rate = 100
        first.perHost = 10
        _ = try checker.run(order("x", first))
        func limits(redefining: Bool, rate: Int?) throws -> (LoadLimits, version: Int?) {
            var order = order("x")
            order.redefines = redefining
            order.parts.rate = rate
            let report = try checker.run(order)
            return (report.request.limits, report.run?.requestVersion)
        }
        #expect(try limits(redefining: false, rate: 7) == (LoadLimits(perHost: 10, rate: 7), 1))
        #expect(try limits(redefining: false, rate: nil) == (LoadLimits(perHost: 10, rate: 100), 1))
        #expect(try limits(redefining: true, rate: 100) == (LoadLimits(perHost: 10, rate: 100), 1))
        #expect(try limits(redefining: true, rate: 0) == (LoadLimits(perHost: 10), 2))
        #expect(try limits(redefining: false, rate: nil) == (LoadLimits(perHost: 10), 2))
    }

    @Test("New targets come without the family and the exclusions of the old ones")
    func redefinedTargets() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        var first = order("x", try parts(["10.0.0.1-10.0.0.3"], ports: "22"))
        first.parts.family = .v4
        first.parts.excluded = try TargetSet(parsing: ["10.0.0.2"])
        _ = try checker.run(first)
        var second = order("x", try parts(["::2"], ports: "22"))
        second.redefines = true
        let request = try checker.run(second).request
        #expect(request.family == nil)
        #expect(request.excluded.isEmpty)
    }

    @Test("A name that is not recorded needs targets and ports")
    func unknown() throws {
        let network = ScriptedNetwork([:])
        let checker = network.checker(folder.database)
        #expect(throws: StoreError.unknownCheck(CheckName("x")!)) { try checker.run(order("x")) }
        var half = order("x", try parts(["10.0.0.1"], ports: "22"))
        half.parts.ports = nil
        #expect(throws: PortError.none) { try checker.run(half) }
        half.parts = try parts(["10.0.0.1"], ports: "22")
        half.parts.targets = nil
        #expect(throws: TargetError.none) { try checker.run(half) }
        #expect(network.probed.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.database))
    }

    @Test("A reference that is not there is an error before anything is probed")
    func unknownReference() throws {
        let network = ScriptedNetwork([:])
        var order = order("x", try parts(["10.0.0.1"], ports: "22"))
        order.reference = .run(.number(9))
        #expect(throws: StoreError.missing(path: folder.database)) { try network.checker(folder.database).run(order) }
        _ = try folder.store()
        #expect(throws: StoreError.noRun("9")) { try network.checker(folder.database).run(order) }
        #expect(network.probed.isEmpty)
    }

    // MARK: Recording

    @Test("What is reported is what is recorded")
    func recorded() throws {
        let report = try ScriptedNetwork(["10.0.0.1:22": .connected, "10.0.0.1:443": .timeout])
            .checker(folder.database).run(order("x", parts(["10.0.0.1-10.0.0.2"], ports: "22,80,443")))
        let run = try #require(report.run)
        let store = try Store(reading: folder.database)
        #expect(try store.run(.number(run.id)) == run)
        #expect(try store.snapshot(of: run) == report.findings.snapshot)
        #expect(try store.evidence(of: run) == report.findings.evidence)
        #expect((run.digest, run.startedAt, run.finishedAt) == (report.digest, report.startedAt, report.finishedAt))
        #expect(report.warnings.isEmpty)
    }

    @Test("A check that is not to be recorded makes no database")
    func notRecorded() throws {
        var order = order(nil, try parts(["10.0.0.1"], ports: "22"))
        order.records = false
        let report = try ScriptedNetwork([:]).checker(folder.database).run(order)
        #expect(report.run == nil)
        #expect(report.warnings.isEmpty)
        #expect(!FileManager.default.fileExists(atPath: folder.database))
    }

    @Test("A database that cannot be written does not cost the check, which says so on its line and in a warning")
    func cannotWrite() throws {
        let report = try ScriptedNetwork(["10.0.0.1:22": .connected]).checker("/proc/portbase/x.db")
            .run(order(nil, parts(["10.0.0.1"], ports: "22")))
        #expect(
            report.verdict.line == "OK - Port 22 is open; the run was not recorded: Cannot open '/proc/portbase/x.db': "
                + "folder '/proc/portbase': No such file or directory")
        #expect(report.run == nil && report.isQualified)
        #expect(report.warnings.count == 1)
        #expect(report.warnings[0].hasPrefix("The run was not recorded: Cannot open '/proc/portbase/x.db': "))
        #expect(report.digest == report.findings.snapshot.digest)
    }

    @Test("A signal after the last probe is an interruption: no verdict, no warning, nothing recorded")
    func interrupted() throws {
        for path in [folder.database, "/proc/portbase/x.db"] {
            let cancellation = Cancellation()
            cancellation.cancel(signal: SIGINT)
            let checker = ScriptedNetwork([:]).checker(path, cancellation: cancellation)
            #expect(throws: StoreError.interrupted(signal: SIGINT)) {
                try checker.run(order(nil, parts(["10.0.0.1"], ports: "22")))
            }
        }
        #expect(!FileManager.default.fileExists(atPath: folder.database))
    }

    @Test("A check leaves no log beside the database")
    func noLog() throws {
        let checker = ScriptedNetwork([:]).checker(folder.database)
        for _ in 0..<2 { _ = try checker.run(order("x", parts(["10.0.0.1"], ports: "22"))) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["portbase.db"])
    }

    @Test("A database that is there and cannot be read ends the check before anything is probed")
    func unreadable() throws {
        try Data("This is no database at all.".utf8).write(to: URL(fileURLWithPath: folder.database))
        let network = ScriptedNetwork([:])
        for records in [true, false] {
            var order = order(nil, try parts(["10.0.0.1"], ports: "22"))
            order.records = records
            #expect(throws: StoreError.notADatabase(path: folder.database)) {
                try network.checker(folder.database).run(order)
            }
        }
        #expect(network.probed.isEmpty)
    }
}
