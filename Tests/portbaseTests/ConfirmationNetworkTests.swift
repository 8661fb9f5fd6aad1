import Foundation
import Glibc
import Testing

@Suite("What differs has to differ for a while, on real sockets")
struct ConfirmationNetworkTests {
    private static let hasPacketFilter: Bool = {
        let tried = try? CommandLineRunner().shell("unshare -n sh -c 'ip link set lo up && nft add table ip probe'")
        return tried?.status == 0
    }()
    private static let need: Comment = "needs the right to make network namespaces, ip(8), nft(8) and python3"

    private static let check = ["check", "--name", "x", "--no-perfdata"]

    /// A check of `port` of this machine, which is open, with its baseline.
    private func watched(_ port: UInt16) throws -> CommandLineRunner {
        let runner = try CommandLineRunner()
        #expect(try runner.portbase("check", "-H", "127.0.0.1", "-p", "\(port)", "--name", "x").status == 0)
        #expect(try runner.portbase("baseline", "set", "x", "--reason", "test").status == 0)
        return runner
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = Date()
        try body()
        return Date().timeIntervalSince(start)
    }

    @Test("a service that restarts within 3 s is no drift, and is listed as unstable", arguments: [0.3, 1, 3])
    func restart(pause: Double) throws {
        let port = try LoopbackListener.freePorts(1)[0]
        var listener: LoopbackListener? = try LoopbackListener(port: port)
        let runner = try watched(port)
        listener = nil
        let running = try runner.start(CommandLineRunner.binary.path, Self.check + ["--debug"])
        // The first look has been told: it found the port closed.
        while try Data(contentsOf: running.errors).isEmpty, running.process.isRunning { usleep(1000) }
        usleep(UInt32(pause * 1_000_000))
        listener = try LoopbackListener(port: port)
        let result = try running.finish()
        withExtendedLifetime(listener) {}
        #expect(result.status == 0, "\(result)")
        let lines = result.output.split(separator: "\n").map(String.init)
        try #require(lines.count == 2, "\(result)")
        #expect(lines[0] == "OK - No drift from baseline 1 (run 1): 1 host, 1 port")
        #expect(lines[1].hasPrefix("unstable  127.0.0.1:\(port)  open  "))
    }

    @Test("a service that went away is told after 5 s, and soon where no time is asked for")
    func gone() throws {
        let port = try LoopbackListener.freePorts(1)[0]
        var listener: LoopbackListener? = try LoopbackListener(port: port)
        let runner = try watched(port)
        withExtendedLifetime(listener) {}
        listener = nil
        let time = try seconds {
            let result = try runner.portbase(Self.check)
            #expect(result.status == 2 && result.output.contains("1 closed: closed 127.0.0.1:\(port)"), "\(result)")
        }
        #expect((5..<8).contains(time), "took \(time) s")
        let other = try seconds {
            for more in [["--confirm-for", "0", "--redefine"], ["--deadline", "3", "--confirm-for", "0s"]] {
                let result = try runner.portbase(Self.check + more)
                #expect(result.status == 2, "\(result)")
            }
        }
        #expect(other < 5, "took \(other) s")
    }

    @Test(
        "a time that is none is refused, and another one for a known name, too",
        arguments: [
            ("5x", "Give seconds from 0 to 3600, such as 5s or 0."),
            ("-1", "Give seconds from 0 to 3600, such as 5s or 0."),
            ("3601", "Give seconds from 0 to 3600, such as 5s or 0."), ("s", "Give seconds from 0 to 3600"),
            ("6s", "confirmed for: 5 s → 6 s"),
        ])
    func refused(time: String, message: String) throws {
        let listener = try LoopbackListener()
        let runner = try watched(listener.port)
        let result = try runner.portbase(Self.check + ["--confirm-for=\(time)"])
        #expect(result.status == 3 && result.output.contains(message), "\(result)")
        #expect(try runner.portbase(Self.check + ["--confirm-for", "5.0s"]).status == 0, "the default may be named")
    }

