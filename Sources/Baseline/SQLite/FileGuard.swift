import CSQLite
import Glibc
import PortCore

/// How SQLite opens files (sqlite.org/c3ref/vfs.html, xSetSystemCall): without waiting for a pipe that somebody put in
/// the place of a journal, none that somebody else planted, and none for writing that others may read.
enum FileGuard {
    private typealias Open = @convention(c) (UnsafePointer<CChar>?, CInt, CInt) -> CInt

    /// Installed at its first use, for all connections of the process.
    static let isInstalled: Bool = {
        guard let files = sqlite3_vfs_find(nil), let set = files.pointee.xSetSystemCall else { return false }
        let guarded: Open = { FileGuard.open($0, $1, $2) }
        return set(files, "open", unsafeBitCast(guarded, to: sqlite3_syscall_ptr.self)) == SQLITE_OK
    }()

    /// The files that SQLite keeps beside a database (sqlite.org/tempfiles.html).
    static let companions = ["-journal", "-wal", "-shm"]

    /// Why the file at `path` is none to write to or to obey; `nil` when it is, or there is none.
    static func refusal(_ path: String) -> String? {
        var status = stat()
        guard stat(path.onDisk, &status) == 0 else { return nil }
        guard [S_IFREG, S_IFDIR].contains(status.st_mode & S_IFMT) else { return "it is not a regular file" }
        if isPlanted(path, status) { return "it belongs to somebody else, in a folder where anybody may put one" }
        let isOfOthers = status.st_uid != geteuid() && status.st_uid != 0
        return isOfOthers && status.st_mode & S_IWOTH != 0
            ? "it belongs to somebody else, and anybody may write it" : nil
    }

    private static func open(_ path: UnsafePointer<CChar>?, _ flags: CInt, _ mode: CInt) -> CInt {
        guard let path else { return -1 }
        let descriptor = Glibc.open(path, flags | O_NONBLOCK, mode_t(mode))
        guard descriptor >= 0 else { return descriptor }
        var status = stat()
        guard fstat(descriptor, &status) == 0, [S_IFREG, S_IFDIR, S_IFCHR].contains(status.st_mode & S_IFMT) else {
            return refused(descriptor)
        }
        let name = FileName.text(UnsafeBufferPointer(start: path, count: strlen(path)).map { UInt8(bitPattern: $0) })
        let isForWriting = flags & O_ACCMODE == O_RDWR
        // A log is obeyed also by who only reads.
        if isForWriting || companions.contains(where: name.hasSuffix), isPlanted(name, status) {
            return refused(descriptor)
        }
        if isForWriting, status.st_uid == geteuid(), status.st_mode & 0o077 != 0 {
            fchmod(descriptor, status.st_mode & 0o700)
        }
        return descriptor
    }

    private static func refused(_ descriptor: CInt) -> CInt {
        close(descriptor)
        errno = EPERM
        return -1
    }

    /// Whether it is somebody else's file in a folder that is for everybody, such as /tmp (what `protected_regular` is
    /// against, proc_sys_fs(5)).
    private static func isPlanted(_ path: String, _ file: stat) -> Bool {
        guard file.st_uid != geteuid(), file.st_uid != 0 else { return false }
        var folder = stat()
        guard stat(FileName.folder(of: path).onDisk, &folder) == 0 else { return false }
        let isForEverybody = folder.st_mode & S_ISVTX != 0 && folder.st_mode & S_IWOTH != 0
        return isForEverybody && file.st_uid != folder.st_uid
    }
}
