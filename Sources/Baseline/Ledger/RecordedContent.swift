import PortCore

/// What the store keeps once by its content, each proved when it is first asked for.
final class RecordedContent {
    /// A host and the bytes of its identity.
    struct KnownHost {
        let host: Host
        let identity: [UInt8]
        var isName: Bool { if case .name = host { true } else { false } }
    }

    /// The texts of a block as a snapshot has them.
    struct Block {
        let portSetID: Int64
        let ports: [UInt8]
        let states: [UInt8]
    }

    private let database: Database
    private var hosts: [Int64: KnownHost] = [:]
    private var blocks: [Int64: Block] = [:]
    private var texts: [HostText: [Int64: [UInt8]]] = [:]

    init(_ database: Database) { self.database = database }

    func host(_ id: Int64) throws(StoreError) -> KnownHost {
        if let known = hosts[id] { return known }
        let identity = try database.first("SELECT identity FROM hosts WHERE id = ?", [.int(id)]) { $0.text(0) }
        guard let identity else { throw database.damaged("row \(id) of hosts is missing") }
        guard let host = Host(identity), host.description.hasBytes(of: identity) else {
            throw database.damaged("row \(id) of hosts is no host")
        }
        let known = KnownHost(host: host, identity: Array(identity.utf8))
        hosts[id] = known
        return known
    }

    func block(_ id: Int64) throws(StoreError) -> Block {
        if let known = blocks[id] { return known }
        let row = try database.first(
            """
            SELECT b.digest, b.states, p.id, p.digest, p.ports
            FROM blocks AS b JOIN port_sets AS p ON p.id = b.port_set_id WHERE b.id = ?
            """, [.int(id)]
        ) { row throws(StoreError) in
            (
                digest: try row.digest(0), states: row.text(1), portSetID: row.int(2), portsDigest: try row.digest(3),
                ports: row.text(4)
            )
        }
        guard let row else { throw database.damaged("row \(id) of blocks is missing") }
        guard Digest(of: row.ports) == row.portsDigest, let scope = PortSet(canonical: row.ports) else {
            throw database.damaged("row \(row.portSetID) of port_sets does not have its digest")
        }
        guard let states = PortStates(lines: row.states.split(separator: "\n"), scope: scope),
            states.lines.hasBytes(of: row.states), Digest(of: states.blockText) == row.digest
        else { throw database.damaged("row \(id) of blocks does not have its digest") }
        let open = try database.rows(
            "SELECT first_port, last_port FROM block_open_ports WHERE block_id = ? ORDER BY first_port", [.int(id)]
        ) { [$0.int(0), $0.int(1)] }
        guard open == states[.open].ranges.map({ [Int64($0.lowerBound), Int64($0.upperBound)] }) else {
            throw database.damaged("the rows of block_open_ports are not the open ports of block \(id)")
        }
        let block = Block(portSetID: row.portSetID, ports: Array(row.ports.utf8), states: Array(row.states.utf8))
        blocks[id] = block
        return block
    }

    /// The evidence or the banners `id`.
    func text(_ kind: HostText, _ id: Int64) throws(StoreError) -> [UInt8] {
        if let known = texts[kind]?[id] { return known }
        let fields = try database.first(
            "SELECT digest, \(kind.column) FROM \(kind.table) WHERE id = ?", [.int(id)]
        ) { row throws(StoreError) in try row.fields().map(\.value) }
        guard let fields else { throw database.damaged("row \(id) of \(kind.table) is missing") }
        guard case .blob(let digest) = fields[0], case .text(let text) = fields[1], Digest(of: text).bytes == digest
        else { throw database.damaged("row \(id) of \(kind.table) does not have its digest") }
        texts[kind, default: [:]][id] = Array(text.utf8)
        return Array(text.utf8)
    }
}
