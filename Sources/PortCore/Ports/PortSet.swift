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
        var set = PortSet()
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let bounds = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
            guard let lower = UInt16(bounds[0]), let upper = UInt16(bounds[bounds.count - 1]), lower <= upper,
                lower >= set.ranges.last?.upperBound ?? 0
            else { return nil }
            set.append(lower...upper)
        }
        guard set.ranges.first.map({ $0.lowerBound > 0 }) ?? false, set.text == text else { return nil }
        self = set
    }
}

extension ClosedRange<UInt16> {
    /// `22`, or `8000-8010` for more than one port.
    public var portText: String {
        lowerBound == upperBound ? "\(lowerBound)" : "\(lowerBound)-\(upperBound)"
    }
}
