/// What a port has said so far, and the banner in it. Nothing of it is trusted.
struct Answer {
    private let bytes: [UInt8]
    /// Whether nothing more will come.
    let isAll: Bool
    /// The lines without their ends, blank ones before the first left out; a last one without an end only when
    /// nothing more will come.
    private let lines: [ArraySlice<UInt8>]

    init(_ bytes: [UInt8], isAll: Bool) {
        self.bytes = bytes
        self.isAll = isAll
        var parts = bytes.split(separator: Self.lineFeed, omittingEmptySubsequences: false)
        let unfinished = parts.removeLast()
        if isAll, !unfinished.isEmpty { parts.append(unfinished) }
        lines = Array(parts.map(Self.trimmed).drop(while: \.isEmpty))
    }

    /// The banner of a port where `expected` should be spoken, or `nil` as long as it is not complete.
    func banner(of expected: BannerProtocol) -> Banner? {
        switch expected {
        case .generic: firstLine
        case .ssh: ssh
        case .smtp, .ftp: reply(expected)
        case .pop3: line(of: .pop3, beginsWith: ["+OK", "-ERR"])
        case .imap: line(of: .imap, beginsWith: ["* "])
        case .mysql: mysql
        case .redis: redis
        case .http: http
        }
    }

    // MARK: Lines

    /// The first line, whatever it is. The version of SSH is known wherever it is heard, as sshd often is elsewhere.
    private var firstLine: Banner? {
        lines.first.flatMap { Banner(Self.begins($0, "SSH-") ? .ssh : .generic, bytes: $0) }
    }

    private func line(of expected: BannerProtocol, beginsWith words: [String]) -> Banner? {
        guard let first = lines.first, words.contains(where: { Self.begins(first, $0) }) else { return firstLine }
        return Banner(expected, bytes: first)
    }

    /// A server may say other lines before its version (RFC 4253, 4.2).
    private var ssh: Banner? {
        if let version = lines.first(where: { Self.begins($0, "SSH-") }) {
            return Banner(.ssh, bytes: version)
        }
        return isAll ? firstLine : nil
    }

    /// `220 …`, or `220-…` and all lines up to the next `220 …` (RFC 5321, 4.2.1; RFC 959, 4.2).
    private func reply(_ expected: BannerProtocol) -> Banner? {
        guard let first = lines.first else { return nil }
        let code = first.prefix(3)
        guard code.count == 3, code.allSatisfy(Self.isDigit) else { return firstLine }
        guard first.dropFirst(3).first == UInt8(ascii: "-") else { return Banner(expected, bytes: first) }
        let end = lines.firstIndex { $0.starts(with: code) && $0.dropFirst(3).first ?? Self.space == Self.space }
        guard end != nil || isAll else { return nil }
        return Banner(expected, bytes: lines[...(end ?? lines.count - 1)].joined(separator: [Self.space]))
    }

    /// The version in the answer to INFO, or the line that refuses it.
    private var redis: Banner? {
        guard let first = lines.first else { return nil }
        guard Self.begins(first, "$") else { return line(of: .redis, beginsWith: ["-", "+"]) }
        if let version = lines.first(where: { Self.begins($0, "redis_version:") }) {
            return Banner(.redis, bytes: version)
        }
        return isAll ? firstLine : nil
    }

    /// The status line and the Server header (RFC 9110, 10.2.4).
    private var http: Banner? {
        guard let status = lines.first else { return nil }
        guard Self.begins(status, "HTTP/") else { return firstLine }
        let headers = lines.dropFirst().prefix { !$0.isEmpty }
        if let server = headers.first(where: { Self.begins($0, "server:", ignoringCase: true) }) {
            return Banner(.http, bytes: [status, server].joined(separator: [Self.space]))
        }
        let isComplete = isAll || headers.count < lines.count - 1
        return isComplete ? Banner(.http, bytes: status) : nil
    }

    // MARK: MySQL

    /// The version in the handshake of the server, or its error (MySQL's protocol, HandshakeV10 and ERR_Packet).
    /// A packet has the length of its payload in three bytes, low ones first, and a number, which is 0.
    private var mysql: Banner? {
        guard bytes.count > 4 else { return isAll ? firstLine : nil }
        let length = Int(bytes[0]) | Int(bytes[1]) << 8 | Int(bytes[2]) << 16
        guard bytes[3] == 0, (2...BannerMachine.byteLimit - 4).contains(length) else { return firstLine }
        let payload = bytes.dropFirst(4).prefix(length)
        switch payload.first {
        case 9, 10:
            let version = payload.dropFirst().prefix { $0 != 0 }
            if version.endIndex < payload.endIndex {
                return Banner(.mysql, bytes: version + " (protocol \(bytes[4]))".utf8)
            }
            return isAll || payload.count == length ? firstLine : nil
        case 0xff where payload.count == length && length > 3:
            let code = Int(bytes[5]) | Int(bytes[6]) << 8
            let message = payload.dropFirst(3)
            // A newer server puts `#` and five characters of SQLSTATE before the words.
            let words = message.first == UInt8(ascii: "#") ? message.dropFirst(6) : message
            return Banner(.mysql, bytes: Array("error \(code): ".utf8) + words)
        case 0xff: return isAll ? firstLine : nil
        default: return firstLine
        }
    }

    // MARK: Bytes

    private static let lineFeed = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// A line without white space at its end.
    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line
        while let last = line.last, last == space || (0x09...0x0d).contains(last) { line.removeLast() }
        return line
    }

    private static func begins(_ line: ArraySlice<UInt8>, _ word: String, ignoringCase: Bool = false) -> Bool {
        let start = line.prefix(word.utf8.count)
        return start.elementsEqual(word.utf8) { byte, letter in
            byte == letter || ignoringCase && (0x41...0x5a).contains(byte) && byte | 0x20 == letter
        }
    }
}
