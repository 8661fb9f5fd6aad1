import Testing

@testable import PortCore

@Suite("The canonical text of a port set")
struct PortSetTextTests {
    @Test(
        "is ascending, with neighbours joined",
        arguments: [
            ([], ""),
            ([22...22], "22"),
            ([443...443, 22...22, 80...80], "22,80,443"),
            ([8001...8010, 8000...8000, 22...22], "22,8000-8010"),
            ([1...2, 2...3, 3...3], "1-3"),
            ([1...65535], "1-65535"),
        ] as [([ClosedRange<UInt16>], String)])
    func text(ranges: [ClosedRange<UInt16>], text: String) {
        #expect(PortSet(ranges).text == text)
    }

    @Test("reads back to the same set")
    func roundTrip() {
        forEachSeed { seed, random in
            let values = (0...random.int(0...60)).map { _ in UInt16(random.int(1...random.pick([90, 65535]))) }
            let set = PortSet(values: values)
            #expect(PortSet(canonical: set.text) == set, "seed \(seed): \(set.text)")
        }
    }

    @Test(
        "is the only text that is read",
        arguments: [
            "", "0", "0-5", "22,", ",22", "22,,80", "80,22", "22,22", "22,23", "20-22,23", "20-25,22-30", "1-1", "5-3",
            "022", "1-02", "+1", "1-+2", "-", "-5", "5-", "1--2", "1-2-3", "65536", "1-65536", " 22", "22 ", "22\n",
            "22, 80", "ssh", "٢٢",
        ])
    func rejected(text: String) {
        #expect(PortSet(canonical: text) == nil)
    }

    @Test("can be joined by another separator")
    func separator() {
        #expect(PortSet([22...22, 80...81]).joined(by: ", ") == "22, 80-81")
    }
}
