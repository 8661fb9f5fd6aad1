import Glibc

/// How much more memory this process can have, and what says so.
public struct MemoryBound: Hashable, Sendable {
    /// How many bytes are left.
    public let bytes: UInt64
    /// What leaves no more: `the limit of address space (ulimit -v)`.
    public let source: String

    /// What is taken for granted: with less to do, nobody is asked.
    static let reserve: UInt64 = 32 << 20

    /// What a host takes on the way from the plan to the record: measured 2,400 bytes.
    static let bytesPerHost: UInt64 = 3072

    /// How much memory a plan takes.
    ///
    /// - Parameter endpoint: how many bytes each endpoint takes, outputs included.
    static func need(_ size: PlanSize, endpoint: UInt64) -> UInt64 {
        reserve + UInt64(clamping: size.hosts) * bytesPerHost + UInt64(clamping: size.endpoints) * endpoint
    }

    /// The narrowest of the bounds that the system tells; `nil` where it tells none.
    static var narrowest: MemoryBound? {
        [addressSpace, controlGroup, machine].compactMap { $0 }.min { $0.bytes < $1.bytes }
    }

    private static var addressSpace: MemoryBound? {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < UInt64(Int64.max),
            let pages = text("/proc/self/statm")?.split(separator: " ").first.flatMap({ UInt64($0) })
        else { return nil }
        let used = pages * UInt64(sysconf(Int32(_SC_PAGESIZE)))
        return MemoryBound(
            bytes: UInt64(limit.rlim_cur) > used ? UInt64(limit.rlim_cur) - used : 0,
            source: "the limit of address space (ulimit -v)")
    }

    /// That of the group of processes, such as a container's or a service's (cgroups(7), version 2).
    private static var controlGroup: MemoryBound? {
        guard let group = text("/proc/self/cgroup")?.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
        else {
            return nil
        }
        var path = "/sys/fs/cgroup" + group.dropFirst(3)
        var least: UInt64?
        // Every group above has a bound of its own.
        while path.hasPrefix("/sys/fs/cgroup") {
            func number(_ name: String) -> UInt64? {
                text("\(path)/\(name)").flatMap { UInt64($0.prefix { $0 != "\n" }) }
            }
            if let limit = number("memory.max"), let used = number("memory.current") {
                least = min(least ?? .max, limit > used ? limit - used : 0)
            }
            guard let slash = path.lastIndex(of: "/") else { break }
            path = String(path[..<slash])
        }
        return least.map { MemoryBound(bytes: $0, source: "the limit of the control group (memory.max)") }
    }

    private static var machine: MemoryBound? {
        let line = text("/proc/meminfo")?.split(separator: "\n").first { $0.hasPrefix("MemAvailable:") }
        guard let kibibytes = line?.split(separator: " ").dropFirst().first.flatMap({ UInt64($0) }) else { return nil }
        return MemoryBound(bytes: kibibytes << 10, source: "the machine")
    }

    private static func text(_ path: String) -> String? { try? TextFile.read(path) }
}

extension PlanSize {
    /// Refuses what would not fit into the memory that there is.
    ///
    /// - Parameter endpoint: how many bytes each endpoint takes, outputs included.
    /// - Throws: `TargetError.tooBig`.
    public func requireMemory(bytesPerEndpoint endpoint: Int) throws(TargetError) {
        let needed = MemoryBound.need(self, endpoint: UInt64(endpoint))
        // A check of some thousand endpoints does not ask.
        guard needed > 2 * MemoryBound.reserve, let bound = MemoryBound.narrowest, bound.bytes < needed else { return }
        throw .tooBig(self, needed: needed, bound)
    }
}
