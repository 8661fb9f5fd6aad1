import Foundation
import Testing

@Suite("When something is wrong, portbase says so and claims nothing")
struct FaultTests {
    private let isRoot = geteuid() == 0

    /// Runs in a network of its own where 127.0.0.9 swallows everything.
    private static let silence =
        "ip link set lo up && nft add table ip t && "
        + "nft 'add chain ip t i { type filter hook input priority 0; }' && nft add rule ip t i ip daddr 127.0.0.9 drop"

    private static let hasNamespaces: Bool = {
        let tried = try? CommandLineRunner().shell("unshare -n sh -c \"\(silence)\"")
        return tried?.status == 0
    }()

    @Test(
        "a signal ends a run within a second, with exit code 3, and nothing is recorded",
        .enabled(if: hasNamespaces, "needs the right to make network namespaces, and nft"), arguments: ["INT", "TERM"])
    func signals(_ signal: String) throws {
        let runner = try CommandLineRunner()
        let result = try runner.shell(
            """
            unshare -n sh -c "\(Self.silence); \\"$portbase\\" check -H 127.0.0.9 -p 1-3000 -t 60 --name slow & \
            pid=\\$!; sleep 1; before=\\$(date +%s%N); kill -\(signal) \\$pid; wait \\$pid; echo exit \\$?; \
            echo \\$(( (\\$(date +%s%N) - before) / 1000000 ))"
            """)
        let lines = result.output.split(separator: "\n")
        #expect(lines.first == "UNKNOWN - Interrupted by SIG\(signal); nothing was recorded.")
        #expect(lines.contains("exit 3"))
        #expect((lines.last.flatMap { Int($0) } ?? .max) < 1000, "\(result)")
        #expect(!FileManager.default.fileExists(atPath: runner.database.path))
    }

    @Test("a signal while banners are read ends the run within half a second, and nothing is recorded")
    func signalAmidBanners() throws {
        let runner = try CommandLineRunner()
        let silent = try LoopbackListener()
        // The threads of tests block signals, and so do their children, but not those of a shell that has waited.
        let result = try runner.shell(
            """
            sleep 0; "$portbase" check -H 127.0.0.1 -p \(silent.port) --banner --name x & pid=$!; sleep 0.7
            before=$(date +%s%N); kill -INT $pid; wait $pid; echo exit $?; echo $(( ($(date +%s%N) - before) / 1000000 ))
            """)
        let lines = result.output.split(separator: "\n")
        #expect(lines.prefix(2) == ["UNKNOWN - Interrupted by SIGINT; nothing was recorded.", "exit 3"], "\(result)")
        #expect((lines.last.flatMap { Int($0) } ?? .max) < 500, "\(result)")
        #expect(!FileManager.default.fileExists(atPath: runner.database.path))
    }

    @Test("a hostile banner cannot reach the terminal")
    func hostileBanner() throws {
        let runner = try CommandLineRunner()
        let hostile = try LoopbackListener(greeting: "a\u{1B}[2J\u{202E}b\u{85}|\u{7}")
        let check = ["check", "-H", "127.0.0.1", "-p", "\(hostile.port)", "--banner", "--name", "x", "--no-perfdata"]
        #expect(try runner.portbase(check).output == "OK - Port \(hostile.port) is open\n")
        let verbose = try runner.portbase(check + ["--verbose"])
        #expect(verbose.output.hasSuffix(" = open  a\\u{1b}[2J\\u{202e}b\\u{85}\\u{7c}\\u{7}\n"), "\(verbose)")
        #expect(try runner.portbase("show", "x").output.hasSuffix("generic   a\\u{1b}[2J\\u{202e}b\\u{85}|\\u{7}\n"))
    }

    @Test(
        "a thousand silent ports cost about one timeout, and are filtered",
        .enabled(if: hasNamespaces, "needs the right to make network namespaces, and nft"))
    func silentPorts() throws {
        let runner = try CommandLineRunner()
        let result = try runner.shell(
            "unshare -n sh -c \"\(Self.silence); \\\"$portbase\\\" check -H 127.0.0.9 -p 1-1000 -t 1 --name s; "
                + "\\\"$portbase\\\" show s\"")
        #expect(result.output.contains("CRITICAL - Problem ports: 1-1000 | "), "\(result)")
        #expect(result.output.contains("127.0.0.9  filtered  1-1000  timeout"), "\(result)")
        let seconds = result.output.split(separator: "took ").last?.split(separator: " ").first.flatMap { Double($0) }
        #expect((1.0..<1.6).contains(seconds ?? 0), "\(result)")
    }

