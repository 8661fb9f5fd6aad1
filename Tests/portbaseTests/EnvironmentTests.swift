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
        func text(_ done: Int, of endpoints: Int, bound: Int?) -> String {
            ProgressLine.text(
                ProbeProgress(hostsDone: 12, hosts: 4096, endpointsDone: done, endpoints: endpoints, bound: bound),
                elapsedMilliseconds: 2000)
        }
        #expect(
            text(3400, of: 65535, bound: nil) == "12/4,096 hosts · 3,400/65,535 ports · 1,700/s · 0:36 left")
        #expect(text(3400, of: 65535, bound: 90_000).hasSuffix("1,700/s · 0:36 left"))
        #expect(text(0, of: 10, bound: nil).hasSuffix("0/s · time left unknown"))
        #expect(text(0, of: 10, bound: 1999).hasSuffix("0/s · time left unknown"), "what was bound to end did not")
        #expect(text(0, of: 10, bound: 5300).hasSuffix("0/s · at most 0:04 left"))
        #expect(text(4, of: 1000, bound: 5300).hasSuffix("2/s · at most 0:04 left"), "the rest is silent")
    }

    @Test(
        "progress on a silent host tells how long that can take, and holds to it",
        .enabled(if: geteuid() == 0, "needs the right to make network namespaces"))
    func silentProgress() throws {
        let runner = try CommandLineRunner()
        let result = try runner.shell(
            """
            cat > inner <<'END'
            ip link set lo up
            nft add table inet t && nft add chain inet t o '{ type filter hook output priority 0; }'
            nft add rule inet t o ip daddr 127.0.0.9 drop
            "$portbase" check -H 127.0.0.9 -p 1-300 -t 3 --parallelism 100 --no-record
            END
            unshare -n script -qec 'sh inner' /dev/null
            """)
        let bounds = result.output.matches(of: /at most 0:([0-9]{2}) left/).compactMap { Int($0.1) }
        #expect(bounds.first == 9, "three windows of 3 s, and what it takes to open them: \(result)")
        #expect(bounds == bounds.sorted(by: >) && bounds.count > 5)
        #expect(!result.output.contains("time left unknown"))
    }

    @Test("JSON has one form of an empty list, whatever texts stand in it")
    func emptyLists() throws {
        struct Texts: Encodable {
            var texts = ["[  ]", "{", "}", "[", "]", "[\n\n]"]
            var none: [String] = []
            var nothing: [String: Int] = [:]
        }
        let json = try JSONOutput.text(Texts())
        #expect(json.contains("\"none\" : []") && json.contains("\"nothing\" : {}"), "\(json)")
        let read = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        #expect(read?["texts"] as? [String] == Texts().texts)
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
