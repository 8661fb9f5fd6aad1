import PortCore

/// The canonical text of snapshots, as `docs/format.md` specifies it.
public enum SnapshotFormat {
    fileprivate static let header = "portbase-snapshot 1"

    /// The canonical text; its UTF-8 bytes are what the digest is of.
    public static func text(_ snapshot: Snapshot) -> String {
        text(snapshot, withAddresses: true)
    }

    static func text(_ snapshot: Snapshot, withAddresses: Bool) -> String {
        var writer = SnapshotWriter<PortSet>()
        // Many hosts are alike.
        var texts: [PortStates: (scope: PortSet, lines: String)] = [:]
        for entry in snapshot.entries {
            var address = ""
            if withAddresses, case .name = entry.host { address = entry.address?.description ?? "-" }
            let (scope, lines) = texts[entry.states] ?? (entry.states.scope, entry.states.lines)
            texts[entry.states] = (scope, lines)
            writer.add(entry.host.description.utf8, at: address.utf8, in: scope, scope.text.utf8, lines.utf8)
        }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    /// Reads exactly what `text` writes.
    ///
    /// - Throws: `SnapshotError` for anything else, so that one snapshot never has two digests.
    public static func parse(_ text: String) throws(SnapshotError) -> Snapshot {
        // By bytes, which is quicker than by characters.
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { Substring($0) }[...]
        guard lines.popFirst()?.hasBytes(of: header) ?? false else { throw .unknownVersion }
        guard lines.popLast()?.isEmpty ?? false else { throw .malformed(line: lines.endIndex) }
        var scopes: [PortSet] = []
        var entries: [Snapshot.Entry] = []
        while let line = lines.first, line.hasPrefix("scope ") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, Int(parts[1]) == scopes.count + 1, let ports = PortSet(canonical: parts[2])
            else { throw .malformed(line: lines.startIndex + 1) }
            scopes.append(ports)
            lines.removeFirst()
        }
        var known: [Body: PortStates] = [:]
        while !lines.isEmpty { entries.append(try entry(&lines, scopes, &known)) }
        let snapshot = Snapshot(entries)
        // What is well formed but ordered, numbered or abbreviated otherwise is not canonical. A host that stands
        // there twice would be written twice again.
        guard zip(entries, entries.dropFirst()).allSatisfy({ $0.host < $1.host }),
            self.text(snapshot).hasBytes(of: text)
        else { throw .notCanonical }
        return snapshot
    }

    /// The lines of states of a host, which many hosts share.
    private struct Body: Hashable {
        let scope: Int
        let lines: ArraySlice<Substring>
    }

    private static func entry(
        _ lines: inout ArraySlice<Substring>, _ scopes: [PortSet], _ known: inout [Body: PortStates]
    ) throws(SnapshotError) -> Snapshot.Entry {
        let start = lines.startIndex + 1
        let parts = lines.removeFirst().split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].hasBytes(of: "host"), parts[2].hasBytes(of: "scope"),
            let host = Host(parts[1]),
            let number = Int(parts[3]), number > 0, number <= scopes.count
        else { throw .malformed(line: start) }
        var address: IPAddress?
        if case .name = host {
            guard let line = lines.popFirst(), line.hasPrefix("address ") else { throw .malformed(line: start + 1) }
            let text = line.dropFirst("address ".count)
            address = IPAddress(text)
            guard address != nil || text.hasBytes(of: "-") else { throw .malformed(line: start + 1) }
        }
        let body = Body(scope: number - 1, lines: lines.prefix { !$0.hasPrefix("host ") })
        guard let states = known[body] ?? PortStates(lines: body.lines, scope: scopes[body.scope]) else {
            throw .malformed(line: start)
        }
        known[body] = states
        lines = lines[body.lines.endIndex...]
        return Snapshot.Entry(host: host, address: address, states: states)
    }
}

/// Puts the canonical bytes together, host by host in host order. `Scope` is whatever tells one set of ports from
/// another.
struct SnapshotWriter<Scope: Hashable> {
    private var numbers: [Scope: [UInt8]] = [:]
    private var scopes = Array("\(SnapshotFormat.header)\n".utf8)
    private var hosts: [UInt8] = []

    /// - Parameters:
    ///   - address: what stands in the address line; empty for a host that has none.
    ///   - ports: the text of the scope, used where it is new.
    mutating func add(
        _ host: some Collection<UInt8>, at address: some Collection<UInt8>, in scope: Scope,
        _ ports: @autoclosure () -> some Collection<UInt8>, _ states: some Collection<UInt8>
    ) {
        let number = numbers[scope] ?? addScope(scope, ports())
        hosts += "host ".utf8
        hosts += host
        hosts += " scope ".utf8
        hosts += number
        if !address.isEmpty {
            hosts += "\naddress ".utf8
            hosts += address
        }
        hosts.append(UInt8(ascii: "\n"))
        hosts += states
    }

    private mutating func addScope(_ scope: Scope, _ ports: some Collection<UInt8>) -> [UInt8] {
        let number = Array("\(numbers.count + 1)".utf8)
        numbers[scope] = number
        scopes += "scope \(numbers.count) ".utf8
        scopes += ports
        scopes.append(UInt8(ascii: "\n"))
        return number
    }

    /// The header, the scopes and the hosts so far.
    var bytes: [UInt8] { scopes + hosts }
}

/// Text that is not a canonical snapshot.
public enum SnapshotError: Error, Equatable, CustomStringConvertible {
    case unknownVersion
    case malformed(line: Int)
    case notCanonical

    /// One line for the operator.
    public var description: String {
        switch self {
        case .unknownVersion: "Not a snapshot of version 1: the first line must be 'portbase-snapshot 1'."
        case .malformed(let line): "Not a snapshot: the host or line at line \(line) is malformed."
        case .notCanonical: "Not a canonical snapshot: writing it again gives other bytes."
        }
    }
}
