import Foundation
import Glibc
import Testing

/// A real server on a loopback port, stopped with the object.
///
/// Not a `Process`: those tell an end by a descriptor that a server started at the same time would inherit and hold.
private final class RealServer {
    let port: UInt16
    private var process: pid_t = 0

    /// Starts `program`, found on the path or among the daemons, with the arguments that `arguments` makes of its
    /// port, and waits until it accepts connections.
    ///
    /// - Parameter port: `nil` for a free one.
    init(
        _ program: String, in folder: URL, port: UInt16? = nil, _ arguments: (UInt16) throws -> [String]
    ) throws {
        let port = try port ?? LoopbackListener.freePorts(1)[0]
        self.port = port
        let path = try #require(Self.find(program), "asked before")
        let log = folder.appendingPathComponent("log").path
        try #require(start([path] + arguments(port), log: log) == 0)
        for _ in 0..<200 {
            if LoopbackListener.accepts(port) { return }
            usleep(50_000)
        }
        Issue.record("\(program) did not start: \(try String(contentsOfFile: log, encoding: .utf8))")
    }

    deinit {
        kill(process, SIGTERM)
        waitpid(process, nil, 0)
    }

    /// Starts a process that has none of this one's descriptors and blocks no signal. Returns the error number.
    private func start(_ arguments: [String], log: String) -> Int32 {
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO)
        // glibc passes over those that are not open.
        for descriptor in (STDERR_FILENO + 1)..<1024 { posix_spawn_file_actions_addclose(&files, descriptor) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        defer {
            posix_spawn_file_actions_destroy(&files)
            posix_spawnattr_destroy(&attributes)
        }
        var words = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        return posix_spawn(&process, arguments[0], &files, &attributes, &words, environ)
    }

    static func find(_ program: String) -> String? {
        let path = ProcessInfo.processInfo.environment["PATH", default: ""].split(separator: ":").map(String.init)
        return (path + ["/usr/sbin", "/usr/bin"]).map { "\($0)/\(program)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    static func isInstalled(_ program: String) -> Bool { find(program) != nil }
}

@Suite("Banners of real servers")
struct BannerServerTests {
    private let runner: CommandLineRunner

    init() throws {
        runner = try CommandLineRunner()
    }

    /// The banner of `server` when its port is asked by the name `service`, as `show` tells it: protocol and text.
    private func banner(of server: RealServer, _ service: String) throws -> String {
        try "\(service) \(server.port)/tcp\n".write(
            to: runner.folder.appendingPathComponent("services"), atomically: true, encoding: .utf8)
        let check = try runner.portbase(
            "check", "-H", "127.0.0.1", "-s", service, "--services-file", "services", "--banner", "--name", "x",
            "--redefine")
        #expect(check.status == 0, "\(check)")
        let lines = try runner.portbase("show", "x").output.split(separator: "\n")
        let line = try #require(lines.last { $0.hasPrefix("127.0.0.1:\(server.port)") }, "\(lines)")
        return line.split(separator: " ").dropFirst().joined(separator: " ")
    }

    private func version(_ line: String) throws -> String {
        try runner.shell(line).output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private func nginx(_ directives: String, port: UInt16? = nil) throws -> RealServer {
        try RealServer("nginx", in: runner.folder, port: port) { port in
            let folder = runner.folder.path
            let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(folder)/t;" }
            try """
            daemon off; master_process off; pid \(folder)/pid; error_log stderr;
            events {}
            http { access_log off; \(temporary.joined(separator: " ")) \(directives)
                server { listen 127.0.0.1:\(port); location / { return 404; } } }
            """.write(to: runner.folder.appendingPathComponent("nginx.conf"), atomically: true, encoding: .utf8)
            return ["-e", "stderr", "-c", "\(folder)/nginx.conf"]
        }
    }

    @Test(
        "sshd's is its version string",
        .enabled(if: RealServer.isInstalled("sshd"), "sshd is missing: apt-get install openssh-server"))
    func ssh() throws {
        // Where its unprivileged process is confined; Debian's unit makes it before sshd starts.
        if geteuid() == 0 { mkdir("/run/sshd", 0o755) }
        let key = runner.folder.path + "/key"
        #expect(try runner.shell("ssh-keygen -q -t ed25519 -N '' -f \(key)").status == 0)
        let server = try RealServer("sshd", in: runner.folder) { port in
            ["-D", "-e", "-f", "/dev/null", "-h", key, "-p", "\(port)"]
                + ["ListenAddress=127.0.0.1", "PidFile=none"].flatMap { ["-o", $0] }
        }
        let banner = try banner(of: server, "ssh")
        #expect(banner.hasPrefix("ssh SSH-2.0-OpenSSH_"))
        #expect(try version("ssh -V 2>&1").hasPrefix(banner.dropFirst("ssh SSH-2.0-".count).prefix(13)))
    }

    @Test(
        "nginx's is the status line and the server header, and diff tells when it changes",
        .enabled(if: RealServer.isInstalled("nginx"), "nginx is missing: apt-get install nginx-light"))
    func http() throws {
        let name = try version("PATH=$PATH:/usr/sbin nginx -v 2>&1 | sed 's/.*: //'")
        var server: RealServer? = try nginx("")
        let before = try banner(of: #require(server), "http")
        #expect(before == "http HTTP/1.1 404 Not Found Server: \(name)")
        let port = try #require(server?.port)
        server = nil
        server = try nginx("server_tokens off;", port: port)
        #expect(try banner(of: #require(server), "http") == "http HTTP/1.1 404 Not Found Server: nginx")
        let diff = try runner.portbase("diff", "x~1", "x", "--banners")
        #expect(diff.status == 0 && diff.output.hasSuffix("Banners: 1 changed.\n"), "\(diff)")
    }

    @Test(
        "redis's is its version, or that it wants a password",
        .enabled(if: RealServer.isInstalled("redis-server"), "redis-server is missing: apt-get install redis-server"),
        arguments: [false, true])
    func redis(needsPassword: Bool) throws {
        let server = try RealServer("redis-server", in: runner.folder) { port in
            ["--port", "\(port)", "--bind", "127.0.0.1", "--save", "", "--dir", runner.folder.path]
                + (needsPassword ? ["--requirepass", "secret"] : [])
        }
        let version = try version("redis-server --version | sed 's/.* v=\\([^ ]*\\) .*/\\1/'")
        #expect(
            try banner(of: server, "redis")
                == (needsPassword ? "redis -NOAUTH Authentication required." : "redis redis_version:\(version)"))
    }

    @Test(
        "a mail server's is its greeting",
        .enabled(if: RealServer.isInstalled("aiosmtpd"), "aiosmtpd is missing: apt-get install python3-aiosmtpd"))
    func smtp() throws {
        let server = try RealServer("aiosmtpd", in: runner.folder) { ["-n", "-l", "127.0.0.1:\($0)"] }
        let banner = try banner(of: server, "smtp")
        #expect(banner.hasPrefix("smtp 220 ") && banner.contains("Python SMTP"), "\(banner)")
    }

    @Test(
        "a server that is asked as something else is heard all the same",
        .enabled(if: RealServer.isInstalled("nginx"), "nginx is missing: apt-get install nginx-light"))
    func otherName() throws {
        let server = try nginx("")
        #expect(try banner(of: server, "redis") == "generic HTTP/1.1 400 Bad Request")
    }
}
