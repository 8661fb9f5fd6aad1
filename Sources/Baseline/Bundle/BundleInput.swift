import PortCore

/// The bytes of a bundle, line by line.
struct BundleInput: ~Copyable {
    private let path: String
    private let file: InputFile
    private var buffer: [UInt8] = []
    private var position = 0
    private var stream = DigestStream()
    /// What was read last, with its line feeds. It is not in `stream` yet.
    private(set) var lastLine: [UInt8] = []
    /// The number of the line that was read last, from 1.
    private(set) var line = 0

    /// The longest part, in bytes: a snapshot of millions of hosts. More is a mistake, such as a device file.
    private static let limit = 1 << 28
    private static let chunk = 1 << 18

    /// - Throws: `StoreError.cannotOpen`.
    init(_ path: String, _ cancellation: Cancellation) throws(StoreError) {
        self.path = path
        do {
            file = try InputFile(path, cancellation: cancellation)
        } catch {
            throw .cannotOpen(path: path, reason: error.reason)
        }
    }

    /// The next line without its line feed; `nil` at the end.
    mutating func next() throws(StoreError) -> String? {
        guard let bytes = try bytes(1) else { return nil }
        return try text(bytes.dropLast(), at: line)
    }

    /// The next `count` lines, each with its line feed.
    mutating func text(_ count: Int) throws(StoreError) -> String {
        let first = line + 1
        guard let bytes = try bytes(count) else { throw problem("the file ends here", at: first) }
        return try text(bytes[...], at: first)
    }

    private func text(_ bytes: ArraySlice<UInt8>, at line: Int) throws(StoreError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw problem("it is not UTF-8", at: line) }
        return text
    }

    private mutating func bytes(_ count: Int) throws(StoreError) -> [UInt8]? {
        stream.add(lastLine)
        lastLine = []
        var rest = count
        var searched = position
        while rest > 0 {
            if let feed = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                searched = feed + 1
                rest -= 1
                continue
            }
            guard buffer.count - position < Self.limit else {
                throw problem("the line or the part is longer than \(Self.limit >> 20) MiB", at: line + 1)
            }
            searched = buffer.count - position
            guard try fill() else {
                if buffer.isEmpty, rest == count { return nil }
                throw problem("the file ends here", at: line + (count - rest) + 1)
            }
        }
        line += count
        lastLine = Array(buffer[position..<searched])
        position = searched
        return lastLine
    }

    /// Reads more, behind what is not used yet.
    private mutating func fill() throws(StoreError) -> Bool {
        buffer.removeSubrange(..<position)
        position = 0
        let start = buffer.count
        buffer += [UInt8](repeating: 0, count: Self.chunk)
        do {
            let count = try file.read(into: &buffer, at: start)
            buffer.removeLast(Self.chunk - count)
            return count > 0
        } catch {
            throw error.signal.map { .interrupted(signal: $0) } ?? .cannotOpen(path: path, reason: error.reason)
        }
    }

    /// The digest of all lines before the one that was read last.
    var digestBefore: Digest { stream.digest }

    private func problem(_ text: String, at line: Int) -> StoreError {
        BundlePlace(path: path, line: line).problem(text)
    }
}
