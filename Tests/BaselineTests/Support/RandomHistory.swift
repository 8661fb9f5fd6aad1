import PortCore

@testable import Baseline

/// Runs of two checks that mostly change nothing, or only why ports are filtered, or what they say.
struct RandomHistory {
    var random: SplitMix64
    private var time = 0
    private var results: [String: [HostResult]] = [:]

    init(seed: UInt64) { random = SplitMix64(seed: seed) }

    mutating func recordNext(in store: Store) throws {
        let name = ["mine", "other"].randomElement(using: &random)!
        var found = results[name] ?? RandomNetwork.results(&random)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: found = RandomNetwork.successor(of: found, &random)
        case 1, 2, 3: found = found.map { otherReasons($0) }
        default: break
        }
        if found.isEmpty { found = RandomNetwork.results(&random) }
        results[name] = found
        var banners: [PortCore.Host: HostBanners]?
        if Bool.random(using: &random) {
            banners = [:]
            for result in found where Bool.random(using: &random) {
                banners?[result.host] = said([22: ["a", "b"].randomElement(using: &random)!])
            }
        }
        // Now and then the clock is set back.
        time += Int.random(in: 0..<10, using: &random) == 0 ? -2 : 1
        let run = try store.record(draft(name, found, at: time, banners: banners))
        if Int.random(in: 0..<12, using: &random) == 0 { _ = try store.setBaseline(run, acceptance(at: time)) }
    }

    private mutating func otherReasons(_ result: HostResult) -> HostResult {
        let reason = [Reason.timeout, .prohibited, .hostUnreachable].randomElement(using: &random)!
        return HostResult(
            host: result.host, address: result.address, ports: result.ports,
            outcomes: result.outcomes.map {
                $0.state == .filtered && $0.reason != .nameUnresolved
                    ? Outcome(reason: reason, elapsedMicroseconds: $0.elapsedMicroseconds) : $0
            })
    }
}
