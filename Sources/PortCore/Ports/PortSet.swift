/// TCP ports as sorted, disjoint ranges. Port 0 is never in one.
public typealias PortSet = IntervalSet<UInt16>

extension IntervalSet<UInt16> {
    /// Every TCP port, 1-65535.
    public static var all: PortSet { PortSet([1...65535]) }

    /// The canonical text: ascending, adjacent ports joined, `22,80,8000-8010`; empty for the empty set.
    public var text: String { joined(by: ",") }

    /// The ranges as `22` or `8000-8010`, with `separator` between them.
    public func joined(by separator: String) -> String {
        ranges.map(\.portText).joined(separator: separator)
    }

    /// Reads exactly what `text` writes; `nil` for anything else, such as ports out of order.
    public init?(canonical text: some StringProtocol) {
        self.init()
        var lower: Int?
        var (number, digits) = (0, 0)
        for byte in Array(text.utf8) + CollectionOfOne(UInt8(ascii: ",")) {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                // No number begins with a zero.
                guard digits == 0 || number > 0 else { return nil }
                number = 10 * number + Int(byte - UInt8(ascii: "0"))
                digits += 1
                guard number <= UInt16.max else { return nil }
            case UInt8(ascii: "-"):
                guard digits > 0, lower == nil else { return nil }
                lower = number
                (number, digits) = (0, 0)
            case UInt8(ascii: ","):
                guard digits > 0, lower.map({ $0 < number }) ?? true else { return nil }
                // At least one port is missing between two ranges, and port 0 is in none.
                guard (lower ?? number) > (ranges.last.map { Int($0.upperBound) + 1 } ?? 0) else { return nil }
                append(UInt16(lower ?? number)...UInt16(number))
                (number, digits, lower) = (0, 0, nil)
            default: return nil
            }
        }
    }
}

extension ClosedRange<UInt16> {
    /// `22`, or `8000-8010` for more than one port.
    public var portText: String {
        lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound)-\(upperBound)"
    }
}
