import Foundation
import Glibc

/// Mounts that only one thread sees (unshare(2)), for disks that are full or cannot be written.
enum MountNamespace {
    private typealias Unshare = @convention(c) (CInt) -> CInt
    private typealias Mount =
        @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>, UnsafePointer<CChar>?, CUnsignedLong, UnsafePointer<CChar>?
        ) -> CInt

    // sched.h and sys/mount.h, which the Glibc module leaves out.
    private static let cloneNewNamespace: CInt = 0x0002_0000
    private static let readOnly: CUnsignedLong = 1
    private static let remount: CUnsignedLong = 32
    private static let bind: CUnsignedLong = 4096
    private static let recursive: CUnsignedLong = 16384
    private static let makePrivate: CUnsignedLong = 1 << 18

    /// What is mounted over a folder.
    enum Cover: Sendable {
        /// The folder itself, read-only.
        case readOnly
        /// An empty disk of so many KiB.
        case disk(kibibytes: Int)
    }

    static let reason = "needs the right to mount (CAP_SYS_ADMIN)"

    /// Whether this process may do so.
    static let isAvailable: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        return (try? within(folder.path, .readOnly) { true }) ?? false
    }()

    /// Runs `body` on a thread of its own that sees `cover` over `folder`.
    static func within<Value: Sendable>(
        _ folder: String, _ cover: Cover, _ body: @escaping @Sendable () throws -> Value
    ) throws -> Value {
        try onThreads(1) { _ in
            try enter()
            switch cover {
            case .readOnly:
                try mount(folder, folder, nil, bind, nil)
                try mount(nil, folder, nil, bind | remount | readOnly, nil)
            case .disk(let kibibytes): try mount("none", folder, "tmpfs", 0, "size=\(kibibytes)k")
            }
            return try body()
        }[0].get()
    }

    private static func enter() throws {
        let unshare = unsafeBitCast(dlsym(nil, "unshare"), to: Unshare.self)
        guard unshare(cloneNewNamespace) == 0 else { throw POSIXError(.EPERM) }
        try mount(nil, "/", nil, recursive | makePrivate, nil)
    }

    private static func mount(
        _ source: String?, _ target: String, _ type: String?, _ flags: CUnsignedLong, _ options: String?
    ) throws {
        let mount = unsafeBitCast(dlsym(nil, "mount"), to: Mount.self)
        guard mount(source, target, type, flags, options) == 0 else { throw POSIXError(.EPERM) }
    }
}
