/// Targets in their normal form: addresses merged into ranges, names sorted, no duplicates.
///
/// Two ways of naming the same hosts give equal sets.
public struct TargetSet: Hashable, Sendable {
    /// The largest block that is accepted unless the operator raises the limit.
    public static let defaultBlockLimit = 65536
    /// The highest limit that the operator can give: what one plan may have.
    public static let largestBlockLimit = Int(PlanSize.hostLimit)

    /// IPv4 addresses as numbers.
    public private(set) var v4 = IntervalSet<UInt128>()
    /// IPv6 addresses as numbers.
    public private(set) var v6 = IntervalSet<UInt128>()
    /// Host names in lower case, sorted by bytes.
    public private(set) var names: [String] = []

    /// The empty set.
    public init() {}

    /// Reads target tokens: names, addresses (IPv6 with or without brackets), CIDR blocks, address ranges.
    ///
    /// - Parameters:
    ///   - tokens: what the operator wrote, one target each.
    ///   - file: where more of them stand, as `TargetFile` reads it; `-` is standard input.
    ///   - blockLimit: the most addresses that one token may hold; `nil` for tokens that are not to be probed, which
    ///     may also hold addresses that nobody can probe.
    ///   - cancellation: ends the wait for a pipe.
    /// - Throws: `TargetError` for the first token that cannot be used.
    public init(
        parsing tokens: some Sequence<some StringProtocol>, file: String? = nil, blockLimit: Int? = defaultBlockLimit,
        cancellation: Cancellation = Cancellation()
    ) throws(TargetError) {
        var targets: [Target] = []
        for token in tokens { targets.append(try Target(parsing: token, blockLimit: blockLimit)) }
        if let file { targets += try TargetFile.read(file, blockLimit: blockLimit, cancellation: cancellation) }
        self.init(targets)
    }

    /// The set of `targets`.
    init(_ targets: [Target]) {
        var ranges: [IPAddress.Family: [ClosedRange<UInt128>]] = [:]
        var names: Set<String> = []
        for target in targets {
            switch target {
            case .addresses(let family, let range): ranges[family, default: []].append(range)
            case .name(let name): names.insert(name)
            }
        }
        v4 = IntervalSet(ranges[.v4, default: []])
        v6 = IntervalSet(ranges[.v6, default: []])
        self.names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Whether there is neither an address nor a name in the set.
    public var isEmpty: Bool { v4.isEmpty && v6.isEmpty && names.isEmpty }

    /// The targets without those that `excluded` names. Where names lead is told when they are resolved (`ProbePlan`).
    public func subtracting(_ excluded: TargetSet) -> TargetSet {
        var result = self
        result.v4 = v4.subtracting(excluded.v4)
        result.v6 = v6.subtracting(excluded.v6)
        let excludedNames = Set(excluded.names)
        result.names = names.filter { !excludedNames.contains($0) }
        return result
    }

    /// The set with `addresses` added.
    func adding(_ addresses: [IPAddress]) -> TargetSet {
        var result = self
        func ranges(_ family: IPAddress.Family) -> [ClosedRange<UInt128>] {
            addresses.filter { $0.family == family }.map { $0.bits...$0.bits }
        }
        result.v4 = IntervalSet(v4.ranges + ranges(.v4))
        result.v6 = IntervalSet(v6.ranges + ranges(.v6))
        return result
    }

    /// Whether `address` is one of the addresses of the set.
    public func contains(_ address: IPAddress) -> Bool {
        (address.family == .v4 ? v4 : v6).contains(address.bits)
    }

    /// How many hosts are in the set; the greatest number for all addresses of IPv6.
    public var hostCount: UInt128 {
        (v4.ranges + v6.ranges).reduce(UInt128(names.count)) { count, range in
            let (sum, overflow) = count.addingReportingOverflow(range.upperBound - range.lowerBound)
            return overflow || sum == .max ? .max : sum + 1
        }
    }

    /// Every host of the set, in host order.
    public var hosts: [Host] {
        v4.values.map { .address(IPAddress(family: .v4, bits: $0)) }
            + v6.values.map { .address(IPAddress(family: .v6, bits: $0)) }
            + names.map(Host.name)
    }

    /// The normal form as tokens that `init(parsing:)` reads: addresses, `first-last` ranges, names.
    public var tokens: [String] {
        func texts(_ family: IPAddress.Family, _ set: IntervalSet<UInt128>) -> [String] {
            set.ranges.map { range in
                let first = IPAddress(family: family, bits: range.lowerBound)
                let last = IPAddress(family: family, bits: range.upperBound)
                return first == last ? "\(first)" : "\(first)-\(last)"
            }
        }
        return texts(.v4, v4) + texts(.v6, v6) + names
    }

    /// Throws `TargetError.wrongFamily` when an address of another family than `family` was named.
    public func require(_ family: IPAddress.Family) throws(TargetError) {
        let other: IPAddress.Family = family == .v4 ? .v6 : .v4
        if let first = (other == .v4 ? v4 : v6).ranges.first {
            let address = IPAddress(family: other, bits: first.lowerBound)
            throw .wrongFamily("\(address)", asked: family)
        }
    }
}

extension TargetSet: Codable {
    public init(from decoder: any Decoder) throws {
        self = try TargetSet(parsing: decoder.singleValueContainer().decode([String].self), blockLimit: nil)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(tokens)
    }
}

/// One target token.
enum Target: Equatable {
    case addresses(IPAddress.Family, ClosedRange<UInt128>)
    case name(String)

