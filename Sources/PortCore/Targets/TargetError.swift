/// A target that cannot be used; the description is one line for the operator.
public indirect enum TargetError: Error, Equatable, CustomStringConvertible {
    case malformed(String)
    /// A host name in letters beyond ASCII; `ascii` is its form in them, where that is known.
    case international(String, ascii: String?)
    case malformedPrefix(String, width: Int)
    case reversedRange(String)
    case mixedRange(String)
    case zone(String)
    case notUnicast(String)
    case wrongFamily(String, asked: IPAddress.Family)
    case tooLarge(String, count: UInt128, limit: Int)
    case tooMany(PlanSize)
    case tooBig(PlanSize, needed: UInt64, MemoryBound)
    case unreadable(path: String, reason: String)
    case inFile(path: String, line: Int, TargetError)
    case cancelled(signal: Int32)
    case nothingLeft
    case none

    /// One line for the operator.
    public var description: String {
        switch self {
        case .malformed(let token):
            "Invalid target '\(token)'. Give a host name, an IP address, a CIDR block or a range of addresses."
        case .international(let token, let ascii?):
            "Invalid target '\(token)'. Give the name in ASCII: \(ascii)."
        case .international(let token, nil):
            "Invalid target '\(token)'. Give the name in ASCII, its form that begins with xn--."
        case .malformedPrefix(let token, let width):
            "Invalid block '\(token)'. The prefix length is a number from 0 to \(width)."
        case .reversedRange(let token):
            "Invalid address range '\(token)': start > end."
        case .mixedRange(let token):
            "Invalid address range '\(token)': both ends must be IPv4 or both IPv6."
        case .zone(let token):
            "Invalid target '\(token)'. An address with a zone means a different host on every machine; "
                + "give a global or unique-local address, or a name."
        case .notUnicast(let token):
            "Invalid target '\(token)'. TCP reaches single hosts only, not multicast, broadcast or unspecified addresses."
        case .wrongFamily(let token, let asked):
            "Target '\(token)' is not \(asked.text), but -\(asked.rawValue) asks for \(asked.text) only."
        case .tooLarge(let token, let count, let limit):
            "Target '\(token)' holds \(Wording.count(count, "address", "addresses")), more than \(Wording.number(limit)). "
                + (count <= UInt128(TargetSet.largestBlockLimit)
                    ? "Raise the limit with --max-block \(count)."
                    : "Give a smaller one: --max-block goes up to \(TargetSet.largestBlockLimit).")
        case .tooMany(let size): size.refusal
        case .tooBig(let size, let needed, let bound): size.refusal(needed: needed, bound)
        case .cancelled(let signal): Interruption.text(signal)
        case .unreadable(let path, let reason):
            "Cannot read targets from '\(path)': \(reason)."
        case .inFile(let path, let line, let error):
            "\(path == "-" ? "Standard input" : path), line \(line): \(error)"
        case .nothingLeft:
            "No target is left after --exclude."
        case .none:
            "No target. Give at least one with -H/--host or --targets."
        }
    }
}
