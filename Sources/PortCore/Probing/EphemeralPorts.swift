/// The ports that the kernel gives to outgoing connections (ip(7), ip_local_port_range).
enum EphemeralPorts {
    /// As the system is set; the registry's unprivileged range where it does not say.
    static let range: ClosedRange<UInt16> = {
        let text = try? TextFile.read("/proc/sys/net/ipv4/ip_local_port_range")
        let bounds = (text ?? "").split(whereSeparator: \.isWhitespace).compactMap { UInt16($0) }
        return bounds.count == 2 && bounds[0] <= bounds[1] ? bounds[0]...bounds[1] : 1024...65535
    }()
}
