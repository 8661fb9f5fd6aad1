import Glibc

/// Reads whole text files by descriptor, standard input included.
public enum TextFile {
    /// Why a file could not be read, in the words of the system.
    public typealias ReadError = InputFile.Failure

    /// The largest list or table that is read: 64 MiB. More is a mistake, such as a device file.
    public static let limit = 64 << 20

    /// The contents of `path`, `-` being standard input.
    public static func read(
        _ path: String, limit: Int = TextFile.limit, cancellation: Cancellation = Cancellation()
    ) throws(ReadError) -> String {
        try read(InputFile(path, cancellation: cancellation), limit: limit)
    }

    /// The contents of `file`.
    public static func read(_ file: borrowing InputFile, limit: Int = TextFile.limit) throws(ReadError) -> String {
        guard let text = String(validating: try bytes(file, limit: limit), as: UTF8.self) else {
            throw ReadError(code: EILSEQ, reason: "not UTF-8 text")
        }
        return text
    }

    /// The same, whatever the bytes are.
    static func bytes(_ path: String) throws(ReadError) -> [UInt8] { try bytes(InputFile(path), limit: limit) }

    private static func bytes(_ file: borrowing InputFile, limit: Int) throws(ReadError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = try file.read(into: &buffer)
            if count == 0 { break }
            bytes += buffer[..<count]
            if bytes.count > limit {
                let most = limit >> 20 > 0 ? "\(limit >> 20) MiB" : "\(limit >> 10) KiB"
                throw ReadError(code: EFBIG, reason: "larger than \(most)")
            }
        }
        return bytes
    }

    /// The contents of a list or table, without the byte order mark that some editors begin a file with.
    static func readList(_ path: String, cancellation: Cancellation) throws(ReadError) -> String {
        let text = try read(path, cancellation: cancellation)
        guard text.unicodeScalars.first == "\u{FEFF}" else { return text }
        return String(text.unicodeScalars.dropFirst())
    }
}

/// The system's words for an error number.
public enum SystemError {
    /// What `strerror` says of `code`, such as `Permission denied`.
    public static func text(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
