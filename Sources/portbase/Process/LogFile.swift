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
        if mkdir(folder.onDisk, 0o755) != 0, errno != EEXIST { throw failure() }
        // From here on the folder is this one, whatever its name leads to.
        let parent = open(folder.onDisk, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard parent >= 0 else { throw failure() }
        defer { close(parent) }
        let flags = O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW
        let descriptor = openat(parent, "\(Self.name).log", flags, 0o644)
        guard descriptor >= 0 else {
            throw errno == ELOOP ? Failure(path: path, reason: "it is a symbolic link") : failure()
        }
        defer { close(descriptor) }
        try checkOwner(descriptor, in: parent)
        try lock(descriptor)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        if status.st_size > limit {
            let archive = try rotate(descriptor, in: parent, now)
            try write(
                [CheckLog.line(now, "INFO", "log rotated to \(archive.split(separator: "/").last ?? "")")],
                to: descriptor, after: 0)
            guard fstat(descriptor, &status) == 0 else { throw failure() }
        }
        try write(lines, to: descriptor, after: status.st_size)
    }

    /// Refuses what somebody may have put there to have something else written to.
    private func checkOwner(_ descriptor: Int32, in parent: Int32) throws(Failure) {
        var (file, folder) = (stat(), stat())
        guard fstat(descriptor, &file) == 0, fstat(parent, &folder) == 0 else { throw failure() }
        guard file.st_mode & S_IFMT == S_IFREG else { throw Failure(path: path, reason: "it is not a regular file") }
        guard file.st_nlink == 1 else { throw Failure(path: path, reason: "it has other names, by hard links") }
        guard [geteuid(), folder.st_uid].contains(file.st_uid) else {
            throw Failure(path: path, reason: "it belongs to somebody else")
        }
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
    private func rotate(_ descriptor: Int32, in parent: Int32, _ now: Timestamp) throws(Failure) -> String {
        let stamp = String(now.text.filter(\.isNumber))
        let day = "\(Self.name)_\(stamp.prefix(8))_\(stamp.dropFirst(8))"
        // Two rotations in one second get names of their own.
        for number in 0..<100 {
            let name = day + (number == 0 ? "" : "_\(number)") + ".log"
            let archive = "\(folder)/\(name).zip"
            let target = openat(parent, "\(name).zip", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
            if target < 0, errno == EEXIST { continue }
            guard target >= 0 else { throw failure() }
            defer { close(target) }
            do throws(ZipArchive.Failure) {
                try ZipArchive.write(descriptor, to: target, name: name, modified: now)
            } catch {
                unlinkat(parent, "\(name).zip", 0)
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
