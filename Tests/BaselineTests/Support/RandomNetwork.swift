import PortCore

@testable import Baseline

/// Networks for property tests: few hosts, few port sets, every state and reason, so that runs overlap a lot.
enum RandomNetwork {
    static let hosts = [
        "10.0.0.9", "10.0.0.10", "192.0.2.1", "2001:db8::9", "2001:db8::10", "db01", "db-01", "db01.example", "web01",
    ].map { Host($0)! }
    static let scopes = ["22", "22,80,443", "22,80,443,8000-8010", "1-200", "1-20,65500-65535", "8080-8090"].map(ports)
    private static let addresses = ["198.51.100.1", "198.51.100.2", "2001:db8:1::1"].map { IPAddress($0)! }
    private static let silent = Reason.allCases.filter { $0.state == .filtered }

    /// What a run finds: some of the hosts, in any order.
    static func results(_ random: inout SplitMix64) -> [HostResult] {
        let count = Int.random(in: 1...hosts.count, using: &random)
        return hosts.shuffled(using: &random).prefix(count).map { result(of: $0, &random) }
    }

    /// The next run of the same check: most hosts are as they were, some are not, some come and some go.
    static func successor(of results: [HostResult], _ random: inout SplitMix64) -> [HostResult] {
        hosts.compactMap { host in
            let old = results.first { $0.host == host }
            switch Int.random(in: 0..<10, using: &random) {
            case 0: return nil
            case 1, 2: return result(of: host, &random)
            default: return old
            }
        }.shuffled(using: &random)
    }

    static func result(of host: Host, _ random: inout SplitMix64) -> HostResult {
        let scope = scopes.randomElement(using: &random)!
        var address: IPAddress?
        if case .name = host {
            address = addresses.randomElement(using: &random)
            if Int.random(in: 0..<5, using: &random) == 0 {
                return found(host, at: nil, [(.nameUnresolved, scope)])
            }
        }
        return found(host, at: address, shares(of: scope, &random))
    }

    /// Shares `scope` out: a background reason, and others at a few ranges.
    private static func shares(of scope: PortSet, _ random: inout SplitMix64) -> [(reason: Reason, ports: PortSet)] {
        let background = Reason.allCases.randomElement(using: &random)!
        var rest = scope
        var shares: [(reason: Reason, ports: PortSet)] = []
        for _ in 0..<Int.random(in: 0...6, using: &random) {
            let reason: Reason =
                switch Int.random(in: 0..<4, using: &random) {
                case 0, 1: .connected
                case 2: .refused
                default: silent.randomElement(using: &random)!
                }
            let first = (Bool.random(using: &random) ? 0 : 7990) + UInt16.random(in: 1...110, using: &random)
            let last = first + UInt16.random(in: 0...40, using: &random)
            let taken = rest.intersection(Bool.random(using: &random) ? PortSet([first...last]) : ports("22"))
            rest = rest.subtracting(taken)
            shares.append((reason, taken))
        }
        return shares + [(background, rest)]
    }
}
