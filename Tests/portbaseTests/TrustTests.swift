import Foundation
import Testing

@Suite("Files that somebody put in the way are not trusted, and nobody waits for them")
struct TrustTests {
    private let runner: CommandLineRunner

    init() throws {
        runner = try CommandLineRunner()
    }

    private static let check = "\"$portbase\" check -H 127.0.0.1 -p 1 --no-perfdata"
    /// Ends the job that was started last, once it has opened the pipe. The threads of tests block signals, and so do their
    /// children, but not those of a shell that has waited.
    private static let terminateReader =
        "pid=$!; for try in $(seq 100); do ls -l /proc/$pid/fd | grep -q 'pipe$' && break; sleep 0.1; done; "
        + "kill -TERM $pid; wait $pid"
    private static let isRoot = geteuid() == 0

    private func mode(_ file: String) throws -> Int {
        let path = runner.folder.appendingPathComponent(file).path
        return try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    // MARK: Pipes

    @Test(
        "A pipe into which nobody writes does not hold a check past its deadline, nor past SIGTERM",
        arguments: ["--targets pipe", "-H 127.0.0.1 --exclude-file pipe", "-H 127.0.0.1 -s ssh --services-file pipe"])
    func inputs(_ options: String) throws {
        let check = "\"$portbase\" check -p 1 \(options)"
        let deadline = try runner.shell("mkfifo pipe; timeout 20 \(check) --deadline 0.3")
        #expect(
            deadline.output == "UNKNOWN - The deadline ended before the check did; nothing was recorded.\n"
                && deadline.status == 3, "\(deadline)")
        let signal = try runner.shell("sleep 0; \(check) & \(Self.terminateReader); echo $?")
        #expect(signal.output == "UNKNOWN - Interrupted by SIGTERM; nothing was recorded.\n3\n", "\(signal)")
    }

    @Test("A pipe into which somebody writes is read to its end, whenever that comes")
    func slowPipe() throws {
        let result = try runner.shell(
            "mkfifo pipe; (sleep 0.3; echo 127.0.0.1; sleep 0.3; echo 127.0.0.2) > pipe & "
                + "\"$portbase\" check --targets pipe -p 1 --no-perfdata; "
                + "echo 127.0.0.3 | \"$portbase\" check --targets /dev/stdin -p 1 --no-perfdata")
        #expect(result.output == "WARNING - Closed ports: 127.0.0.1:1; 127.0.0.2:1\nWARNING - Port 1 is closed\n")
    }

    @Test("A pipe is no key, and an import that reads one can be ended")
    func keysAndBundles() throws {
        let key = try runner.shell("mkfifo pipe; timeout 20 \(Self.check) --sign-key pipe")
        #expect(key.output == "UNKNOWN - Cannot read the key 'pipe': it is not a regular file.\n", "\(key)")
        let proof = try runner.shell("timeout 20 \"$portbase\" verify --public-key pipe; echo $?")
        #expect(proof.output == "2\n", "\(proof)")
        let bundle = try runner.shell("sleep 0; \"$portbase\" import-bundle pipe & \(Self.terminateReader)")
        #expect(bundle.errors == "portbase: Interrupted by SIGTERM; nothing was recorded.\n", "\(bundle)")
    }

    @Test("A pipe in the place of a journal is refused at once", arguments: ["-journal", "-wal", "-shm"])
    func companions(_ suffix: String) throws {
        let result = try runner.shell(
            """
            \(Self.check) --name x --db x.db -q; mkfifo 'x.db\(suffix)'
            timeout 20 \(Self.check) --name x --db x.db; echo $?; timeout 20 "$portbase" runs --db x.db; echo $?
            """)
        let refusal = "'x.db\(suffix)' is not used: it is not a regular file."
        #expect(result.output.hasPrefix("UNKNOWN - \(refusal)") && result.output.hasSuffix("\n3\n1\n"), "\(result)")
        #expect(result.errors.hasPrefix("portbase: \(refusal)"), "\(result)")
    }

    // MARK: The database

    @Test("A database of mine that others may read is mine alone once something is recorded")
    func modes() throws {
        _ = try runner.shell(
            "umask 0; : > x.db; \(Self.check) --db x.db; cp x.db y.db; chmod 644 y.db; \(Self.check) --db y.db")
        #expect(try mode("x.db") == 0o600)
        #expect(try mode("y.db") == 0o600)
    }

    @Test(
        "A file of somebody else in a folder for everybody is no database of mine",
        .enabled(if: isRoot, "needs another user"), arguments: ["chmod 1777 f", "chmod 777 f"])
    func planted(_ folder: String) throws {
        let result = try runner.shell(
            """
            mkdir f; \(folder); : > f/x.db; chmod 666 f/x.db; chown 65534 f/x.db
            \(Self.check) --db f/x.db; echo $?; stat -c '%s %a' f/x.db
            """)
        #expect(result.output.hasPrefix("UNKNOWN - 'f/x.db' is not used: it belongs to somebody else, "), "\(result)")
        #expect(result.output.hasSuffix("\n3\n0 666\n"), "\(result)")
    }

    @Test("A log of somebody else beside my database in such a folder is not obeyed", .enabled(if: isRoot))
    func plantedLog() throws {
        let result = try runner.shell(
            """
            mkdir f; chmod 1777 f; \(Self.check) --db f/x.db -q
            printf x > f/x.db-wal; chown 65534 f/x.db-wal; "$portbase" runs --db f/x.db; echo $?
            """)
        #expect(result.output == "1\n" && result.errors.contains("'f/x.db-wal' is not used"), "\(result)")
    }

    // MARK: The log

    @Test(
        "The log is not written through a link, nor into a file that has another name or owner",
        arguments: [
            ("ln -s ../target log/check_ports.log", "it is a symbolic link"),
            ("ln target log/check_ports.log", "it has other names, by hard links"),
            ("mkfifo log/check_ports.log", "it is not a regular file"),
        ])
    func links(_ preparation: String, _ reason: String) throws {
        let result = try runner.shell(
            """
            mkdir log; head -c 2000000 /dev/zero > target; \(preparation)
            timeout 20 \(Self.check) -q --log-dir log --log-max-mb 1; stat -c %s target; ls log
            """)
        #expect(result.output == "2000000\ncheck_ports.log\n", "\(result)")
        #expect(
            result.errors == "portbase: The check was not logged: 'log/check_ports.log': \(reason).\n", "\(result)")
    }

    @Test("A log of somebody else is refused in a folder of mine, and not in one of theirs", .enabled(if: isRoot))
    func otherOwner() throws {
        let result = try runner.shell(
            """
            mkdir log; : > log/check_ports.log; chown 65534 log/check_ports.log; \(Self.check) -q --log-dir log
            stat -c %s log/check_ports.log; chown 65534 log; \(Self.check) -q --log-dir log
            grep -c RESULT log/check_ports.log
            """)
        #expect(result.output == "0\n1\n", "\(result)")
        #expect(
            result.errors
                == "portbase: The check was not logged: 'log/check_ports.log': it belongs to somebody else.\n",
            "\(result)")
    }
}
