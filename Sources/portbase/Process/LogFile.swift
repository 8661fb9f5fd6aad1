import Baseline
import Glibc
import PortCore

/// A log of check_ports.py's form in a folder: appended to by one process at a time, and rotated into ZIP archives.
struct LogFile {
    /// The folder of the log; made when it is missing.
    let folder: String
    /// How large the log may be, in bytes, before the next writer rotates it.
    let limit: Int

    /// Why nothing was logged. The description is one line for the operator.
    struct Failure: Error, CustomStringConvertible {
        let path: String
        let reason: String
        var description: String { "The check was not logged: '\(path)': \(reason)." }
    }

    private static let name = CommandFamily.predecessor
    private static let lockPatience = Duration.seconds(5)
    private var path: String { "\(folder)/\(Self.name).log" }

    /// Appends `lines`, whole or not at all.
    func append(_ lines: [String], now: Timestamp) throws(Failure) {
        if mkdir(folder, 0o755) != 0, errno != EEXIST { throw failure() }
        let descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        try lock(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure(path: path, reason: "it is no regular file") }
        if status.st_size > limit {
            let archive = try rotate(descriptor, now)
            try write(
                [CheckLog.line(now, "INFO", "log rotated to \(archive.split(separator: "/").last ?? "")")],
                to: descriptor, after: 0)
            guard fstat(descriptor, &status) == 0 else { throw failure() }
        }
        try write(lines, to: descriptor, after: status.st_size)
    }

    /// Waits for the other writers of the log. The kernel takes the lock away with the last descriptor (flock(2)).
    private func lock(_ descriptor: Int32) throws(Failure) {
        let end = ContinuousClock.now + Self.lockPatience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw failure() }
            guard ContinuousClock.now < end else { throw Failure(path: path, reason: "another process holds it") }
            usleep(10_000)
        }
    }

    /// Moves what is logged into an archive, and returns its path. The file itself stays, and with it the lock.
    private func rotate(_ descriptor: Int32, _ now: Timestamp) throws(Failure) -> String {
        let stamp = String(now.text.filter(\.isNumber))
        let day = "\(Self.name)_\(stamp.prefix(8))_\(stamp.dropFirst(8))"
        // Two rotations in one second get names of their own.
        for number in 0..<100 {
            let name = day + (number == 0 ? "" : "_\(number)") + ".log"
            let archive = "\(folder)/\(name).zip"
            let target = open(archive, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if target < 0, errno == EEXIST { continue }
            guard target >= 0 else { throw failure() }
            defer { close(target) }
            do throws(ZipArchive.Failure) {
                try ZipArchive.write(descriptor, to: target, name: name, modified: now)
            } catch {
                unlink(archive)
                throw Failure(path: archive, reason: SystemError.text(error.code))
            }
            guard ftruncate(descriptor, 0) == 0 else { throw failure() }
            return archive
        }
        throw Failure(path: path, reason: "there are 100 archives of this second")
    }

    /// Appends lines; a disk that is full gets none of them.
    private func write(_ lines: [String], to descriptor: Int32, after size: off_t) throws(Failure) {
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        let count = Glibc.write(descriptor, bytes, bytes.count)
        guard count == bytes.count else {
            let error = count < 0 ? failure() : Failure(path: path, reason: SystemError.text(ENOSPC))
            ftruncate(descriptor, size)
            throw error
        }
    }

    private func failure() -> Failure { Failure(path: path, reason: SystemError.text(errno)) }
}
