/// A report of check_interfaces.py that cannot be used; the description is one line for the operator.
public enum InterfaceError: Error, Equatable, CustomStringConvertible {
    case unreadable(file: String, reason: String)
    case notJSON(file: String)
    case malformed(file: String, what: String)
    case unmapped(file: String)
    case noSuchInterface(String)
    case sameMachine(file: String, other: String)
    case malformedMapping(String)

    public var description: String {
        switch self {
        case .unreadable(let file, let reason): "Cannot read interfaces from '\(file)': \(reason)."
        case .notJSON(let file):
            "'\(file)' is not JSON. Give what 'check_interfaces.py -j' prints, whole and with nothing else."
        case .malformed(let file, let what):
            "'\(file)' is no report of 'check_interfaces.py -j': \(what)."
        case .unmapped(let file):
            "'\(file)' was made in snmp mode, which gives interfaces without their addresses. "
                + "Say whose address is whose with --map INTERFACE=ADDRESS."
        case .noSuchInterface(let mapping):
            "No report made in snmp mode has the interface that --map \(mapping) names."
        case .sameMachine(let file, let other):
            "'\(other)' and '\(file)' are of one machine, and neither says when it was made. "
                + "Read the older one first, alone."
        case .malformedMapping(let text):
            "Invalid mapping '\(text)'. Give INTERFACE=ADDRESS, or INTERFACE@HOST=ADDRESS where several hosts have "
                + "an interface of that name."
        }
    }
}
