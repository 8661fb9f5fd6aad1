public import PortCore

/// Whose address is whose, for reports made in snmp mode, which have none: what `--map` says.
public struct InterfaceMap: Sendable {
    /// One `--map`: INTERFACE=ADDRESS or INTERFACE@HOST=ADDRESS.
    public struct Entry: Hashable, Sendable, CustomStringConvertible {
        @Bytewise public private(set) var interface: String
        /// The host whose interface is meant; `nil` for that of any.
        public let host: Host?
        public let address: IPAddress

        /// - Throws: `InterfaceError.malformedMapping`.
        public init(_ text: String) throws(InterfaceError) {
            guard let equals = text.lastIndex(of: "="),
                let address = IPAddress(text[text.index(after: equals)...])
            else { throw .malformedMapping(text) }
            let parts = text[..<equals].split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
            let host = parts.count == 2 ? Host(parts[1]) : nil
            guard !parts[0].isEmpty, parts.count == 1 || host != nil else { throw .malformedMapping(text) }
            interface = String(parts[0])
            self.host = host
            self.address = address
        }

        public var description: String { "\(interface)\(host.map { "@\($0)" } ?? "")=\(address)" }

        func fits(_ report: InterfaceReport) -> Bool {
            guard report.mode == .snmp, report.interfaces.contains(where: { $0.name.hasBytes(of: interface) }) else {
                return false
            }
            guard let host else { return true }
            return report.host == host || report.address.map(Host.address) == host
        }
    }

    public let entries: [Entry]

    public init(_ entries: [Entry] = []) {
        self.entries = entries
    }

    /// The report with the addresses that the map gives its interfaces; `nil` for one made in snmp mode of which the
    /// map names no interface. Other reports stay as they are.
    func applied(to report: InterfaceReport) -> InterfaceReport? {
        guard report.mode == .snmp else { return report }
        let mine = entries.filter { $0.fits(report) }
        guard !mine.isEmpty else { return nil }
        var report = report
        for index in report.interfaces.indices {
            let named = mine.filter { $0.interface.hasBytes(of: report.interfaces[index].name) }
            report.interfaces[index].addresses.formUnion(named.map(\.address))
        }
        return report
    }

    /// Checks that something can be concluded from every one of `files`.
    ///
    /// - Throws: `InterfaceError.unmapped` for one made in snmp mode that the map says nothing about, or
    ///   `.sameMachine` for two whose order cannot be known.
    public func check(_ files: [InterfaceReading]) throws(InterfaceError) {
        var seen: [InterfaceIdentity: InterfaceReading] = [:]
        for file in files {
            guard applied(to: file.report) != nil else { throw .unmapped(file: file.file) }
            for interface in file.report.interfaces {
                let identity = InterfaceIdentity(interface, in: file)
                if let other = seen[identity], other.digest != file.digest {
                    throw .sameMachine(file: file.file, other: other.file)
                }
                seen[identity] = file
            }
        }
    }

    /// - Throws: `InterfaceError.noSuchInterface` for an entry that fits none of `readings`.
    func checkUse(in readings: [InterfaceReading]) throws(InterfaceError) {
        for entry in entries where !readings.contains(where: { entry.fits($0.report) }) {
            throw .noSuchInterface("\(entry)")
        }
    }
}
