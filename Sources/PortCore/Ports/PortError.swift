/// A port or service that cannot be used; the description is one line for the operator.
public enum PortError: Error, Equatable, CustomStringConvertible {
    case host(String)
    case unknownName(String, table: String)
    case malformed(String)
    case malformedRange(String)
    case reversedRange(String)
    case rangeOutOfBounds(String)
    case outOfBounds(String)
    case numericService(String)
    case unknownService(String, table: String)
    case udpOnly(String, table: String)
    case noTable(path: String, reason: String)
    case malformedTable(path: String, line: Int, text: String)
    case cancelled(signal: Int32)
    case none

    /// One line for the operator.
    public var description: String {
        switch self {
        case .host(let token):
            "Invalid port token '\(token)'. --ports takes ports, ranges and service names; "
                + "use -H/--host for hosts."
        case .unknownName(let token, let table):
            "Invalid port token '\(token)'. It is no number and no range, and \(table) has no TCP service of that name."
        case .malformed(let token): "Invalid port token '\(token)'."
        case .malformedRange(let token): "Invalid port range '\(token)'."
        case .reversedRange(let token): "Invalid port range '\(token)': start > end."
        case .rangeOutOfBounds(let token): "Port range '\(token)' is out of valid TCP range."
        case .outOfBounds(let token): "Port '\(token)' is out of valid TCP range."
        case .numericService(let token):
            "Invalid service '\(token)'. Numeric ports belong in --ports, not --service."
        case .unknownService(let name, let table): "Service '\(name)' not found in \(table)"
        case .udpOnly(let name, let table):
            "Service '\(name)' is UDP-only in \(table); portbase checks TCP ports."
        case .noTable(let path, let reason):
            "Cannot look up service names: \(path): \(reason). Install the system's services file "
                + "(Debian: netbase), give --services-file FILE, or name the ports by number."
        case .malformedTable(let path, let line, let text):
            "\(path), line \(line): '\(text)' is not 'name port/protocol [alias…]'."
        case .cancelled(let signal): Interruption.text(signal)
        case .none: "No ports resolved from --ports or --service."
        }
    }
}
