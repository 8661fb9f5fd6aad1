import Foundation
import Testing

@testable import PortCore

/// Everything that opens sockets runs one after another, so that no test disturbs another's ports or times.
@Suite("On real sockets", .serialized)
enum RealSockets {}

/// A plan for addresses that need no resolving.
func plan(
    _ endpoints: [(String, PortSet)], timeout: Int = 2000, retries: Int = 1, limits: LoadLimits = LoadLimits()
) throws -> ProbePlan {
    let items = try endpoints.map { text, ports in
        let address = try #require(IPAddress(text))
        return ProbePlan.Item(host: .address(address), address: address, ports: ports)
    }
    return ProbePlan(
        items: items, timing: Timing(timeoutMilliseconds: timeout, retries: retries), limits: limits)
}

/// The lane of a worker for `ports` of `address`, of which it takes every `stride`th from the one at `first`.
func lane(
    _ address: String, _ ports: ClosedRange<UInt16>, first: Int = 0, of stride: Int = 1, perHost: Int = .max
) throws -> Lane {
    let address = try #require(IPAddress(address))
    return Lane(
        host: .address(address), address: address, ports: Array(ports), first: first, stride: stride,
        perHost: perHost, pace: Pace(rate: nil, budget: 2_000_000_000))
}

/// Carries out `plan` without anyone to cancel it.
func probe(_ plan: ProbePlan) throws -> [HostResult] {
    try Prober.run(plan, cancellation: Cancellation())
}

extension HostResult {
    /// The ports whose reason passes `include`.
    func ports(where include: (Reason) -> Bool) -> PortSet {
        reasons.filter { include($0.reason) }.reduce(PortSet()) { $0.union($1.ports) }
    }

    /// The ports of each reason, as text.
    var portsByReason: [Reason: String] {
        Dictionary(uniqueKeysWithValues: reasons.map { ($0.reason, $0.ports.text) })
    }
}

/// How long `body` takes, in milliseconds.
func milliseconds(_ body: () throws -> Void) rethrows -> Double {
    let start = MonotonicClock.now
    try body()
    return Double(MonotonicClock.now - start) / 1_000_000
}

/// The ports on which this machine listens on 127.0.0.1 as the kernel tells (proc_net_tcp(5)): state 0A on that
/// address or on all, IPv6 sockets for all addresses included.
func listeningPorts() throws -> Set<UInt16> {
    let own = ["0100007F", "00000000", "00000000000000000000000000000000", "0000000000000000FFFF00000100007F"]
    var ports: Set<UInt16> = []
    // One reading may miss a socket when others come and go meanwhile.
    for _ in 0..<5 {
        for table in ["/proc/net/tcp", "/proc/net/tcp6"] where FileManager.default.fileExists(atPath: table) {
            let text = try String(contentsOfFile: table, encoding: .utf8)
            for line in text.split(separator: "\n").dropFirst() {
                let fields = line.split(separator: " ")
                let local = fields[1].split(separator: ":")
                if fields[3] == "0A", own.contains(String(local[0])), let port = UInt16(local[1], radix: 16) {
                    ports.insert(port)
                }
            }
        }
    }
    return ports
}
