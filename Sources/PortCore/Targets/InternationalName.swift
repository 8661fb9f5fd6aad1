/// Host names with letters beyond ASCII, and their form in ASCII (RFC 5890; the encoding is RFC 3492).
///
/// Only for a hint: the tables of what a name may hold, and of what is the same, are not here.
enum InternationalName {
    /// Whether `text` is a host name but for its letters.
    static func isOne(_ text: String) -> Bool {
        text.unicodeScalars.contains { !$0.isASCII }
            && text.unicodeScalars.allSatisfy { scalar in
                scalar.isASCII ? isPlain(scalar) : scalar.properties.isAlphabetic || isMark(scalar)
            }
    }

    /// The ASCII form of a name; `nil` where only tables could tell.
    static func ascii(_ name: String) -> String? {
        var labels: [String] = []
        for label in name.unicodeScalars.split(separator: ".", omittingEmptySubsequences: false) {
            let lower = label.flatMap { Array($0.properties.lowercaseMapping.unicodeScalars) }
            guard lower.allSatisfy(isItself) else { return nil }
            labels.append(lower.allSatisfy(\.isASCII) ? lower.map(String.init).joined() : "xn--" + punycode(lower))
        }
        return HostName.normalised(labels.joined(separator: "."))
    }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || "0123456789-_.".unicodeScalars.contains(scalar)
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        [.nonspacingMark, .spacingMark].contains(scalar.properties.generalCategory)
    }

    /// Whether a name with this scalar in lower case has it as it is: what is composed with others, and what is another
    /// way of writing something, may not be in a name. The sharp s and the final sigma may (RFC 5892, 2.6).
    private static func isItself(_ scalar: Unicode.Scalar) -> Bool {
        let isJamo = (0x1100...0x11ff).contains(scalar.value)
        return !isMark(scalar) && !isJamo
            && (!scalar.properties.changesWhenNFKCCaseFolded || "ßς".unicodeScalars.contains(scalar))
    }

    // MARK: Encoding

    private static let base = 36
    private static let (low, high) = (1, 26)

    /// RFC 3492, section 6.3.
    private static func punycode(_ label: [Unicode.Scalar]) -> String {
        let basic = label.filter(\.isASCII)
        var result = basic.map(String.init).joined() + (basic.isEmpty ? "" : "-")
        var (limit, delta, bias, handled) = (UInt32(128), 0, 72, basic.count)
        while handled < label.count, let next = label.map(\.value).filter({ $0 >= limit }).min() {
            delta += Int(next - limit) * (handled + 1)
            limit = next
            for scalar in label {
                if scalar.value < limit { delta += 1 }
                guard scalar.value == limit else { continue }
                result += number(delta, bias)
                bias = adapted(delta, isFirst: handled == basic.count, handled + 1)
                delta = 0
                handled += 1
            }
            delta += 1
            limit += 1
        }
        return result
    }

    /// A generalised variable-length integer.
    private static func number(_ value: Int, _ bias: Int) -> String {
        var (rest, position, digits) = (value, base, "")
        while true {
            let threshold = min(max(position - bias, low), high)
            guard rest >= threshold else { return digits + digit(rest) }
            digits += digit(threshold + (rest - threshold) % (base - threshold))
            rest = (rest - threshold) / (base - threshold)
            position += base
        }
    }

    private static func digit(_ value: Int) -> String {
        String(UnicodeScalar(UInt8(value < 26 ? 0x61 + value : 0x30 + value - 26)))
    }

    private static func adapted(_ delta: Int, isFirst: Bool, _ count: Int) -> Int {
        var rest = isFirst ? delta / 700 : delta / 2
        rest += rest / count
        var steps = 0
        while rest > (base - low) * high / 2 {
            rest /= base - low
            steps += base
        }
        return steps + (base - low + 1) * rest / (rest + 38)
    }
}
