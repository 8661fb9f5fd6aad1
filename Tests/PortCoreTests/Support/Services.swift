@testable import PortCore

/// A services table with everything that a real one can hold.
enum Services {
    static let text = """
        # Network services
        ssh             22/tcp                  # SSH
        smtp            25/tcp          mail
        domain          53/tcp
        domain          53/udp
        http            80/tcp          www     # WorldWideWeb
        ntp             123/udp
        https           443/tcp
        https           443/udp
        x11             6000/tcp        x11-0
        http-alt        8080/tcp        webcache
        http-alt        8008/tcp
        sctp-only       9000/sctp
        914c-g          211/tcp
        """

    static func table() throws(PortError) -> ServiceTable { try ServiceTable(text: text, path: "/etc/services") }

    static func select(ports: [String] = [], services: [String] = []) throws(PortError) -> PortSelection {
        try PortSelection(ports: ports, services: services, table: table)
    }
}
