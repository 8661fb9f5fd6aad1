import PortCore
import Testing

@testable import Baseline

@Suite("Confirmation: asking again where a name leads")
struct NameConfirmationTests {
    private let folder: TemporaryFolder
    private let here = ["web01": "192.0.2.1", "db01": "192.0.2.2"]
    private let usual: [String: Reason] = [
        "web01:22": .connected, "web01:443@192.0.2.1": .timeout, "db01:22": .connected,
    ]

    init() throws {
        folder = try TemporaryFolder()
    }

    /// A check of ports 22 and 443 of two names with its baseline, and then another run, of which the resolver says
    /// `answers` time by time.
    private func watched(
        _ answers: [String: String]?..., prepare: (ScriptedNetwork) -> Void = { _ in }
    ) throws -> (network: ScriptedNetwork, report: CheckReport) {
        let network = ScriptedNetwork(usual)
        network.names = here
        let checker = network.checker(folder.database)
        let first = try checker.run(order("x", parts(["web01", "db01"], ports: "22,443")))
        _ = try folder.store().setBaseline(try #require(first.run), acceptance())
        network.answers = answers
        prepare(network)
        return (network, try checker.run(order("x")))
    }

    @Test("A name that leads nowhere for a moment is asked for again, probed then, and listed as unstable")
    func nowhereForAMoment() throws {
        let without = ["db01": "192.0.2.2"]
        let (network, report) = try watched(without, without)
        #expect(network.asked.dropFirst() == [["db01", "web01"], ["web01"], ["web01"]])
        #expect(network.probed.dropFirst() == [["db01:22,443", "web01:22,443"], ["web01:22,443"]])
        #expect(network.pauses == [200, 300])
        #expect(report.verdict.line == "OK - No drift from baseline 1 (run 1): 2 hosts, 4 ports")
        #expect(report.digest == report.comparison?.reference.digest)
        #expect(
            UnstableRow.rows(report.findings).map { "\($0.host):\($0.ports) \($0.dissent)/\($0.looks)" }
                == ["web01:22...22 1/2"])
        #expect(
            report.warnings == ["2 of 3 answers for 'web01' did not lead to 192.0.2.1, which was probed."])
    }

    @Test("A name that leads nowhere for 5 s is told, with all that it costs")
    func nowhere() throws {
        let (network, report) = try watched { $0.names = ["db01": "192.0.2.2"] }
        #expect(network.asked.count == 9)
        #expect(network.pauses.reduce(0, +) == 5000)
        #expect(network.probed.count == 2, "there is nothing to probe")
        #expect(report.comparison?.drift.counts == [.lost: 1, .address: 1])
        #expect(report.warnings.isEmpty)
    }

    @Test("A name that leads to the other family is asked for again, and what was found there is forgotten")
    func otherFamilyForAMoment() throws {
        let six = ["web01": "2001:db8::1", "db01": "192.0.2.2"]
        let (network, report) = try watched(six, six)
        #expect(network.probed.dropFirst() == [["db01:22,443", "web01:22,443"], ["web01:443"], ["web01:22,443"]])
        #expect(report.verdict.level == .ok)
        #expect(report.digest == report.comparison?.reference.digest, "a refusal of another machine counts for nothing")
        #expect(UnstableRow.rows(report.findings).isEmpty)
        #expect(report.results.map(\.address) == [IPAddress("192.0.2.2"), IPAddress("192.0.2.1")])
        #expect(report.warnings == ["2 of 3 answers for 'web01' did not lead to 192.0.2.1, which was probed."])
    }

    @Test("A name that leads to the other family for 5 s is probed there, and told")
    func otherFamily() throws {
        let six = ["web01": "2001:db8::1", "db01": "192.0.2.2"]
        let (network, report) = try watched { $0.names = six }
        #expect(network.asked.count == 9)
        #expect(report.comparison?.drift.counts == [.changed: 1, .address: 1])
        #expect(report.results.map(\.address) == [IPAddress("192.0.2.2"), IPAddress("2001:db8::1")])
        #expect(report.warnings.isEmpty)
    }

    @Test("An address beats none, whichever comes first")
    func addressBeatsNone() throws {
        let six = ["web01": "2001:db8::1", "db01": "192.0.2.2"]
        let none = ["db01": "192.0.2.2"]
        for answers in [[six, none], [none, six]] {
            let (_, report) = try watched(answers[0], answers[1]) { $0.names = none }
            #expect(report.results.last?.address == IPAddress("2001:db8::1"))
            #expect(report.warnings.count == 1)
        }
    }

    @Test("Another address of the same family is an answer, which is not asked for again")
    func otherAddress() throws {
        let (network, report) = try watched(["web01": "192.0.2.77", "db01": "192.0.2.2"])
        #expect(network.asked.count == 2)
        #expect(report.comparison?.drift.counts[.address] == 1)
    }

    @Test("A resolver that cannot say for a moment is asked again; one that cannot say in the end is UNKNOWN")
    func undecided() throws {
        let none = ["db01": "192.0.2.2"]
        let (network, report) = try watched(none, nil, nil)
        #expect(network.asked.count == 5)
        #expect(report.verdict.level == .ok)
        #expect(throws: ResolverError.undecided(name: "web01", reason: "no server")) {
            try watched(none, nil, nil, nil, nil, nil, nil, nil)
        }
        #expect(throws: ResolverError.undecided(name: "db01", reason: "no server")) { try watched(nil) }
        #expect(try folder.numbers("SELECT count(*) FROM runs") == [4], "nothing was recorded then")
    }

    @Test("Without a baseline the previous run says where a name is expected to lead")
    func previousRun() throws {
        let network = ScriptedNetwork(usual)
        network.names = here
        let checker = network.checker(folder.database)
        _ = try checker.run(order("x", parts(["web01"], ports: "22")))
        network.answers = [[:], [:]]
        #expect(try checker.run(order("x")).findings.snapshot.count(.open) == 1)
        #expect(network.asked.count == 4)
    }

    @Test("A first run asks once: there is nothing that a name is expected to lead to")
    func firstRun() throws {
        let network = ScriptedNetwork(usual)
        #expect(try network.checker(folder.database).run(order("x", parts(["web01"], ports: "22"))).run != nil)
        #expect(network.asked.count == 1 && network.pauses.isEmpty)
    }
}