    /// Plays `change` while a port of a namespace of its own, open so far, is checked by `options`: what that prints, and
    /// how long it takes in milliseconds.
    private func namespace(_ change: String, _ options: String = "") throws -> (CommandLineRunner.Result, Int) {
        let runner = try CommandLineRunner()
        for (name, text) in [
            ("listener.py", "import signal, socket\ns = socket.create_server((\"127.0.0.1\", 8080))\nsignal.pause()\n"),
            (
                "go.sh",
                """
                set -e
                ip link set lo up
                python3 listener.py & server=$!
                trap 'kill $server' EXIT
                until "$portbase" check -H 127.0.0.1 -p 8080 --no-record -q; do sleep 0.05; done
                "$portbase" check -H 127.0.0.1 -p 8080 --name x -q
                "$portbase" baseline set x --reason test -q
                filter() { nft add table ip t; nft add chain ip t c '{ type filter hook input priority 0; }'
                    nft add rule ip t c tcp dport 8080 "$@"; }
                \(change)
                begin=$(date +%s%3N)
                "$portbase" check --name x --no-perfdata \(options) || true
                echo took $(($(date +%s%3N) - begin))
                """
            ),
        ] {
            try text.write(to: runner.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        let result = try runner.shell("timeout 60 unshare -n sh go.sh")
        let time = result.output.split(separator: " ").last.flatMap { Int($0.dropLast()) }
        return (result, try #require(time, "\(result)"))
    }

    @Test(
        "a way that is away for 2 s, by an ICMP error or by silence, is no drift", .enabled(if: hasPacketFilter, need),
        arguments: ["reject with icmp type host-unreachable", "reject with tcp reset", "drop"])
    func away(rule: String) throws {
        let (result, _) = try namespace("filter \(rule); (sleep 2; nft delete table ip t) &")
        #expect(result.output.hasPrefix("OK - No drift from baseline 1 (run 1): 1 host, 1 port\n"), "\(result)")
    }

    @Test(
        "a port that falls silent is told within 8 s; a longer deadline has room for all that is asked for",
        .enabled(if: hasPacketFilter, need))
    func silent() throws {
        let (result, time) = try namespace("filter drop")
        #expect(result.output.contains("1 lost: lost 127.0.0.1:8080\n"), "\(result)")
        #expect((6500..<8500).contains(time))
        let (longer, longTime) = try namespace("filter drop; (sleep 8; nft delete table ip t) &", "--deadline 60")
        #expect(longer.output.hasPrefix("OK - No drift"), "\(longer)")
        #expect((8000..<11_000).contains(longTime))
    }

    @Test(
        "one of two backends that refuses is learnt as unstable, and is drift again when both do",
        .enabled(if: hasPacketFilter, need))
    func backends() throws {
        let options = "--confirm 1 --confirm-for 0"
        let (result, _) = try namespace(
            """
            "$portbase" check --name x -q --redefine \(options)
            filter 'tcp flags & (syn | ack) == syn' numgen inc mod 2 0 reject with tcp reset
            again() { code=0; "$portbase" check --name x --no-perfdata \(options) || code=$?; echo "exit $code"; }
            for run in 3 4 5 6; do again; done
            "$portbase" check --name x --json --fail-only \(options) | grep -m 1 -A 7 '"runs"'
            nft flush chain ip t c; nft add rule ip t c tcp dport 8080 reject with tcp reset
            for run in 8 9 10; do again; done
            """, options)
        let none = "OK - No drift from baseline 1 (run 1): 1 host, 1 port"
        func lines(_ runs: Int, _ unstable: Int, new: Bool = false) -> String {
            let text = "open in \(runs) of the last \(runs) runs, unstable in \(unstable)"
            return "\(none); \(new ? "newly " : "")unstable: 127.0.0.1:8080 (\(text))\n"
                + "unstable  127.0.0.1:8080  open  1 of 2 looks differed; \(new ? "new: " : "")\(text)\nexit 0\n"
        }
        let once = "\(none)\nunstable  127.0.0.1:8080  open  1 of 2 looks differed\nexit 0\n"
        func gone(_ closed: Int) -> String {
            let text = "open in 7 of the last \(7 + closed) runs, closed in \(closed), unstable in 5"
            return "\(none); unstable: 127.0.0.1:8080 (\(text))\n"
                + "unstable  127.0.0.1:8080  closed  \(text)\nexit 0\n"
        }
        let json = """
                      "runs" : {
                        "closed" : 0,
                        "count" : 7,
                        "filtered" : 0,
                        "new" : false,
                        "open" : 7,
                        "unstable" : 5
                      }

            """
        let output = result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
            .joined(separator: "\n")
        let expected =
            (once + once + lines(5, 3, new: true) + lines(6, 4) + json + gone(1) + gone(2)).split(separator: "\n")
            .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: "\n")
        #expect(output.hasPrefix(expected), "\(output)")
        #expect(
            output.contains("CRITICAL - Drift from baseline 1 (run 1): 1 closed: closed 127.0.0.1:8080\n"), "\(output)")
    }
}
