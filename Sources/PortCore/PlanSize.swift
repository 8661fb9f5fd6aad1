/// How many hosts and ports a plan has, told before there is one.
public struct PlanSize: Hashable, Sendable {
    /// How many hosts.
    public let hosts: UInt128
    /// How many ports each of them has.
    public let ports: Int

    /// The most hosts of one plan: a host takes about 3 KiB.
    public static let hostLimit: UInt128 = 1 << 20
    /// The most endpoints of one plan: every port of 256 hosts, or 256 ports of 65,536.
    public static let endpointLimit: UInt128 = 1 << 24

    /// How many endpoints; the greatest number for more than that.
    public var endpoints: UInt128 {
        let (product, overflow) = hosts.multipliedReportingOverflow(by: UInt128(ports))
        return overflow ? .max : product
    }

    /// `65,536 hosts × 256 ports = 16,777,216 endpoints`.
    public var text: String {
        "\(Wording.count(hosts, "host")) × \(Wording.count(ports, "port"))"
            + (endpoints == .max ? "" : " = \(Wording.count(endpoints, "endpoint"))")
    }

    /// Whether one plan may be so large.
    public var isWithinLimits: Bool { hosts <= Self.hostLimit && endpoints <= Self.endpointLimit }

    /// What is said of a plan that is too large, and how to slice it.
    var refusal: String {
        let fitting = min(Self.hostLimit, Self.endpointLimit / UInt128(max(1, ports)))
        return "\(text) are more than one check takes: \(Wording.count(Self.hostLimit, "host")) and "
            + "\(Wording.count(Self.endpointLimit, "endpoint")). Check \(Wording.count(fitting, "host")) "
            + "at a time with these ports, each part under a name of its own, or fewer ports."
    }

    /// What is said of a plan that takes `needed` bytes of memory, where `bound` leaves less.
    func refusal(needed: UInt64, _ bound: MemoryBound) -> String {
        "\(text) take about \(Self.mebibytes(needed)) of memory, and \(bound.source) leaves "
            + "\(Self.mebibytes(bound.bytes)). Check fewer hosts or ports at a time, each part under a name of its own."
    }

    private static func mebibytes(_ bytes: UInt64) -> String { "\(Wording.number((bytes + 1 << 20 - 1) >> 20)) MiB" }
}

extension CheckRequest {
    /// How many hosts and ports it asks for.
    public var size: PlanSize { PlanSize(hosts: targets.hostCount, ports: ports.all.count) }
}
