import FoundationEssentials
import PortCore

extension InterfaceReport {
    /// Reads what `check_interfaces.py -j` prints. Keys that are not needed may be there or not, and be anything.
    ///
    /// - Parameter file: where it came from, for messages.
    /// - Throws: `InterfaceError` when it is no such report, or something that is needed has the wrong type.
    public init(json: String, file: String) throws(InterfaceError) {
        let raw: RawReport
        do {
            raw = try JSONDecoder().decode(RawReport.self, from: Data(json.utf8))
        } catch let error as DecodingError {
            throw Self.error(error, file)
        } catch {
            throw .notJSON(file: file)
        }
        guard let mode = Mode(rawValue: raw.meta.mode) else {
            throw .malformed(file: file, what: "'meta.mode' is '\(raw.meta.mode)', not local or snmp")
        }
        // check_interfaces.py never fills in oper_up in snmp mode, and derives its verdict from it: where nothing at
        // all is up, nothing was told.
        let tellsStates = mode == .local || raw.interfaces.values.contains { $0.isUp == true }
        var interfaces: [Interface] = []
        for (name, interface) in raw.interfaces.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            interfaces.append(
                Interface(
                    name: name, mac: Self.mac(interface.mac),
                    addresses: try Self.addresses(interface, of: name, file),
                    isUp: tellsStates ? interface.isUp : nil))
        }
        self.init(
            host: raw.meta.host.flatMap { Host($0) }, address: raw.meta.ip.flatMap { IPAddress($0) }, mode: mode,
            interfaces: interfaces)
    }

    private static func addresses(
        _ interface: RawInterface, of name: String, _ file: String
    ) throws(InterfaceError) -> Set<IPAddress> {
        var addresses: Set<IPAddress> = []
        for text in (interface.ipv4 ?? []) + (interface.ipv6 ?? []) {
            // Link-local addresses come with their zone, `fe80::1%eth0`.
            guard let address = IPAddress(text.address.prefix { $0 != "%" && $0 != "/" }) else {
                throw .malformed(file: file, what: "'\(text.address)' of interface '\(name)' is no address")
            }
            addresses.insert(address)
        }
        return addresses
    }

    /// check_interfaces.py writes zeros for none.
    private static func mac(_ text: String?) -> String? {
        guard let text, text.contains(where: { $0 != "0" && $0 != ":" && $0 != "-" }) else { return nil }
        return text.lowercased()
    }

    private static func error(_ error: DecodingError, _ file: String) -> InterfaceError {
        func path(_ context: DecodingError.Context, _ last: (any CodingKey)? = nil) -> String {
            (context.codingPath + [last].compactMap { $0 }).reduce("") { path, key in
                if let index = key.intValue { return "\(path)[\(index)]" }
                return path.isEmpty ? key.stringValue : "\(path).\(key.stringValue)"
            }
        }
        switch error {
        case .keyNotFound(let key, let context):
            return .malformed(file: file, what: "'\(path(context, key))' is missing")
        case .typeMismatch(_, let context), .valueNotFound(_, let context):
            let place = path(context)
            return .malformed(
                file: file, what: place.isEmpty ? "it is no object" : "'\(place)' has the wrong type")
        default: return .notJSON(file: file)
        }
    }
}

/// The parts of a report that are needed, as they stand in it.
private struct RawReport: Decodable {
    let meta: RawMeta
    let interfaces: [String: RawInterface]
}

private struct RawMeta: Decodable {
    let host: String?
    let ip: String?
    let mode: String
}

private struct RawInterface: Decodable {
    let mac: String?
    let ipv4: [RawAddress]?
    let ipv6: [RawAddress]?
    let isUp: Bool?

    enum CodingKeys: String, CodingKey {
        case mac, ipv4, ipv6
        case isUp = "oper_up"
    }
}

/// An address alone, or as an object with its netmask.
private struct RawAddress: Decodable {
    let address: String

    private enum CodingKeys: String, CodingKey {
        case address
    }

    init(from decoder: any Decoder) throws {
        if let text = try? decoder.singleValueContainer().decode(String.self) {
            address = text
        } else {
            address = try decoder.container(keyedBy: CodingKeys.self).decode(String.self, forKey: .address)
        }
    }
}
