public import PortCore

/// What check_interfaces.py says of one machine. It carries no time: `InterfaceReading` has the one of its reading.
public struct InterfaceReport: Hashable, Sendable {
    /// Where the tool looked: its raw value is the word of the report.
    public enum Mode: String, Sendable {
        /// At the machine that it ran on.
        case local
        /// At another machine, over SNMP: no addresses, and as a rule no states.
        case snmp
    }

    /// One interface of the machine.
    public struct Interface: Hashable, Sendable {
        @Bytewise public private(set) var name: String
        /// The link-layer address in lower case; `nil` where there is none, as for loopback and tunnels.
        @Bytewise public private(set) var mac: String?
        public var addresses: Set<IPAddress>
        /// Whether it was up; `nil` where the report does not tell.
        public let isUp: Bool?

        public init(name: String, mac: String?, addresses: Set<IPAddress>, isUp: Bool?) {
            self.name = name
            self.mac = mac
            self.addresses = addresses
            self.isUp = isUp
        }
    }

    /// Whatever the tool was told to look at.
    public let host: Host?
    /// Where that led.
    public let address: IPAddress?
    public let mode: Mode
    /// By name. What the tool's filters name is left out, so that an interface's absence says nothing.
    public var interfaces: [Interface]

    public init(host: Host?, address: IPAddress?, mode: Mode, interfaces: [Interface]) {
        self.host = host
        self.address = address
        self.mode = mode
        self.interfaces = interfaces.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// The name of the machine in messages, `localhost` where the report does not name it.
    public var machine: String { name ?? "localhost" }

    /// What tells the machine from others; `nil` where the tool was told to look at `localhost`, as on any machine.
    var name: String? {
        switch host {
        case .name(let name) where !name.hasBytes(of: "localhost") && !name.hasPrefix("localhost."): name
        case .address(let address) where !address.isLoopback: "\(address)"
        default: address.flatMap { $0.isLoopback ? nil : "\($0)" }
        }
    }

    /// Whether the report says that it is of `host`, which was probed at `probed`.
    func isOf(_ host: Host, at probed: IPAddress) -> Bool {
        self.host == host || self.host == .address(probed) || address == probed
    }
}

/// A report with the time at which its file was first read: what it says was so at that time or before.
public struct InterfaceReading: Hashable, Sendable {
    public let report: InterfaceReport
    public let readAt: Timestamp
    /// The name of the file that it was read from.
    @Bytewise public private(set) var file: String
    /// Exactly what the file held.
    @Bytewise public private(set) var content: String

    /// - Throws: `InterfaceError` when `content` is no report.
    public init(content: String, file: String, readAt: Timestamp) throws(InterfaceError) {
        report = try InterfaceReport(json: content, file: file)
        self.readAt = readAt
        self.file = file
        self.content = content
    }

    /// Reads the file at `path`.
    ///
    /// - Throws: `InterfaceError` when it cannot be read, or holds no report.
    public init(path: String, now: () -> Timestamp = Timestamp.now) throws(InterfaceError) {
        let content: String
        do {
            content = try TextFile.read(path, limit: Self.limit)
        } catch {
            throw .unreadable(file: path, reason: error.reason)
        }
        try self.init(content: content, file: path, readAt: now())
    }

    private init(_ report: InterfaceReport, of reading: InterfaceReading) {
        self.report = report
        readAt = reading.readAt
        file = reading.file
        content = reading.content
    }

    /// The reading with the addresses that `map` gives its interfaces; `nil` where nothing can be concluded from it.
    func mapped(by map: InterfaceMap) -> InterfaceReading? {
        map.applied(to: report).map { InterfaceReading($0, of: self) }
    }

    /// The largest report that is read, 8 MiB: some ten thousand interfaces.
    static let limit = 8 << 20

    /// The SHA-256 of the content.
    public var digest: Digest { Digest(of: content) }
}
