import PortCore
import Testing

@testable import Baseline

@Suite("Timestamps")
struct TimestampTests {
    @Test(
        "RFC 3339 in UTC is read, with an offset or as a date alone",
        arguments: [
            ("2026-05-03T12:00:00.000Z", 0), ("2026-05-03T12:00:00Z", 0), ("2026-05-03T12:00Z", 0),
            ("2026-05-03T14:00:00+02:00", 0), ("2026-05-03T06:30-05:30", 0), ("2026-05-04T11:59+23:59", 0),
            ("2026-05-03T12:00:00.5Z", 500), ("2026-05-03T12:00:00.05Z", 50), ("2026-05-03T12:00:00.005Z", 5),
            ("2026-05-03T12:00:00.0059999999Z", 5), ("2026-05-03T12:01Z", 60_000),
            ("2026-05-03", -43_200_000), ("2026-05-03T00:00Z", -43_200_000),
        ])
    func read(text: String, offset: Int64) {
        #expect(Timestamp(text)?.milliseconds == minute(0).milliseconds + offset)
    }

    @Test("Leap years and the first and last moment are read")
    func limits() {
        #expect(Timestamp("1970-01-01")?.milliseconds == 0)
        #expect(Timestamp("2024-02-29")?.milliseconds == 1_709_164_800_000)
        #expect(Timestamp("9999-12-31T23:59:59.999Z")?.description == "9999-12-31T23:59:59.999Z")
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "T", "now", "2026", "2026-05", "2026-05-03T", "2026-05-03T12", "2026-05-03T12Z", "2026-05-03T12:00",
            "2026-05-03 12:00Z", "2026-05-03T12:00:00", "2026-05-03T24:00Z", "2026-05-03T12:60Z",
            "2026-05-03T12:00:60Z",
            "2026-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-01", "2026-01-00", "1969-12-31",
            "26-05-03", "2026-5-3", "2026-05-03T1:00Z", "2026-05-03T12:00:0Z", "2026-05-03T12:00:00.Z",
            "2026-05-03T12:00:00,5Z", "2026-05-03T12:00:00.5 Z", "2026-05-03T12:00Z ", " 2026-05-03", "+2026-05-03",
            "2026-05-03T12:00+2", "2026-05-03T12:00+0200", "2026-05-03T12:00+24:00", "2026-05-03T12:00+02:60",
            "2026-05-03T12:00ZZ", "2026-05-03Z", "2026-05-03T12:00:00:00Z", "-026-05-03", "２０２６-05-03",
        ])
    func refused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(
        "A moment may be given by how long ago it was",
        arguments: [
            ("90s", 90), ("15m", 900), ("12h", 43_200), ("30d", 2_592_000), ("4w", 2_419_200), ("0s", 0), ("now", 0),
        ])
    func ago(text: String, seconds: Int64) {
        let now = minute(0)
        #expect(Timestamp(text, before: now)?.milliseconds == now.milliseconds - seconds * 1000)
        #expect(Timestamp("2026-05-03T12:00Z", before: minute(9)) == now)
    }

    @Test(
        "No other unit and no other number is read",
        arguments: ["", "d", "30", "30 d", "-1d", "1.5h", "1y", "１d", "NOW", "now "])
    func agoRefused(text: String) {
        #expect(Timestamp(text, before: minute(0)) == nil)
    }

    @Test("The text is read again as the same moment, and texts sort as moments do")
    func roundTrip() {
        let last: Int64 = 253_402_300_799_999
        forEachSeed(1000) { seed, random in
            let times = (0..<2).map { _ in Timestamp(milliseconds: .random(in: 0...last, using: &random)) }
            let near = Timestamp(milliseconds: max(0, times[0].milliseconds - 1))
            for time in times { #expect(Timestamp(time.description) == time, "seed \(seed)") }
            #expect((times[0] < times[1]) == (times[0].description < times[1].description), "seed \(seed)")
            #expect((near < times[0]) == (near.description < times[0].description), "seed \(seed)")
            #expect(times[0].description.utf8.count == 24, "seed \(seed)")
        }
    }

    @Test("People see seconds")
    func text() {
        #expect(Timestamp(milliseconds: 1_777_809_600_999).text == "2026-05-03T12:00:00Z")
    }
}

