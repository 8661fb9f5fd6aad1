import Foundation
import Testing

@Suite("Names are what a real name server says, family by family")
struct NameServerTests {
    private static let hasNamespaces: Bool = {
        let tried = try? CommandLineRunner().shell(
            "unshare -n -m sh -c 'ip link set lo up && mount --bind /etc/hosts /etc/hosts && python3 -c 1'")
        return tried?.status == 0
    }()
    private static let need: Comment = "needs the right to make mount and network namespaces, ip(8) and python3"

    /// A name server on 127.0.0.1, and a service on port 8080 of 127.0.0.1 alone. For each query it reads the file
    /// `zone`: lines of a name, a type and an address, `none`, `servfail` or `silence`. What has no line exists nowhere.
    private static let server = """
        import ipaddress, socket, struct, threading
        service = socket.create_server(("127.0.0.1", 8080))
        threading.Thread(target=lambda: [service.accept()[0].close() for _ in iter(int, 1)], daemon=True).start()
        server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        server.bind(("127.0.0.1", 53))
        open("ready", "w").close()
        while True:
            query, client = server.recvfrom(512)
            labels, place = [], 12
            while query[place]:
                labels.append(query[place + 1:place + 1 + query[place]].decode())
                place += 1 + query[place]
            kind = {1: "A", 28: "AAAA"}.get(struct.unpack("!H", query[place + 1:place + 3])[0])
            zone = [line.split() for line in open("zone")]
            words = [line[2] for line in zone if line[:2] == [".".join(labels), kind]]
            if words == ["silence"]:
                continue
            code = 2 if words == ["servfail"] else 0 if words else 3
            found = [ipaddress.ip_address(word) for word in words if word not in ("none", "servfail")]
            answer = query[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(found), 0, 0) + query[12:place + 5]
            for address in found:
                answer += struct.pack("!HHHIH", 0xc00c, 1 if address.version == 4 else 28, 1, 0, len(address.packed))
                answer += address.packed
            server.sendto(answer, client)
        """

    /// Runs `script` beside that server, in namespaces of its own. `zone LINES…` changes what the server says.
    private func play(_ script: String, hosts: String = "") throws -> CommandLineRunner.Result {
        let runner = try CommandLineRunner()
        runner.environment["RES_OPTIONS"] = "timeout:1 attempts:1"
        for (name, text) in [
            ("server.py", Self.server), ("hosts", hosts + "\n"), ("nsswitch", "hosts: files dns\n"),
            ("resolv", "nameserver 127.0.0.1\n"), ("zone", ""),
            (
                "go.sh",
                """
                set -e
                ip link set lo up
                for file in hosts nsswitch.conf resolv.conf; do mount --bind ${file%.conf} /etc/$file; done
                python3 server.py & server=$!
                trap 'kill $server' EXIT
                until [ -e ready ]; do sleep 0.05; done
                zone() { printf '%s\\n' "$@" > zone.new; mv zone.new zone; }
                first() { "$portbase" check -H web01.example -p 8080 --name x --no-perfdata
                    "$portbase" baseline set x --reason test -q; }
                again() { code=0; "$portbase" check --name x --no-perfdata "$@" 2>&1 || code=$?; echo "exit $code"; }
                \(script)
                """
            ),
        ] {
            try text.write(to: runner.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        return try runner.shell("timeout 60 unshare -n -m sh go.sh")
    }

    private static let both = "zone 'web01.example A 127.0.0.1' 'web01.example AAAA ::1'\n"

    @Test(
        "no answer to A while AAAA is answered is UNKNOWN, and nothing is recorded",
        .enabled(if: hasNamespaces, need), arguments: ["servfail", "silence"])
    func noAnswer(what: String) throws {
        let result = try play(
            Self.both + """
                first
                zone 'web01.example A \(what)' 'web01.example AAAA ::1'
                again
                "$portbase" runs x --csv | wc -l
                """)
        #expect(
            result.output == """
                OK - Port 8080 is open
                UNKNOWN - Cannot resolve 'web01.example' now: IPv4: Temporary failure in name resolution. Nothing was \
                probed; check the name servers and run again.
                exit 3
                2

                """, "\(result)")
    }

    @Test(
        "no answer to AAAA costs nothing where A is answered, and is UNKNOWN where there is no A",
        .enabled(if: hasNamespaces, need))
    func noAnswerOfIPv6() throws {
        let result = try play(
            """
            zone 'web01.example A 127.0.0.1' 'web01.example AAAA silence'
            first
            begin=$(date +%s%3N); again; [ $(($(date +%s%3N) - begin)) -lt 900 ] && echo soon
            zone 'web01.example A none' 'web01.example AAAA servfail'
            again
            """)
        #expect(
            result.output.hasPrefix(
                "OK - Port 8080 is open\nOK - No drift from baseline 1 (run 1): 1 host, 1 port\nexit 0\nsoon\nUNKNOWN - "
                    + "Cannot resolve 'web01.example' now: IPv6: Temporary failure in name resolution."), "\(result)")
    }

    @Test(
        "a name that leads nowhere, or to the other family only, for a second is no drift",
        .enabled(if: hasNamespaces, need),
        arguments: ["", "'web01.example A none' 'web01.example AAAA ::1'", "'web01.example A none'"])
    func forASecond(zone: String) throws {
        let result = try play(
            Self.both + """
                first
                zone \(zone)
                (sleep 1; \(Self.both)) &
                again
                "$portbase" show x --canonical | grep address
                """)
        #expect(result.output.hasPrefix("OK - Port 8080 is open\nportbase: "), "\(result)")
        #expect(result.output.contains("did not lead to 127.0.0.1, which was probed.\n"))
        #expect(result.output.contains("\nOK - No drift from baseline 1 (run 1): 1 host, 1 port\n"))
        #expect(result.output.hasSuffix("exit 0\naddress 127.0.0.1\n"))
    }

    @Test(
        "a name that leads nowhere any more, or to the other family, is told after 5 s",
        .enabled(if: hasNamespaces, need),
        arguments: [
            ("", "1 lost: lost web01.example:8080", "127.0.0.1 → none"),
            (
                "'web01.example A none' 'web01.example AAAA ::1'", "1 closed: closed web01.example:8080",
                "127.0.0.1 → ::1"
            ),
        ])
    func forGood(zone: String, drift: String, address: String) throws {
        let result = try play(
            Self.both + """
                first
                zone \(zone)
                begin=$(date +%s%3N); again; took=$(($(date +%s%3N) - begin))
                [ $took -ge 5000 ] && [ $took -lt 8500 ] && echo in time
                """)
        #expect(result.output.contains(drift) && result.output.contains("  \(address)\n"), "\(result)")
        #expect(result.output.hasSuffix("exit 2\nin time\n"))
    }

    @Test(
        "a name in the file of hosts needs no name server, whichever family it has there",
        .enabled(if: hasNamespaces, need), arguments: ["127.0.0.1", "::1"])
    func hostsFile(address: String) throws {
        let result = try play(
            """
            zone 'web01.example A silence' 'web01.example AAAA silence'
            begin=$(date +%s%3N)
            "$portbase" check -H Web01.example -p 8080 --name x --no-perfdata -q || true
            [ $(($(date +%s%3N) - begin)) -lt 900 ] && echo soon
            "$portbase" show x --canonical | grep address
            """, hosts: "\(address) web01.example web01")
        #expect(result.output == "soon\naddress \(address)\n", "\(result)")
    }
}
