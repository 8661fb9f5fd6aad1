import PortCore

/// Why the store could not do what was asked. The description is one line for the operator.
public enum StoreError: Error, Equatable, CustomStringConvertible {
    case missing(path: String)
    case empty(path: String)
    case notADatabase(path: String)
    case foreign(path: String)
    case newer(path: String, version: Int64, known: Int)
    case damaged(path: String, detail: String)
    case locked(path: String)
    case notWritable(path: String, reason: String)
    case cannotOpen(path: String, reason: String)
    case untrusted(path: String, reason: String)
    case unfinished(path: String)
    case sqlite(path: String, code: Int32, message: String, sql: String)

    case unknownCheck(CheckName)
    case noRun(String)
    case noSuchRun(reference: String, reason: String)
    case ambiguous(reference: String)
    case noBaseline(CheckName)
    case notDrifted(endpoints: [String], from: String, to: String)
    case notProbed(String)
    case nothingInCommon(String, String)
    case requestDiffers(CheckName, changes: [String])
    case unsigned(path: String)
    case exists(path: String)
    case notABundle(path: String)
    case newerBundle(path: String, version: Int)
    case checkExists(CheckName)
    case manyChecks(path: String)
    case imported(CheckName)
    case doesNotHold(Discrepancy)
    case interrupted(signal: Int32)

    /// One line for the operator.
    public var description: String {
        switch self {
        case .missing(let path):
            "No database at '\(path)'. The first 'portbase check' makes it; --db FILE or PORTBASE_DB names another."
        case .empty(let path): "No run is recorded in '\(path)' yet."
        case .notADatabase(let path):
            "'\(path)' is not an SQLite database, or its header is damaged. Nothing was changed; "
                + "name another with --db, or restore a backup."
        case .foreign(let path):
            "'\(path)' is a database of another program. Nothing was changed; name another file with --db."
        case .newer(let path, let version, let known):
            "'\(path)' was written by a newer portbase (schema \(version), this one knows \(known)). "
                + "Nothing was changed; use that version."
        case .damaged(let path, let detail):
            "'\(path)' is damaged: \(detail). Nothing was changed; restore a backup."
        case .locked(let path):
            "'\(path)' is locked by another process. Nothing was changed; try again when it is done."
        case .notWritable(let path, let reason): "Cannot write '\(path)': \(reason)."
        case .cannotOpen(let path, let reason): "Cannot open '\(path)': \(reason)."
        case .untrusted(let path, let reason):
            "'\(path)' is not used: \(reason). Nothing was changed; remove it, or name another database with --db."
        case .unfinished(let path):
            "A writer of '\(path)' was killed, and only who may write the file and its folder can take back "
                + "what it left half done: any command of theirs does."
        case .sqlite(let path, let code, let message, let sql):
            "SQLite error \(code) in '\(path)': \(message) (\(sql.prefix(60)))."
        case .unknownCheck(let name): "No check is named '\(name)'. 'portbase runs' lists the runs of all checks."
        case .noRun(let reference): "No run is recorded for '\(reference)'."
        case .noSuchRun(let reference, let reason): "No run '\(reference)': \(reason)."
        case .ambiguous(let reference):
            "'\(reference)' is ambiguous: more than one snapshot begins with it; give more digits."
        case .noBaseline(let name):
            "Check '\(name)' has no baseline. Set one with: portbase baseline set \(name) --reason TEXT"
        case .notDrifted(let endpoints, let from, let to):
            (endpoints.isEmpty
                ? "Nothing drifted" : "\(Wording.list(endpoints, separator: ", ", of: "endpoints")) did not drift")
                + " from \(from) to \(to), so there is nothing to accept."
        case .nothingInCommon(let from, let to):
            "Nothing that \(from) covers was probed by \(to), so there is nothing to compare."
        case .notProbed(let name):
            "No run found \(name), so it has no time that readings could be compared with; give --from RUN."
        case .requestDiffers(let name, let changes):
            "Check '\(name)' is recorded with another request, and its history must not be mixed: "
                + "\(changes.joined(separator: "; ")). "
                + "Leave the flags out to repeat it, add --redefine to change it, or choose another --name."
        case .unsigned(let path):
            "The ledger of '\(path)' is signed, so that an entry without a signature would not hold. "
                + "Nothing was changed; give --sign-key FILE or PORTBASE_SIGN_KEY."
        case .exists(let path): "'\(path)' exists and is not overwritten; choose another name."
        case .newerBundle(let path, let version):
            "'\(path)' was exported by a newer portbase (bundle \(version), this one knows \(BundlePart.version)). "
                + "Nothing was read; use that version."
        case .notABundle(let path): "'\(path)' is not a bundle: 'portbase export' makes one."
        case .checkExists(let name):
            "A check is named '\(name)' here, and histories are not mixed. Choose another name with --as NAME."
        case .manyChecks(let path):
            "'\(path)' holds more than one check, and one name cannot stand for them. "
                + "Leave --as out, or export them one by one."
        case .imported(let name):
            "The history of '\(name)' was imported, and nothing is added to it; choose another --name."
        case .doesNotHold(let discrepancy): "\(discrepancy)"
        case .interrupted(let signal): Interruption.text(signal)
        }
    }

    /// Whether there is simply nothing recorded yet.
    public var isNothingYet: Bool {
        switch self {
        case .missing, .empty: true
        default: false
        }
    }

    /// Whether the files or their folder could not be used as they must be, whatever is in them.
    var isForWantOfAccess: Bool {
        switch self {
        case .notWritable, .cannotOpen: true
        default: false
        }
    }

    /// Whether only writing failed: what is recorded can be read, and a check's verdict stands.
    public var isFailureToWrite: Bool {
        switch self {
        case .notWritable, .cannotOpen, .locked, .unsigned: true
        default: false
        }
    }
}
