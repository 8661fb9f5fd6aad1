import Foundation
import Testing

@testable import PortCore
@testable import portbase

@Suite("portbase keeps to the conventions of its surroundings")
struct EnvironmentTests {
    @Test("the database is --db, else PORTBASE_DB, else in the XDG data folder, else under the home")
    func databasePlace() throws {
        let runner = try CommandLineRunner()
        func files() -> Set<String> {
            let all = FileManager.default.enumerator(atPath: runner.folder.path)?.compactMap { $0 as? String } ?? []
            return Set(all.filter { $0.hasSuffix(".db") })
        }
        let check = ["check", "-H", "127.0.0.1", "-p", "1", "-q"]
        _ = try runner.portbase(check)
        #expect(files() == [".local/share/portbase/portbase.db"])
        runner.environment["XDG_DATA_HOME"] = "relative"
        _ = try runner.portbase(check)
        #expect(files().count == 1, "a relative XDG_DATA_HOME is ignored")
        runner.environment["XDG_DATA_HOME"] = runner.folder.path + "/data"
        _ = try runner.portbase(check)
        #expect(files().contains("data/portbase/portbase.db"))
        runner.environment["PORTBASE_DB"] = runner.folder.path + "/env.db"
        _ = try runner.portbase(check)
        _ = try runner.portbase(check + ["--db", "flag.db"])
        #expect(files().isSuperset(of: ["env.db", "flag.db"]) && files().count == 4)
    }

    @Test("the database is readable by its owner only")
    func databaseMode() throws {
        let runner = try CommandLineRunner()
        _ = try runner.portbase("check", "-H", "127.0.0.1", "-p", "1", "-q")
        func mode(_ url: URL) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: url.path)[.posixPermissions] as? Int)
        }
        #expect(try mode(runner.database) == 0o600)
        #expect(try mode(runner.database.deletingLastPathComponent()) == 0o700)
    }

    @Test("a pipe gets no colour; --color always wins over NO_COLOR")
    func color() throws {
        let runner = try CommandLineRunner()
        let check = ["check", "-H", "127.0.0.1", "-p", "1", "--no-record"]
        #expect(try !runner.portbase(check).output.contains("\u{1B}"))
        runner.environment["NO_COLOR"] = "1"
        #expect(try runner.portbase(check + ["--color", "always"]).output.contains("\u{1B}[33mWARNING\u{1B}[0m"))
    }

    @Test(
        "a name that exists nowhere is a result, a resolver that cannot say is UNKNOWN",
        .enabled(if: geteuid() == 0, "needs the right to mount another nsswitch.conf"))
    func names() throws {
        let runner = try CommandLineRunner()
        let result = try runner.shell(
            """
            echo 'hosts: files' > nsswitch; unshare -m sh -c '
            mount --bind nsswitch /etc/nsswitch.conf
            "$portbase" check -H no-such-host.example -p 1 --name n --no-perfdata
            "$portbase" show n --canonical
            "$portbase" show n --json | grep reason'
            echo 'hosts: dns' > nsswitch; echo 'nameserver 127.0.0.77' > resolv; unshare -m -n sh -c '
            ip link set lo up
            mount --bind nsswitch /etc/nsswitch.conf; mount --bind resolv /etc/resolv.conf
            RES_OPTIONS="timeout:1 attempts:1" "$portbase" check -H no-such-host.example -p 1 --name n; echo $?
            "$portbase" runs n --json | grep -c started_at'
            """)
        #expect(
            result.output.hasPrefix(
                """
                CRITICAL - Port 1 is unreachable
                portbase-snapshot 1
                scope 1 1
                host no-such-host.example scope 1
                address -
                filtered *
                          "reason" : "name-unresolved",

                """), "\(result)")
        #expect(result.output.contains("UNKNOWN - Cannot resolve 'no-such-host.example' now: "), "\(result)")
        #expect(result.output.hasSuffix("3\n1\n"), "\(result)")
    }

    @Test("progress counts hosts, ports, rate and time left")
    func progress() {
        let progress = ProbeProgress(hostsDone: 12, hosts: 256, endpointsDone: 3400, endpoints: 65535)
        #expect(
            ProgressLine.text(progress, elapsedMilliseconds: 2000)
                == "12/256 hosts · 3,400/65,535 ports · 1,700/s · 0:36 left")
        let none = ProbeProgress(hostsDone: 0, hosts: 1, endpointsDone: 0, endpoints: 10)
        #expect(ProgressLine.text(none, elapsedMilliseconds: 2000).hasSuffix("0/s · time left unknown"))
    }

    @Test(
        "nmap finds the same open ports",
        .enabled(if: (try? CommandLineRunner().shell("command -v nmap").status) == 0, "nmap is not installed"))
    func agreesWithNmap() throws {
        let runner = try CommandLineRunner()
        let listeners = try (0..<6).map { _ in try LoopbackListener() }
        let ports = listeners.map(\.port).sorted()
        let list = ports.map { "\($0),\($0 - 1)" }.joined(separator: ",")
        let nmap = try runner.shell("nmap -sT -Pn -n -oG - -p \(list) 127.0.0.1 | grep -o '[0-9]*/open' | cut -d/ -f1")
        let show = try runner.shell(
            "\"$portbase\" check -H 127.0.0.1 -p \(list) --json | "
                + "python3 -c 'import json, sys; [print(p) for p in json.load(sys.stdin)[\"open_ports\"]]'")
        #expect(show.output == nmap.output)
        #expect(Set(ports.map(String.init)).isSubset(of: Set(show.output.split(separator: "\n").map(String.init))))
    }
}