    @Test("a signal while the targets are read ends the check as any other")
    func signalWhileReading() throws {
        let result = try CommandLineRunner().shell(
            "mkfifo in; sleep 9 > in & holder=$!; \"$portbase\" check --targets - -p 1 < in & pid=$!; "
                + "sleep 0.3; kill -TERM $pid; wait $pid; echo exit $?; kill $holder")
        #expect(result.output == "UNKNOWN - Interrupted by SIGTERM; nothing was recorded.\nexit 3\n", "\(result)")
    }

    @Test("text from outside neither moves the cursor, nor breaks the line, nor ends a plugin's text")
    func hostileText() throws {
        let runner = try CommandLineRunner()
        let hostile = "a\u{1B}[2J\r\n|\u{202E}b\u{85}"
        let plugin = try runner.portbase("check", "-H", hostile, "-p", "1")
        #expect(
            plugin.output == "UNKNOWN - Invalid target 'a\\u{1b}[2J \\u{7c}\\u{202e}b '. "
                + "Give a host name, an IP address, a CIDR block or a range of addresses.\n")
        let other = try runner.portbase("runs", "--db", hostile)
        #expect(other.errors.hasPrefix("portbase: No database at 'a\\u{1b}[2J |\\u{202e}b '."), "\(other)")
        let port = try LoopbackListener()
        _ = try runner.portbase("check", "-H", "127.0.0.1", "-p", "\(port.port)", "--name", "x")
        let refused = try runner.portbase("baseline", "set", "x", "--reason", "red \u{1B}[31m")
        #expect(refused.status == 2)
        #expect(refused.errors == "portbase: --reason takes one line of visible UTF-8 text, at most 1000 characters.\n")
        let set = try runner.portbase("baseline", "set", "x", "--reason", "می\u{200C}خواهم")
        #expect(set.status == 0, "\(set)")
    }

    @Test("a database that cannot be written costs a warning, not the verdict")
    func unwritable() throws {
        let runner = try CommandLineRunner()
        let port = try LoopbackListener()
        let result = try runner.portbase("check", "-H", "127.0.0.1", "-p", "\(port.port)", "--db", "/proc/none/x.db")
        #expect(result.status == 0)
        #expect(
            result.output.hasPrefix("OK - Port \(port.port) is open; the run was not recorded: Cannot open '/proc/none")
        )
        #expect(result.errors.hasPrefix("portbase: The run was not recorded: Cannot open '/proc/none/x.db'"))
    }

    @Test(
        "a full disk costs a warning, and what was recorded before stays",
        .enabled(if: hasNamespaces, "needs the right to mount a small file system"))
    func fullDisk() throws {
        let runner = try CommandLineRunner()
        let result = try runner.shell(
            """
            mkdir disk; unshare -m sh -c '
            mount -t tmpfs -o size=400k none disk
            "$portbase" check -H 127.0.0.1 -p 1 --name a --db disk/p.db
            dd if=/dev/zero of=disk/fill bs=1k count=1000 2>/dev/null
            "$portbase" check -H 127.0.0.1-250 -p 1-9 --name b --db disk/p.db -q; echo exit $?
            rm disk/fill
            "$portbase" runs --db disk/p.db --json | grep -c "\\"run\\" :"
            "$portbase" show 1 --db disk/p.db --canonical' 2>&1
            """)
        #expect(result.output.contains("portbase: The run was not recorded: Cannot write"), "\(result)")
        #expect(result.output.contains("exit 1\n1\nportbase-snapshot 1\n"), "\(result)")
    }

    @Test(
        "a database that cannot be read as one is UNKNOWN, and is not touched",
        arguments: [
            ("not a database", "printf 'hello, this is no database at all, it is only text' > x.db"),
            ("another program's", "sqlite3 x.db 'CREATE TABLE t (a); PRAGMA application_id = 7'"),
            ("newer", "\"$portbase\" check -H 127.0.0.1 -p 1 -q --db x.db; sqlite3 x.db 'PRAGMA user_version = 99'"),
            (
                "damaged",
                "\"$portbase\" check -H 127.0.0.1 -p 1 -q --name n --db x.db; "
                    + "for page in 4 8 12 16 20; do "
                    + "printf '%200s' x | dd of=x.db bs=1 seek=$((page * 4096)) conv=notrunc 2>/dev/null; done"
            ),
        ])
    func unreadable(_ what: String, _ preparation: String) throws {
        let runner = try CommandLineRunner()
        _ = try runner.shell(preparation)
        let file = runner.folder.appendingPathComponent("x.db")
        let before = try Data(contentsOf: file)
        let check = try runner.portbase("check", "-H", "127.0.0.1", "-p", "1", "--name", "n", "--db", "x.db")
        #expect(check.status == 3 && check.output.hasPrefix("UNKNOWN - 'x.db' "), "\(what): \(check)")
        #expect(check.errors.isEmpty && check.output.split(separator: "\n").count == 1)
        #expect(try runner.portbase("runs", "--db", "x.db").status == 1)
        #expect(try runner.portbase("diff", "n", "--db", "x.db").status == 2)
        #expect(try Data(contentsOf: file) == before, "the file changed")
    }

    @Test(
        "what verify finds damaged before it can read anything does not hold, and is no trouble",
        arguments: [
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE x' WHERE name = 'runs'",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = 0 WHERE name = 'ledger'",
            "PRAGMA user_version = 0",
        ])
    func damagedSchema(_ sql: String) throws {
        let runner = try CommandLineRunner()
        _ = try runner.portbase("check", "-H", "127.0.0.1", "-p", "1", "--name", "n", "--db", "x.db")
        #expect(try runner.shell("sqlite3 x.db \"\(sql)\"").status == 0)
        let text = try runner.portbase("verify", "--db", "x.db")
        #expect(text.status == 1 && text.errors.isEmpty, "\(text)")
        #expect(text.output.hasPrefix("Does not hold: the file: "), "\(text)")
        #expect(try runner.portbase("verify", "--db", "x.db", "--json").output.contains("\"holds\" : false"))
    }

    @Test("standard output that cannot be written is trouble, never success")
    func fullOutput() throws {
        let runner = try CommandLineRunner()
        let port = try LoopbackListener()
        let line =
            "\"$portbase\" check -H 127.0.0.1 -p \(port.port) --name full > /dev/full; echo $?; "
            + "\"$portbase\" show full > /dev/full; echo $?; \"$portbase\" diff full full > /dev/full; echo $?"
        #expect(try runner.shell(line).output == "4\n1\n2\n")
    }

    @Test("few descriptors slow a run down and change no state")
    func fewDescriptors() throws {
        let runner = try CommandLineRunner()
        let ports = try (0..<5).map { _ in try LoopbackListener() }
        let list = ports.map { "\($0.port)" }.joined(separator: ",")
        let check = "\"$portbase\" check -H 127.0.0.1-40 -p \(list),1-200 -q"
        let result = try runner.shell(
            "\(check) --name few; (ulimit -n 64; \(check) --name few --parallelism 4000); \"$portbase\" diff few~1 few")
        #expect(result.output.hasSuffix("No drift.\n"), "\(result)")
    }

    @Test("a run that is killed is recorded as a whole or not at all")
    func killed() throws {
        let runner = try CommandLineRunner()
        let check = ["check", "-H", "127.0.0.1-60", "-p", "1-100", "--name", "k", "-q"]
        #expect(try runner.portbase(check).status == 1)
        for delay in 0..<25 {
            let running = try runner.start(CommandLineRunner.binary.path, check)
            usleep(UInt32(delay) * 2500)
            kill(running.process.processIdentifier, SIGKILL)
            _ = try running.finish()
        }
        let runs = try runner.portbase("runs", "k", "--limit", "100", "--json").output
        let count = runs.components(separatedBy: "\"run\" :").count - 1
        #expect(count >= 1)
        for back in 0..<count {
            let shown = try runner.portbase("show", "k~\(back)", "--canonical")
            #expect(shown.status == 0, "\(shown)")
        }
        #expect(try runner.shell("sqlite3 '\(runner.database.path)' 'PRAGMA integrity_check'").output == "ok\n")
    }

    @Test("runs at once are all recorded")
    func atOnce() throws {
        let runner = try CommandLineRunner()
        let running = try (0..<8).map { number in
            try runner.start(
                CommandLineRunner.binary.path,
                ["check", "-H", "127.0.0.1-20", "-p", "1-50", "--name", "at-once-\(number % 2)", "-q"])
        }
        for process in running {
            let result = try process.finish()
            #expect(result.status == 1 && result.errors.isEmpty, "\(result)")
        }
        let runs = try runner.portbase("runs", "--json").output
        #expect(runs.components(separatedBy: "\"run\" :").count - 1 == 8)
    }
}
