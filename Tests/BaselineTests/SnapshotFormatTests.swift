import PortCore
import Testing

@testable import Baseline

@Suite("Canonical snapshots: reading and writing")
struct SnapshotFormatTests {
    @Test("Any order of hosts gives the same bytes, and so the same digest")
    func order() {
        forEachSeed(300) { seed, random in
            let results = RandomNetwork.results(&random)
            let text = SnapshotFormat.text(Snapshot(results))
            #expect(SnapshotFormat.text(Snapshot(results.shuffled(using: &random))) == text, "seed \(seed)")
        }
    }

    @Test("What was written is read again as it was")
    func roundTrip() throws {
        try forEachSeed(300) { seed, random in
            let snapshot = Snapshot(RandomNetwork.results(&random))
            let again = try SnapshotFormat.parse(SnapshotFormat.text(snapshot))
            #expect(again == snapshot, "seed \(seed)")
        }
    }

    @Test("How ports are found does not show: reasons of one state and times give the same bytes")
    func onlyStates() {
        let first = found("10.0.0.1", [.connected: "22", .timeout: "80", .hostUnreachable: "443"])
        let second = HostResult(
            host: first.host, address: first.address, ports: first.ports,
            outcomes: [.connected, .prohibited, .otherError].map { Outcome(reason: $0, elapsedMicroseconds: 9) })
        #expect(Snapshot([first]).digest == Snapshot([second]).digest)
    }

    @Test("The address of a name is in the digest, and not in the digest of states")
    func addresses() {
        let here = Snapshot([found("web01", at: "192.0.2.1", [.connected: "22"])])
        let there = Snapshot([found("web01", at: "192.0.2.2", [.connected: "22"])])
        let shut = Snapshot([found("web01", at: "192.0.2.1", [.refused: "22"])])
        #expect(here.digest != there.digest)
        #expect(here.statesDigest == there.statesDigest)
        #expect(here.statesDigest != shut.statesDigest)
        #expect(here.statesDigest == Digest(of: "portbase-snapshot 1\nscope 1 22\nhost web01 scope 1\nopen *\n"))
    }

    @Test("Without names the digest of states is the digest")
    func statesDigest() {
        let snapshot = Snapshot([found("192.0.2.1", [.connected: "22"])])
        #expect(snapshot.statesDigest == snapshot.digest)
    }

    @Test("A snapshot counts its endpoints by state")
    func counts() {
        let snapshot = Snapshot(GoldenSnapshot.example)
        #expect(PortState.allCases.map(snapshot.count) == [6, 22, 4])
        #expect(snapshot.endpointCount == 32)
    }

    // MARK: What is refused

    private static let valid = """
        portbase-snapshot 1
        scope 1 22,80,8000-8010
        scope 2 22
        host 192.0.2.1 scope 1
        open 22
        closed *
        filtered 8000
        host 192.0.2.2 scope 2
        open *
        host web01 scope 2
        address 192.0.2.3
        open *

        """

    /// A change of the valid text, and what it does to it.
    struct Mutation: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let old: String
        let new: String

