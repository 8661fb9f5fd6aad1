import Baseline
import Glibc
import PortCore

/// The machine and the person that this process runs as, and where their data lives.
enum Machine {
    /// The version of portbase.
    static let version = "0.1.0"

    /// The name of the machine that probes.
    static var vantage: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "unknown" }
        return text(buffer)
    }

    /// The login name of the effective user, or the number where it has none.
    static var user: String {
        account.map { String(cString: $0.pw_name) } ?? "\(geteuid())"
    }

    /// Who and where, for the record of a run.
    static func context(_ limits: LoadLimits) -> RunContext {
        RunContext(vantage: vantage, user: user, version: version, limits: limits)
    }

    /// The database to use: `option`, else `PORTBASE_DB`, else the one in the XDG data folder.
    ///
    /// Relative values of `XDG_DATA_HOME` are ignored, as the XDG Base Directory Specification asks.
    static func databasePath(_ option: String?) -> String {
        if let path = option ?? variable("PORTBASE_DB") { return path }
        if let folder = variable("XDG_DATA_HOME"), folder.hasPrefix("/") { return folder + "/portbase/portbase.db" }
        let home = variable("HOME") ?? account.map { String(cString: $0.pw_dir) } ?? "."
        return home + "/.local/share/portbase/portbase.db"
    }

    /// The words of the command line. Names of files among them keep bytes that are not UTF-8 (`FileName`).
    static let arguments: [String] = (0..<Int(CommandLine.argc)).compactMap { index in
        CommandLine.unsafeArgv[index].map { text($0) }
    }

    /// An environment variable that is set and not empty.
    static func variable(_ name: String) -> String? {
        guard let value = getenv(name), value.pointee != 0 else { return nil }
        return text(value)
    }

    private static func text(_ bytes: UnsafePointer<CChar>) -> String {
        FileName.text(UnsafeBufferPointer(start: bytes, count: strlen(bytes)).map { UInt8(bitPattern: $0) })
    }

    private static var account: passwd? { getpwuid(geteuid())?.pointee }

    private static func text(_ buffer: [CChar]) -> String {
        String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
