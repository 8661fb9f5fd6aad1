import Glibc
import Testing

@testable import PortCore

@Suite("Pacing")
struct PacingTests {
    private static let second: UInt64 = 1_000_000_000
    private static let millisecond: UInt64 = 1_000_000

    /// How many attempts start from `start` until `end` when one is wanted all the time.
    private func starts(_ pacing: inout Pacing, from start: UInt64, until end: UInt64) -> Int {
        var now = start
        var count = 0
        while now < end {
            if pacing.mayStart(now: now) {
                pacing.started(now: now)
                count += 1
            } else {
                now = min(pacing.nextStart, end)
            }
            if count > 100_000 { break }
        }
        return count
    }

    @Test("without a rate never holds an attempt back")
    func noRate() throws {
        var pacing = Pacing(window: 10, rate: nil, patience: Self.second)
        for _ in 0..<1000 {
            try #require(pacing.mayStart(now: 5))
            #expect(pacing.nextStart <= 5)
            pacing.started(now: 5)
        }
    }

    @Test("keeps to the rate", arguments: [1, 10, 100, 1000, 5000])
    func rate(rate: Int) {
        var pacing = Pacing(window: 10, rate: Double(rate), patience: Self.second)
        let count = starts(&pacing, from: 7 * Self.second, until: 17 * Self.second)
        // The burst is worth 10 ms, and the first attempt is free.
        #expect(count >= rate * 10 && count <= rate * 10 + rate / 100 + 2)
    }

    @Test("never turns a pause into a flood")
    func noFlood() {
        var pacing = Pacing(window: 10, rate: 1000, patience: Self.second)
        _ = starts(&pacing, from: Self.second, until: 2 * Self.second)
        let afterPause = starts(&pacing, from: 60 * Self.second, until: 60 * Self.second + 1)
        #expect((1...11).contains(afterPause))
    }

    @Test("under a shortage keeps what is in flight, at least one, and rests for a moment")
    func shortage() throws {
        var pacing = Pacing(window: 100, rate: nil, patience: Self.second)
        try pacing.fellShort(code: EMFILE, inFlight: 40, now: Self.second)
        #expect(pacing.window == 40)
        #expect(!pacing.mayStart(now: Self.second))
        let rest = pacing.nextStart
        #expect(pacing.mayStart(now: rest))
        #expect(rest - Self.second <= 100 * Self.millisecond)
        try pacing.fellShort(code: EMFILE, inFlight: 0, now: rest)
        #expect(pacing.window == 1)
    }

    @Test("grows back with progress, and never beyond where it began")
    func growth() throws {
        var pacing = Pacing(window: 4, rate: nil, patience: Self.second)
        try pacing.fellShort(code: EMFILE, inFlight: 2, now: 0)
        var windows: [Int] = []
        for _ in 0..<400 {
            pacing.progressed()
            if windows.last != pacing.window { windows.append(pacing.window) }
        }
        #expect(windows == [2, 3, 4])
    }

    @Test("gives up when a shortage outlasts its patience without any progress")
    func noProgress() throws {
        var pacing = Pacing(window: 4, rate: nil, patience: Self.second)
        try pacing.fellShort(code: ENOBUFS, inFlight: 0, now: 0)
        try pacing.fellShort(code: ENOBUFS, inFlight: 0, now: Self.second)
        #expect(throws: ProbeError.noProgress(code: ENOBUFS)) {
            try pacing.fellShort(code: ENOBUFS, inFlight: 0, now: Self.second + 1)
        }
    }

    @Test("does not give up as long as something is settled now and then")
    func progressResets() {
        var pacing = Pacing(window: 4, rate: nil, patience: Self.second)
        for now in stride(from: UInt64(1), to: 10 * Self.second, by: Int(Self.second / 2)) {
            #expect(throws: Never.self) { try pacing.fellShort(code: EMFILE, inFlight: 1, now: now) }
            pacing.progressed()
        }
    }

    @Test(
        "that gave up says which limit to look at",
        arguments: [
            (EMFILE, "ulimit -n"), (ENFILE, "sysctl fs.file-max"), (EADDRNOTAVAIL, "net.ipv4.ip_local_port_range"),
            (ENOBUFS, "memory for socket buffers"),
        ])
    func message(code: Int32, hint: String) {
        let text = ProbeError.noProgress(code: code).description
        #expect(text.hasPrefix("The run makes no progress: "))
        #expect(text.contains("Lower --parallelism") && text.contains(hint))
        #expect(text.hasSuffix("Nothing was recorded."))
    }
}
