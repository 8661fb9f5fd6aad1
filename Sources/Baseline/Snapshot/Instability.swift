public import PortCore

/// Ports of one host that showed different states at different looks of one run.
public struct Instability: Hashable, Sendable {
    /// How many looks showed another state than the one that holds, from 1.
    public let dissent: Int
    /// How many looks there were, from 2.
    public let looks: Int
    /// The ports of which this is so.
    public let ports: PortSet

    /// The instabilities in what a run found at one host, the fewest looks first, then the least dissent.
    static func all(in result: HostResult) -> [Instability] {
        var ports: [[Int]: PortSet] = [:]
        for (port, outcome) in zip(result.ports.values, result.outcomes) where outcome.dissent > 0 {
            ports[[Int(outcome.looks), Int(outcome.dissent)], default: PortSet()].append(port...port)
        }
        return ports.sorted { $0.key.lexicographicallyPrecedes($1.key) }
            .map { Instability(dissent: $0.key[1], looks: $0.key[0], ports: $0.value) }
    }

    /// `unstable 1/3 443,8080`
    var line: String { "\(Self.word) \(dissent)/\(looks) \(ports.text)" }

    /// What such a port is called in every output.
    public static let word = "unstable"

    /// Whether a text of evidence has such lines: they come last in it.
    static func isIn(_ text: String) -> Bool {
        let text = text.utf8.dropLast()
        let last = text.lastIndex(of: UInt8(ascii: "\n")).map { text[text.index(after: $0)...] } ?? text
        return last.starts(with: word.utf8)
    }

    /// Reads what `line` writes for ports of `scope`; `nil` for anything else.
    init?(line: some StringProtocol, scope: PortSet) {
        let parts = line.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].hasBytes(of: Self.word), let ports = PortSet(canonical: parts[2]),
            !ports.isEmpty,
            ports.subtracting(scope).isEmpty
        else { return nil }
        let numbers = parts[1].split(separator: "/", omittingEmptySubsequences: false).compactMap { Int($0) }
        guard numbers.count == 2, numbers[0] > 0, numbers[0] < numbers[1], numbers[1] <= UInt8.max else { return nil }
        (dissent, looks, self.ports) = (numbers[0], numbers[1], ports)
        guard self.line.hasBytes(of: line) else { return nil }
    }

    private init(dissent: Int, looks: Int, ports: PortSet) {
        (self.dissent, self.looks, self.ports) = (dissent, looks, ports)
    }
}
