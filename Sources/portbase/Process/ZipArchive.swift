import Baseline
import CZlib
import Glibc

/// Writes a ZIP archive of one file (APPNOTE.TXT 6.3, PKWARE), deflated.
enum ZipArchive {
    /// What failed, as an error number.
    struct Failure: Error {
        let code: Int32
    }

    /// The largest file that a plain ZIP archive holds.
    static let largest = Int(UInt32.max) - 1

    /// Copies what the descriptor `source` holds into a fresh archive at the descriptor `archive`, as the file `name`
    /// of the time `modified`.
    static func write(
        _ source: Int32, to archive: Int32, name: String, modified: Timestamp
    ) throws(Failure) {
        let name = Array(name.utf8)
        var entry = Entry(name: name, modified: modified)
        try write([UInt8](repeating: 0, count: Entry.localLength + name.count), to: archive)
        try deflate(source, to: archive, &entry)
        let directory = entry.directory
        try write(directory, to: archive)
        try write(entry.end(directoryLength: directory.count), to: archive)
        // The sizes and the checksum, which stand in front of the data, are known only now.
        let header = entry.local
        guard pwrite(archive, header, header.count, 0) == header.count, fsync(archive) == 0 else { throw failure() }
    }

    /// What the headers say of the file.
    private struct Entry {
        static let localLength = 30
        let name: [UInt8]
        let modified: Timestamp
        var checksum: UInt32 = 0
        var size: UInt32 = 0
        var packedSize: UInt32 = 0

        /// Version 2.0, no flags, method 8, then time, checksum, sizes and the lengths of the name and of no extra field.
        private var common: [UInt8] {
            Self.bytes(20, 2) + Self.bytes(0, 2) + Self.bytes(8, 2) + Self.bytes(modified.dosTime, 4)
                + Self.bytes(checksum, 4) + Self.bytes(packedSize, 4) + Self.bytes(size, 4)
                + Self.bytes(UInt32(name.count), 2) + Self.bytes(0, 2)
        }

        var local: [UInt8] { Self.bytes(0x0403_4b50, 4) + common + name }

        /// Made by version 2.0 on Unix; a regular file of mode 0640 at the start of the archive.
        var directory: [UInt8] {
            Self.bytes(0x0201_4b50, 4) + Self.bytes(0x0314, 2) + common + Self.bytes(0, 2) + Self.bytes(0, 2)
                + Self.bytes(0, 2) + Self.bytes(0o100640 << 16, 4) + Self.bytes(0, 4) + name
        }

        func end(directoryLength: Int) -> [UInt8] {
            let offset = UInt32(Self.localLength + name.count) + packedSize
            return Self.bytes(0x0605_4b50, 4) + Self.bytes(0, 4) + Self.bytes(1, 2) + Self.bytes(1, 2)
                + Self.bytes(UInt32(directoryLength), 4) + Self.bytes(offset, 4) + Self.bytes(0, 2)
        }

        /// The low bytes of a number, the lowest first.
        private static func bytes(_ number: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
    }

    private static func deflate(_ source: Int32, to archive: Int32, _ entry: inout Entry) throws(Failure) {
        var stream = z_stream()
        guard czlib_raw_deflate_init(&stream) == Z_OK else { throw Failure(code: ENOMEM) }
        defer { deflateEnd(&stream) }
        var input = [UInt8](repeating: 0, count: 1 << 16)
        var output = [UInt8](repeating: 0, count: 1 << 16)
        var offset = 0
        var isDone = false
        while !isDone {
            let count = pread(source, &input, input.count, off_t(offset))
            guard count >= 0 else { throw failure() }
            offset += count
            guard offset <= largest else { throw Failure(code: EFBIG) }
            entry.checksum = UInt32(crc32(uLong(entry.checksum), input, uInt(count)))
            isDone = count == 0
            let flush = isDone ? Z_FINISH : Z_NO_FLUSH
            var packed: [UInt8] = []
            input.withUnsafeMutableBufferPointer { input in
                output.withUnsafeMutableBufferPointer { output in
                    (stream.next_in, stream.avail_in) = (input.baseAddress, uInt(count))
                    repeat {
                        (stream.next_out, stream.avail_out) = (output.baseAddress, uInt(output.count))
                        CZlib.deflate(&stream, flush)
                        packed += output.prefix(output.count - Int(stream.avail_out))
                    } while stream.avail_out == 0
                }
            }
            entry.packedSize += UInt32(packed.count)
            try write(packed, to: archive)
        }
        entry.size = UInt32(offset)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 || errno == EINTR else { throw failure() }
            written += max(0, count)
        }
    }

    private static func failure() -> Failure { Failure(code: errno) }
}

extension Timestamp {
    /// The date and time as MS-DOS keeps them, in UTC, to two seconds.
    fileprivate var dosTime: UInt32 {
        let parts = text.split { !$0.isNumber }.compactMap { UInt32($0) }
        guard parts.count >= 6, parts[0] >= 1980 else { return 0x21_0000 }
        let date = (parts[0] - 1980) << 9 | parts[1] << 5 | parts[2]
        return date << 16 | parts[3] << 11 | parts[4] << 5 | parts[5] / 2
    }
}
