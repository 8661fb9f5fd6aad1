import Glibc
import PortCore

/// A file of mode 0600 that has its name only when it is whole and on the disk, and never takes the place of another.
struct NewFile: ~Copyable {
    let path: String
    /// Where it is written. It is gone when the value is.
    let draft: String
    private let descriptor: Int32

    /// - Throws: `StoreError.exists` when there is such a file, or `.notWritable`.
    init(_ path: String) throws(StoreError) {
        // What a killed process left of the same number must not be in the way, such as in a container.
        let draft = "\(path).\(String(UInt32.random(in: .min ... .max), radix: 36)).partial"
        guard access(path.onDisk, F_OK) != 0 else { throw .exists(path: path) }
        let descriptor = open(draft.onDisk, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritable(path: path, reason: SystemError.text(errno)) }
        (self.path, self.draft, self.descriptor) = (path, draft, descriptor)
    }

    deinit {
        close(descriptor)
        unlink(draft.onDisk)
    }

    /// Adds `bytes` at the end.
    func write(_ bytes: [UInt8]) throws(StoreError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .notWritable(path: path, reason: SystemError.text(errno)) }
            rest = rest.dropFirst(count)
        }
    }

    /// Gives the file its name.
    func publish() throws(StoreError) {
        guard fsync(descriptor) == 0 else { throw .notWritable(path: path, reason: SystemError.text(errno)) }
        // Unlike rename, a link never takes the place of a file.
        guard link(draft.onDisk, path.onDisk) == 0 else {
            throw errno == EEXIST ? .exists(path: path) : .notWritable(path: path, reason: SystemError.text(errno))
        }
        syncFolder()
    }

    /// Makes the name last through a power cut, where the file system can.
    private func syncFolder() {
        let descriptor = open(FileName.folder(of: path).onDisk, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
