import Crypto
import FoundationEssentials
import Glibc
import PortCore

/// An Ed25519 key (RFC 8032) that signs entries of the ledger.
public struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    private static let title = "portbase-ed25519-private"

    /// A new key from the system's random numbers.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// Reads the file that `write(to:)` wrote.
    ///
    /// - Throws: `KeyError`, also when others than the owner may read the file.
    public init(path: String) throws(KeyError) {
        let bytes = try KeyFile.read(path, title: Self.title, isSecret: true)
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else {
            throw .malformed(path: path, title: Self.title)
        }
        self.key = key
    }

    /// Writes the key to `path`, for its owner alone, and its public key to `path` and `.pub`.
    ///
    /// - Throws: `KeyError`; no file is overwritten, and none is left behind.
    public func write(to path: String) throws(KeyError) {
        try KeyFile.write(path, mode: 0o600, title: Self.title, key.rawRepresentation)
        do {
            try KeyFile.write(path + ".pub", mode: 0o644, title: PublicKey.title, key.publicKey.rawRepresentation)
        } catch {
            unlink(path.onDisk)
            throw error
        }
    }

    /// The key that proves signatures of this one.
    public var publicKey: PublicKey { PublicKey(key.publicKey) }

    /// The signature of the UTF-8 bytes of `text`.
    func signature(of text: String) -> [UInt8] {
        guard let signature = try? key.signature(for: Data(text.utf8)) else {
            preconditionFailure("Ed25519 signs any text")
        }
        return Array(signature)
    }
}

/// The public half of a `SigningKey`.
public struct PublicKey: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes of RFC 8032.
    public let bytes: [UInt8]

    fileprivate static let title = "portbase-ed25519-public"

    fileprivate init(_ key: Curve25519.Signing.PublicKey) { bytes = Array(key.rawRepresentation) }

    /// Reads the `.pub` file of a key.
    public init(path: String) throws(KeyError) {
        let bytes = try KeyFile.read(path, title: Self.title)
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            throw .malformed(path: path, title: Self.title)
        }
        self.init(key)
    }

    /// The key in base64, as in its file.
    public var description: String { Data(bytes).base64EncodedString() }

    /// Whether `signature` is one of `text` by the key `bytes`, whatever these bytes are.
    static func proves(_ bytes: [UInt8], _ signature: [UInt8], of text: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: Data(text.utf8))
    }
}

/// Why a file of a key cannot be used. The description is one line for the operator.
public enum KeyError: Error, Equatable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case exposed(path: String)
    case malformed(path: String, title: String)

    /// One line for the operator.
    public var description: String {
        switch self {
        case .unreadable(let path, let reason): "Cannot read the key '\(path)': \(reason)."
        case .unwritable(let path, let reason): "Cannot write the key '\(path)': \(reason)."
        case .exposed(let path): "Others may read the key '\(path)'. Run: chmod 600 '\(path)'"
        case .malformed(let path, let title):
            "'\(path)' does not hold such a key: one line of '\(title)' and 32 bytes in base64. "
                + "'portbase keygen' makes both files."
        }
    }
}

/// A key in a file: one line of a title and the raw bytes in base64.
private enum KeyFile {
    static func read(_ path: String, title: String, isSecret: Bool = false) throws(KeyError) -> Data {
        let text: String
        let isExposed: Bool
        do {
            let file = try InputFile(path, isRegular: true)
            isExposed = file.isExposed
            text = try TextFile.read(file, limit: 1 << 12)
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
        let words = text.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == title[...], let bytes = Data(base64Encoded: String(words[1])) else {
            throw .malformed(path: path, title: title)
        }
        guard !isSecret || !isExposed else { throw .exposed(path: path) }
        return bytes
    }

    static func write(_ path: String, mode: mode_t, title: String, _ bytes: Data) throws(KeyError) {
        let descriptor = open(path.onDisk, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw .unwritable(path: path, reason: SystemError.text(errno)) }
        defer { close(descriptor) }
        let line = Array("\(title) \(bytes.base64EncodedString())\n".utf8)
        // A line is written at once or, on a full disk, in part.
        guard Glibc.write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            let code = errno
            unlink(path.onDisk)
            throw .unwritable(path: path, reason: SystemError.text(code == 0 ? ENOSPC : code))
        }
    }
}
