import Foundation
import Testing

@Suite("The log")
struct LogTests {
    private let runner: CommandLineRunner

    init() throws {
        runner = try CommandLineRunner()
    }

    private var folder: URL { runner.folder.appendingPathComponent("log") }

    private func archives() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".zip") }.sorted()
    }

    private static let hasMounts: Bool = {
        let tried = try? CommandLineRunner().shell("unshare -m sh -c 'mount -t tmpfs -o size=64k none .'")
        return tried?.status == 0
    }()

    /// What `name` of the folder holds, unpacked by Python's own zipfile.
    private func unpacked(_ name: String) throws -> String {
        let result = try runner.run(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; "
                    + "sys.stdout.buffer.write(z.read(z.namelist()[0]))",
                folder.appendingPathComponent(name).path,
            ])
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    @Test("is not written for the line of a plugin")
    func pluginLine() throws {
        #expect(try runner.portbase("check", "-H", "127.0.0.1", "-p", "1", "--log-dir", "log").status == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("holds each of many checks at once as a whole")
    func concurrent() throws {
        let line =
            "seq 24 | xargs -P 8 -I N \"$portbase\" check -H 127.0.0.N -p 1-40 --no-record -q --log-dir log; true"
        #expect(try runner.shell(line).errors == "")
        let text = try String(contentsOf: folder.appendingPathComponent("check_ports.log"), encoding: .utf8)
        var hosts: [String: Int] = [:]
        for check in text.components(separatedBy: "[END]\n").dropLast() {
            let lines = check.split(separator: "\n")
            let host = try #require(lines[0].firstMatch(of: /host=([0-9.]+)/)?.1)
            hosts[String(host), default: 0] += 1
            #expect(lines[0].contains("[START] cmd="))
            #expect(lines.filter { $0.contains("[PORT] host=\(host) port=") }.count == 40)
            #expect(lines.filter { $0.contains("[RESULT] state=WARNING message=\"quiet output\"") }.count == 1)
            #expect(lines.count == 43)
        }
        #expect(hosts == Dictionary(uniqueKeysWithValues: (1...24).map { ("127.0.0.\($0)", 1) }))
    }

    @Test("is moved into an archive past its size, and nothing of it is lost")
    func rotation() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        let old = (0..<30_000).map { "2026-05-03 12:00:00; [PORT] host=10.0.0.1 port=\($0) status=open\n" }.joined()
        try old.write(to: folder.appendingPathComponent("check_ports.log"), atomically: true, encoding: .utf8)
        let line =
            "seq 4 | xargs -P 4 -I N \"$portbase\" check -H 127.0.0.N -p 1 --no-record -q --log-dir log "
            + "--log-max-mb 1; true"
        #expect(try runner.shell(line).errors == "")
        let archives = try archives()
        #expect(archives.count == 1)
        #expect(archives[0].wholeMatch(of: /check_ports_[0-9]{8}_[0-9]{6}\.log\.zip/) != nil)
        #expect(try unpacked(archives[0]) == old)
        let new = try String(contentsOf: folder.appendingPathComponent("check_ports.log"), encoding: .utf8)
        #expect(new.split(separator: "\n")[0].contains("; [INFO] log rotated to \(archives[0])"))
        #expect(new.components(separatedBy: "[END]").count == 5)
    }

    @Test("has the command line as a shell, and Python's shlex, read it")
    func commandLine() throws {
        let arguments = ["check", "-H", "it's \"a\" \\b", "-p", "1", "-q", "--log-dir", "log"]
        #expect(try runner.portbase(arguments).status == 3)
        let script = """
            import json, re, shlex
            line = open("log/check_ports.log").readline().rstrip("\\n")
            quoted = re.search(r'cmd="((?:\\\\.|[^"\\\\])*)"$', line).group(1)
            print(json.dumps(shlex.split(re.sub(r"\\\\(.)", r"\\1", quoted))))
            """
        let result = try runner.run("/usr/bin/env", ["python3", "-c", script])
        let words = try JSONDecoder().decode([String].self, from: Data(result.output.utf8))
        #expect(Array(words.dropFirst()) == arguments, "\(result)")
    }

    @Test("is for everybody to read, and so are its folder and its archives, as far as the umask lets them be")
    func modes() throws {
        let line = """
            umask 022
            for n in 1 2; do
                "$portbase" check -H 127.0.0.1 -p 1 --no-record -q --log-dir log --log-max-mb 1
                dd if=/dev/zero bs=1M count=2 2>/dev/null >> log/check_ports.log
            done
            "$portbase" check -H 127.0.0.1 -p 1 --no-record -q --log-dir log --log-max-mb 1
            stat -c %a log log/*.log log/*.zip
            """
        #expect(try runner.shell(line).output == "755\n644\n644\n644\n")
    }

    @Test("that cannot be written costs one warning, and never the check")
    func unwritable() throws {
        try "x".write(to: folder, atomically: true, encoding: .utf8)
        let result = try runner.portbase("check", "-H", "127.0.0.1", "-p", "1", "--json", "--log-dir", "log")
        #expect(result.status == 1)
        #expect(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) is [String: Any])
        #expect(result.errors == "portbase: The check was not logged: 'log/check_ports.log': Not a directory.\n")
    }

    @Test(
        "on a full disk stays as it was, and the check goes on",
        .enabled(if: hasMounts, "needs the right to mount a tmpfs"))
    func fullDisk() throws {
        let result = try runner.shell(
            """
            mkdir log; unshare -m sh -c 'mount -t tmpfs -o size=64k none log
            "$portbase" check -H 127.0.0.1 -p 1 --no-record -q --log-dir log
            cp log/check_ports.log before
            dd if=/dev/zero of=log/filler bs=1k count=100 2>/dev/null
            "$portbase" check -H 127.0.0.1 -p 1-900 --no-record -q --log-dir log; echo exit $?
            cmp before log/check_ports.log && echo unchanged'
            """)
        #expect(result.output == "exit 1\nunchanged\n", "\(result)")
        #expect(
            result.errors
                == "portbase: The check was not logged: 'log/check_ports.log': No space left on device.\n")
    }

    @Test(
        "on a disk without room for an archive is kept",
        .enabled(if: hasMounts, "needs the right to mount a tmpfs"))
    func fullDiskAtRotation() throws {
        let result = try runner.shell(
            """
            mkdir log; unshare -m sh -c 'mount -t tmpfs -o size=1200k none log
            dd if=/dev/urandom of=log/check_ports.log bs=1k count=1100 2>/dev/null; cp log/check_ports.log before
            "$portbase" check -H 127.0.0.1 -p 1 --no-record -q --log-dir log --log-max-mb 1; echo exit $?
            cmp before log/check_ports.log && ls log'
            """)
        #expect(result.output == "exit 1\ncheck_ports.log\n", "\(result)")
        #expect(result.errors.contains("log.zip': No space left on device."))
    }
}
