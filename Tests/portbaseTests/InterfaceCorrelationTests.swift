import Foundation
import Testing

@Suite("A real interface that goes down is named as the cause")
struct InterfaceCorrelationTests {
    /// A host of its own at 10.77.0.2, behind a veth pair that begins here as p0 and ends there as p1.
    private static let network = """
        ip link set lo up
        unshare -n sleep 20 > /dev/null 2>&1 & there=$!
        on() { nsenter -t $there -n "$@"; }
        here=$(readlink /proc/self/ns/net)
        until there_is=$(readlink /proc/$there/ns/net) && [ "$there_is" != "$here" ]; do sleep 0.02; done
        ip link add p0 type veth peer name p1 netns $there
        ip addr add 10.77.0.1/24 dev p0
        ip link set p0 up
        on ip addr add 10.77.0.2/24 dev p1
        on ip link set lo up
        on ip link set p1 up
        until on ip link show p1 | grep -q 'state UP'; do sleep 0.05; done

        """

    private static let hasNamespaces: Bool = {
        guard let runner = try? CommandLineRunner() else { return false }
        runner.environment["network"] = network + "kill $there"
        let tried = try? runner.shell("timeout 9 unshare -n sh -ec \"$network\"")
        return tried?.status == 0
    }()

    /// Prints what check_interfaces.py -j does, from what the kernel says now.
    private static let report = """
        import json, subprocess
        links = json.loads(subprocess.check_output(["ip", "-j", "-s", "addr"]))
        def addresses(link, family):
            return [{"address": a["local"], "netmask": None, "broadcast": a.get("broadcast")}
                    for a in link["addr_info"] if a["family"] == family]
        interfaces = {link["ifname"]: {
            "name": link["ifname"], "mac": link["address"], "ipv4": addresses(link, "inet"),
            "ipv6": addresses(link, "inet6"), "mtu": link["mtu"], "speed": None, "duplex": "unknown",
            "admin_up": True, "oper_up": "LOWER_UP" in link["flags"],
            "counters": {"in_octets": link["stats64"]["rx"]["bytes"]}, "flags": ["UP"], "ifType": None,
        } for link in links}
        failures = [name for name in interfaces if not interfaces[name]["oper_up"]]
        print(json.dumps({
            "interfaces": interfaces, "meta": {"host": "localhost", "ip": "127.0.0.1", "mode": "local"},
            "status": {"state": "CRITICAL" if failures else "OK", "failures": failures, "results": {}},
        }))
        """

    private static let listener = """
        import signal, socket
        listener = socket.create_server(("10.77.0.2", 8080))
        open("ready", "w").close()
        signal.pause()
        """

    /// Plays `change` on the host after a baseline, and correlates the run that follows.
    private func session(_ change: String) throws -> CommandLineRunner.Result {
        let runner = try CommandLineRunner()
        for (name, text) in [
            ("report.py", Self.report), ("listener.py", Self.listener),
            (
                "go.sh",
                """
                set -e
                \(Self.network)
                nsenter -t $there -n python3 listener.py & server=$!
                trap 'kill $server $there' EXIT
                until [ -e ready ]; do sleep 0.05; done
                "$portbase" check -H 10.77.0.2 -p 8080 -t 1 --name veth > log
                "$portbase" baseline set veth --reason test >> log
                on python3 report.py > before.json
                "$portbase" correlate veth --interfaces before.json >> log
                \(change)
                "$portbase" check --name veth >> log || true
                on python3 report.py > after.json
                "$portbase" correlate veth --interfaces after.json
                """
            ),
        ] {
            try text.write(to: runner.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        return try runner.shell("timeout 20 unshare -n sh go.sh")
    }

    @Test(
        "the interface was up, and is down",
        .enabled(if: hasNamespaces, "needs the right to make network namespaces, and ip(8)"))
    func down() throws {
        let result = try session("on ip link set p1 down")
        #expect(result.status == 0, "\(result)")
        #expect(
            result.output.contains(
                /lost  10\.77\.0\.2:8080  with its interface  p1 of localhost \(10\.77\.0\.2\) down since between \S+Z and \S+Z\n/
            ), "\(result)")
        #expect(result.output.contains("1 port closed or lost: 1 with its interface.\n"), "\(result)")
    }

    @Test(
        "the address was taken from the interface",
        .enabled(if: hasNamespaces, "needs the right to make network namespaces, and ip(8)"))
    func addressGone() throws {
        let result = try session("on ip addr del 10.77.0.2/24 dev p1")
        #expect(
            result.output.contains(
                /10\.77\.0\.2:8080  with its interface  10\.77\.0\.2 gone from p1 of localhost since between \S+Z and \S+Z\n/
            ), "\(result)")
    }

    @Test(
        "a service that stopped has no such cause",
        .enabled(if: hasNamespaces, "needs the right to make network namespaces, and ip(8)"))
    func serviceStopped() throws {
        let result = try session("kill $server; trap 'kill $there' EXIT; sleep 0.2")
        #expect(
            result.output.contains(
                /closed  10\.77\.0\.2:8080  no such cause  p1 of localhost \(10\.77\.0\.2\) up as read at \S+Z\n/),
            "\(result)")
    }
}