@Suite("Names of checks")
struct CheckNameTests {
    @Test(
        "A letter, then letters, digits, dots, underscores and dashes, at most 64",
        arguments: ["a", "Z", "web-tier", "web_1.example", "a--", String(repeating: "x", count: 64)])
    func accepted(text: String) {
        #expect(CheckName(text)?.description == text)
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "1", "1a", "-a", "_a", ".a", "a b", "a\n", "a@b", "a~1", "a:b", "a/b", "é", "aé", "a\u{0301}",
            "\u{212a}",
            "a１", String(repeating: "x", count: 65),
        ])
    func refused(text: String) {
        #expect(CheckName(text) == nil)
    }

    @Test("Names sort by bytes")
    func order() {
        let names = ["B", "a", "a-b", "a.b", "a1", "a_b", "ab"]
        #expect(names.reversed().map { CheckName($0)! }.sorted().map(\.description) == names)
    }
}

@Suite("References of runs")
struct RunReferenceTests {
    private static let web = CheckName("web-tier")!
    /// The end of 2026-05-03T12:00:00Z.
    private static let second = Timestamp(milliseconds: minute(0).milliseconds + 999)

    @Test(
        "Each form is read, and written as it was",
        arguments: [
            ("17", .number(17)), ("9223372036854775807", .number(.max)),
            ("sha256:0bad", .digest(prefix: "0bad")),
            ("sha256:\(String(repeating: "f", count: 64))", .digest(prefix: String(repeating: "f", count: 64))),
            ("web-tier", .latest(web, back: 0)), ("web-tier~3", .latest(web, back: 3)),
            ("web-tier@baseline", .baseline(web, back: 0)), ("web-tier@baseline~12", .baseline(web, back: 12)),
            ("web-tier@2026-05-03T12:00:00Z", .at(web, second)),
            ("web-tier@2026-05-03T12:00:00.000Z", .at(web, minute(0))),
            ("sha256", .latest(CheckName("sha256")!, back: 0)), ("baseline", .latest(CheckName("baseline")!, back: 0)),
        ] as [(String, RunReference)])
    func forms(text: String, reference: RunReference) {
        #expect(RunReference(text) == reference)
        #expect(reference.description == text)
    }

    @Test("Some forms have another spelling")
    func spellings() {
        #expect(RunReference("web-tier~0") == .latest(Self.web, back: 0))
        #expect(RunReference("sha256:0BAD") == .digest(prefix: "0bad"))
        #expect(RunReference("web-tier@2026-05-03T12:00Z") == .at(Self.web, Self.second))
        #expect(
            RunReference("web-tier@2026-05-03T14:00:00.5+02:00")?.description == "web-tier@2026-05-03T12:00:00.500Z")
        #expect(RunReference("web-tier@2026-05-03")?.description == "web-tier@2026-05-03T23:59:59Z")
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "0", "-1", "+1", "017", "1.0", " 1", "9223372036854775808", "1~1", "1@baseline", "web tier",
            "web-tier~",
            "web-tier~-1", "web-tier~+1", "web-tier~01", "web-tier~1~1", "web-tier~x", "~1", "@", "@baseline",
            "web-tier@", "web-tier@latest", "web-tier@baseline~", "web-tier@baseline~x", "web-tier@baseline~1~1",
            "web-tier~1@baseline", "web-tier@2026", "web-tier@2026-05-03T12:00", "web-tier@2026-05-03~1",
            "web-tier@baseline@baseline", "sha256:", "sha256:abc", "sha256:xyzw", "sha256: 0bad", "SHA256:0bad",
            "sha256:\(String(repeating: "0", count: 65))", "sha256:0bad~1", "sha256:０１２３",
            "web-tier~99999999999999999999",
        ])
    func refused(text: String) {
        #expect(RunReference(text) == nil)
    }
}

@Suite("Digests")
struct DigestTests {
    @Test(
        "The digest is SHA-256 (FIPS 180-4)",
        arguments: [
            ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ])
    func known(text: String, digest: String) {
        #expect(Digest(of: text).description == digest)
        #expect(Digest(of: text).short == String(digest.prefix(12)))
        #expect(Digest(of: Array(text.utf8)) == Digest(of: text))
    }

    @Test("It is 32 bytes, no more and no fewer", arguments: [0, 31, 33])
    func size(count: Int) {
        #expect(Digest(bytes: [UInt8](repeating: 0, count: count)) == nil)
        let bytes = Digest(of: "x").bytes
        #expect(Digest(bytes: bytes)?.bytes == bytes)
    }

    @Test("Digests sort as their texts do")
    func order() {
        let digests = (0..<100).map { Digest(of: "\($0)") }
        #expect(digests.sorted().map(\.description) == digests.map(\.description).sorted())
    }
}
