import Testing

@testable import PortCore

@Suite("What people read has one form")
struct WordingTests {
    @Test(
        "digits stand in groups of three",
        arguments: [
            (0, "0"), (999, "999"), (1000, "1,000"), (65_535, "65,535"), (1_234_567, "1,234,567"), (-4096, "-4,096"),
        ])
    func numbers(number: Int, text: String) {
        #expect(Wording.number(number) == text)
    }

    @Test("one of a thing is singular, none and several are plural")
    func counts() {
        #expect(Wording.count(0, "run") == "0 runs")
        #expect(Wording.count(1, "run") == "1 run")
        #expect(Wording.count(1200, "entry", "entries") == "1,200 entries")
    }

    @Test(
        "a duration is exact below a minute, and in its two largest units from there on",
        arguments: [
            (0, "0 ms"), (999, "999 ms"), (1000, "1 s"), (2500, "2.5 s"), (59_999, "59.999 s"), (61_000, "1 min 1 s"),
            (3_600_000, "1 h 0 min"), (90_000_000, "1 d 1 h"),
        ])
    func milliseconds(milliseconds: Int64, text: String) {
        #expect(Wording.duration(milliseconds: milliseconds) == text)
    }

    @Test(
        "a duration below a second may have microseconds",
        arguments: [(0, "0 µs"), (34, "34 µs"), (1000, "1 ms"), (12_340, "12.34 ms"), (2_000_999, "2 s")])
    func microseconds(microseconds: Int, text: String) {
        #expect(Wording.duration(microseconds: microseconds) == text)
    }

    @Test("a list shows eight items, and counts the others")
    func lists() {
        #expect(Wording.list(["a", "b"], separator: "; ", of: "hosts") == "a; b")
        let items = (1...1010).map { "h\($0)" }
        #expect(
            Wording.list(items, separator: ", ", of: "hosts") == "h1, h2, h3, h4, h5, h6, h7, h8, and 1,002 more hosts")
    }
}