    init(parsing text: some StringProtocol, blockLimit: Int?) throws(TargetError) {
        let token = String(text)
        if token.contains("%") { throw .zone(token) }
        if let slash = token.firstIndex(of: "/") {
            self = try Self.block(token, at: slash)
        } else if let address = Self.address(token) {
            self = .addresses(address.family, address.bits...address.bits)
        } else if let range = try Self.range(token) {
            self = range
        } else if let name = HostName.normalised(token) {
            self = .name(name)
        } else if InternationalName.isOne(token) {
            throw .international(token, ascii: InternationalName.ascii(token))
        } else {
            throw .malformed(token)
        }
        if let blockLimit, case .addresses(let family, let range) = self {
            try Self.check(range, of: family, token: token, blockLimit: blockLimit)
        }
    }

    /// An address, with or without the brackets of RFC 3986.
    private static func address(_ text: some StringProtocol) -> IPAddress? {
        guard text.hasPrefix("["), text.hasSuffix("]"), text.count > 2 else { return IPAddress(text) }
        let inner = text.dropFirst().dropLast()
        return inner.contains(":") ? IPAddress(inner) : nil
    }

    private static func block(_ token: String, at slash: String.Index) throws(TargetError) -> Target {
        guard let address = address(token[..<slash]) else { throw .malformed(token) }
        let width = address.family.width
        let digits = token[token.index(after: slash)...]
        guard let prefix = Int(digits), (0...width).contains(prefix), "\(prefix)" == digits else {
            throw .malformedPrefix(token, width: width)
        }
        let hostBits = UInt128(width - prefix)
        let mask: UInt128 = hostBits == 128 ? .max : (1 << hostBits) - 1
        let first = address.bits & ~mask
        return .addresses(address.family, first...(first | mask))
    }

    private static func range(_ token: String) throws(TargetError) -> Target? {
        guard let dash = token.firstIndex(of: "-"), let first = address(token[..<dash]) else { return nil }
        let end = token[token.index(after: dash)...]
        let last: IPAddress
        if let address = address(end) {
            last = address
        } else if first.family == .v4, let octet = UInt8(end), "\(octet)" == end {
            last = IPAddress(family: .v4, bits: first.bits & ~0xff | UInt128(octet))
        } else {
            throw .malformed(token)
        }
        guard first.family == last.family else { throw .mixedRange(token) }
        guard first <= last else { throw .reversedRange(token) }
        return .addresses(first.family, first.bits...last.bits)
    }

    private static func check(
        _ range: ClosedRange<UInt128>, of family: IPAddress.Family, token: String, blockLimit: Int
    ) throws(TargetError) {
        if IPAddress.notUnicast(family).contains(where: range.overlaps) { throw .notUnicast(token) }
        let span = range.upperBound - range.lowerBound
        guard span < UInt128(blockLimit) else { throw .tooLarge(token, count: span + 1, limit: blockLimit) }
    }
}