        init(_ name: String, _ old: String, _ new: String) {
            (testDescription, self.old, self.new) = (name, old, new)
        }
    }

    private static let mutations = [
        Mutation("unknown version", "snapshot 1", "snapshot 2"),
        Mutation("another first line", "portbase-snapshot 1\n", ""),
        Mutation("byte order mark", "portbase-snapshot 1", "\u{feff}portbase-snapshot 1"),
        Mutation("scopes out of order", "scope 1 22,80,8000-8010\nscope 2 22", "scope 2 22\nscope 1 22,80,8000-8010"),
        Mutation("scopes numbered otherwise than by first use", "host 192.0.2.1 scope 1", "host 192.0.2.1 scope 2"),
        Mutation("scope that no host uses", "scope 2 22\n", "scope 2 22\nscope 3 443\n"),
        Mutation("scope written twice", "scope 2 22\n", "scope 2 22\nscope 3 22\n"),
        Mutation("scope number with a sign", "scope 2 22\n", "scope +2 22\n"),
        Mutation("scope number with a zero before it", "host web01 scope 2", "host web01 scope 02"),
        Mutation("scope that is not there", "host web01 scope 2", "host web01 scope 3"),
        Mutation("scope number 0", "host web01 scope 2", "host web01 scope 0"),
        Mutation("smallest integer as scope number", "host web01 scope 2", "host web01 scope \(Int.min)"),
        Mutation("scope number beyond integers", "host web01 scope 2", "host web01 scope 9999999999999999999999"),
        Mutation("empty scope", "scope 2 22\n", "scope 2 \n"),
        Mutation("adjacent ranges not joined", "8000-8010", "8000-8004,8005-8010"),
        Mutation("overlapping ranges", "8000-8010", "8000-8010,8010"),
        Mutation("ports out of order", "22,80", "80,22"),
        Mutation("range of one port", "scope 2 22", "scope 2 22-22"),
        Mutation("reversed range", "8000-8010", "8010-8000"),
        Mutation("port 0", "scope 2 22", "scope 2 0"),
        Mutation("port beyond 65535", "scope 2 22", "scope 2 65558"),
        Mutation("port with a zero before it", "open 22", "open 022"),
        Mutation("digits of another script", "scope 2 22", "scope 2 \u{0662}\u{0662}"),
        Mutation("hosts swapped", "192.0.2.2", "192.0.2.0"),
        Mutation(
            "host written twice", "host 192.0.2.2 scope 2\nopen *\n",
            "host 192.0.2.2 scope 2\nopen *\nhost 192.0.2.2 scope 2\nopen *\n"),
        Mutation("host in capitals", "host web01", "host WEB01"),
        Mutation("host with a trailing dot", "host web01", "host web01."),
        Mutation("address that is not canonical", "host 192.0.2.2", "host ::ffff:192.0.2.2"),
        Mutation("name without an address line", "address 192.0.2.3\n", ""),
        Mutation(
            "address of a host that is one", "host 192.0.2.2 scope 2\n", "host 192.0.2.2 scope 2\naddress 192.0.2.2\n"),
        Mutation("address that is none", "address 192.0.2.3", "address nowhere"),
        Mutation("states out of order", "open 22\nclosed *", "closed *\nopen 22"),
        Mutation(
            "rest on another state than the most frequent", "closed *\nfiltered 8000", "closed 80,8001-8010\nfiltered *"
        ),
        Mutation("no rest", "closed *", "closed 80,8001-8010"),
        Mutation("two rests", "open 22\nclosed *", "open *\nclosed *"),
        Mutation("rest that is empty", "closed *\nfiltered 8000", "closed *\nfiltered 80,8000-8010"),
        Mutation("state twice", "open 22\n", "open 22\nopen 80\n"),
        Mutation("port in two states", "filtered 8000", "filtered 22"),
        Mutation("port outside of the scope", "filtered 8000", "filtered 443"),
        Mutation("unknown state", "filtered 8000", "unfiltered 8000"),
        Mutation("host without states", "scope 2\nopen *\nhost web01", "scope 2\nhost web01"),
        Mutation("trailing space", "open 22\n", "open 22 \n"),
        Mutation("two spaces", "open 22", "open  22"),
        Mutation("tab", "open 22", "open\t22"),
        Mutation("empty line", "host web01", "\nhost web01"),
        Mutation("line ends of Windows", "\n", "\r\n"),
        Mutation("no last line end", "3\nopen *\n", "3\nopen *"),
        Mutation("one line end too many", "3\nopen *\n", "3\nopen *\n\n"),
        Mutation("comment", "host web01", "# the web\nhost web01"),
        Mutation("NUL", "open 22", "open 22\0"),
    ]

    @Test("The text that the refusals start from is canonical")
    func validText() throws {
        #expect(try SnapshotFormat.text(SnapshotFormat.parse(Self.valid)) == Self.valid)
    }

    @Test("What is not canonical is refused", arguments: mutations)
    func refused(mutation: Mutation) throws {
        let text = Self.valid.replacing(mutation.old, with: mutation.new)
        try #require(!text.utf8.elementsEqual(Self.valid.utf8), "the mutation must change something")
        #expect(throws: SnapshotError.self) { try SnapshotFormat.parse(text) }
    }

    @Test("A text that was cut anywhere is refused, or is a whole snapshot of fewer hosts")
    func truncated() {
        let bytes = Array(Self.valid.utf8)
        for count in 0..<bytes.count {
            let text = String(decoding: bytes.prefix(count), as: UTF8.self)
            guard let snapshot = try? SnapshotFormat.parse(text) else { continue }
            #expect(SnapshotFormat.text(snapshot) == text)
            #expect(snapshot.entries.count < 3)
        }
        #expect(throws: SnapshotError.unknownVersion) { try SnapshotFormat.parse("") }
    }

    @Test("The error names the line")
    func errorLine() {
        let text = Self.valid.replacing("address 192.0.2.3", with: "address nowhere")
        #expect(throws: SnapshotError.malformed(line: 11)) { try SnapshotFormat.parse(text) }
    }

    @Test("Random changes of bytes are refused, or give a text that is canonical itself")
    func randomBytes() {
        let alphabet = Array("0123456789-,*. \n\r\tscopehadrntlifw:\u{e9}".utf8) + [0, 0xff]
        forEachSeed(3000) { seed, random in
            var bytes = Array(SnapshotFormat.text(Snapshot(RandomNetwork.results(&random))).utf8)
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                let index = Int.random(in: 0..<bytes.count, using: &random)
                let byte = alphabet.randomElement(using: &random)!
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = byte
                case 1: bytes.insert(byte, at: index)
                case 2: bytes.remove(at: index)
                default: bytes.swapAt(index, Int.random(in: 0..<bytes.count, using: &random))
                }
            }
            guard let text = String(validating: bytes, as: UTF8.self), let snapshot = try? SnapshotFormat.parse(text)
            else { return }
            #expect(Array(SnapshotFormat.text(snapshot).utf8) == bytes, "seed \(seed)")
            #expect(
                zip(snapshot.entries, snapshot.entries.dropFirst()).allSatisfy { $0.host < $1.host }, "seed \(seed)")
        }
    }
}
