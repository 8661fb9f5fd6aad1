import PortCore

@testable import Baseline

/// An interface as a test writes it.
struct Link {
    let name: String
    let addresses: [String]
    /// `nil` where the report does not tell.
    let isUp: Bool?
    let mac: String

    init(_ name: String, _ addresses: [String] = [], up isUp: Bool? = true, mac: String = "") {
        self.name = name
        self.addresses = addresses
        self.isUp = isUp
        self.mac = mac
    }

    var json: String {
        let (four, six) = (addresses.filter { !$0.contains(":") }, addresses.filter { $0.contains(":") })
        func list(_ addresses: [String]) -> String {
            addresses.map { "{\"address\": \"\($0)\", \"netmask\": null}" }.joined(separator: ", ")
        }
        let state = isUp.map { "\($0)" } ?? "null"
        return """
            "\(name)": {"name": "\(name)", "mac": "\(mac)", "admin_up": true, "oper_up": \(state), \
            "ipv4": [\(list(four))], "ipv6": [\(list(six))]}
            """
    }
}

/// A report of `host` that was read in minute `at`. Each minute's bytes are others, as counters make them.
func reading(
    _ host: String, at time: Int, mode: String = "local", ip: String = "127.0.0.1", _ links: Link...
) throws -> InterfaceReading {
    let interfaces = links.map(\.json).joined(separator: ", ")
    return try InterfaceReading(
        content: """
            {"meta": {"host": "\(host)", "ip": "\(ip)", "mode": "\(mode)", "test": \(time)},
            "interfaces": {\(interfaces)}}
            """, file: "\(host)-\(time).json", readAt: minute(time))
}
