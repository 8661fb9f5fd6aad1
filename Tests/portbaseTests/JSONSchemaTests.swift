import Foundation
import Testing

@Suite("JSON outputs keep to their schemas")
struct JSONSchemaTests {
    private static let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../docs/schemas").standardizedFileURL

    private static let hasValidator: Bool = {
        let found = try? CommandLineRunner().shell("python3 -c 'import jsonschema'")
        return found?.status == 0
    }()

    /// A check with a service, a second run that drifted, and a baseline in between.
    private func recorded() throws -> (CommandLineRunner, [UInt16]) {
        let runner = try CommandLineRunner()
        let free = try LoopbackListener.freePorts(3)
        try "ssh \(free[0])/tcp\n".write(
            to: runner.folder.appendingPathComponent("services"), atomically: true, encoding: .utf8)
        let listener = try LoopbackListener(port: free[0])
        let first = try runner.portbase(
            "check", "-H", "127.0.0.1", "-s", "ssh", "-p", "\(free[1]),\(free[2])", "--services-file", "services",
            "--name", "web", "--confirm-for", "0")
        #expect(first.status == 1, "\(first)")
        withExtendedLifetime(listener) {}
        #expect(try runner.portbase("baseline", "set", "web", "--reason", "test", "--ticket", "T-1").status == 0)
        return (runner, free)
    }

    @Test(
        "every output is valid", .enabled(if: hasValidator, "python3 with jsonschema is not installed"),
        arguments: [
            ("check", 2, ["check", "--name", "web", "--json"]),
            ("check", 1, ["check", "--name", "web", "--json", "--baseline", "none"]),
            ("check", 1, ["check", "-H", "127.0.0.1-3", "-p", "1", "--json", "--no-record"]),
            ("check", 2, ["check", "-H", "127.0.0.1", "-p", "1", "--json", "--fail-only", "--require-all"]),
            ("check", 3, ["check", "-H", "no such host", "-p", "1", "--json"]),
            ("check", 3, ["check", "--json", "--bogus"]), ("check", 3, ["check", "-jt", "0"]),
            ("check", 3, ["check", "-p", "no-service", "--explain-ports", "--json"]),
            ("error", 2, ["runs", "--json", "--limit", "0"]), ("error", 2, ["runs", "--json", "--bogus"]),
            ("error", 2, ["nosuch", "--json"]), ("error", 2, ["baseline", "nosuch", "--json"]),
            ("error", 2, ["baseline", "set", "--json"]), ("error", 1, ["show", "nosuch", "--json"]),
            ("error", 2, ["diff", "nosuch", "--json"]), ("error", 2, ["verify", "-j", "--head", "x"]),
            ("explain-ports", 0, ["check", "-p", "22,1-9,5,-", "-s", "ssh", "--explain-ports", "--json"]),
            ("diff", 1, ["diff", "web", "--json"]),
            ("diff", 1, ["diff", "web", "--json", "--banners"]),
            ("runs", 0, ["runs", "--json"]), ("runs", 0, ["runs", "web", "--limit", "1", "--json"]),
            ("show", 0, ["show", "web", "--json"]),
            ("baseline", 0, ["baseline", "list", "--json"]),
            ("baseline", 0, ["baseline", "history", "web", "--json"]),
            ("baseline", 0, ["baseline", "show", "web", "--json"]),
            ("baseline", 0, ["baseline", "set", "web~1", "--reason", "again", "--by", "me", "--json"]),
            ("baseline", 0, ["baseline", "accept", "web", "--reason", "all", "--json"]),
            ("history", 0, ["history", "127.0.0.1", "--json"]),
            ("history", 3, ["history", "10.0.0.1:22", "--json"]),
            ("query", 0, ["query", "--json"]),
            ("query", 3, ["query", "--at", "2001-01-01", "--json"]),
            ("query", 0, ["query", "--between", "30d", "2999-01-01", "--json"]),
            ("query", 0, ["query", "--closed", "--json"]),
            ("query", 0, ["query", "--ticket", "T-1", "--json"]),
            ("query", 1, ["query", "--state", "filtered", "--json"]),
            ("first-seen", 0, ["first-seen", "--json"]),
            ("first-seen", 3, ["first-seen", "-H", "nobody", "--json"]),
            ("timeline", 0, ["timeline", "web", "--json"]),
            ("head", 0, ["head", "--json"]),
            ("verify", 0, ["verify", "--json"]),
            ("verify", 1, ["verify", "--json", "--head", String(repeating: "0", count: 64)]),
            ("prune", 0, ["prune", "--keep", "0d", "--dry-run", "--json"]),
            ("prune", 0, ["prune", "--keep", "0d", "--check", "web", "--json"]),
            ("backup", 0, ["backup", "copy.db", "--json"]),
            ("export", 0, ["export", "web", "web.bundle", "--json"]),
            ("verify", 0, ["verify", "--bundle", "made.bundle", "--json"]),
            ("import-bundle", 0, ["import-bundle", "made.bundle", "--as", "there", "--json"]),
            ("correlate", 0, ["correlate", "web", "--json"]),
            ("correlate", 0, ["correlate", "web", "--json", "--interfaces", "interfaces"]),
            ("correlate", 0, ["correlate", "--since", "2999-01-01", "--json"]),
        ])
    func outputIsValid(_ schema: String, _ status: Int32, _ arguments: [String]) throws {
        let (runner, _) = try recorded()
        _ = try runner.portbase("check", "--name", "web")
        try #"{"meta": {"ip": "127.0.0.1", "mode": "local"}, "interfaces": {"lo": {"ipv4": ["127.0.0.1"]}}}"#.write(
            to: runner.folder.appendingPathComponent("interfaces"), atomically: true, encoding: .utf8)
        _ = try runner.portbase("export", "web", "made.bundle")
        let result = try runner.portbase(arguments)
        #expect(result.status == status, "\(result)")
        try expectValid(result, schema, runner)
    }

    @Test(
        "a mistake is told once, in JSON on standard output, with the exit code of the command",
        arguments: ["-j", "--js"])
    func mistakes(option: String) throws {
        let runner = try CommandLineRunner()
        for (arguments, status) in [
            (["check", "-P", "22"], Int32(3)), (["runs", "--limit", "x"], 2), (["diff", "a"], 2),
        ] {
            let result = try runner.portbase(arguments + [option])
            #expect(result.status == status && result.errors.isEmpty, "\(result)")
            let error = try object(result.output)
            #expect(error["exit_status"] as? Int32 == status && error["message"] is String)
        }
    }

    private func expectValid(_ result: CommandLineRunner.Result, _ schema: String, _ runner: CommandLineRunner) throws {
        let validation = try runner.run(
            "/usr/bin/env",
            [
                "python3", "-c",
                "import json, sys, jsonschema; jsonschema.validate(json.load(sys.stdin), json.load(open(sys.argv[1])))",
                Self.schemas.appendingPathComponent("\(schema).schema.json").path,
            ], input: result.output)
        #expect(validation.status == 0, "\(validation.errors.suffix(600))\n\(result.output)")
    }

    @Test(
        "outputs with banners are valid, and tell them by port",
        .enabled(if: hasValidator, "python3 with jsonschema is not installed"))
    func banners() throws {
        let runner = try CommandLineRunner()
        let free = try LoopbackListener.freePorts(2)
        var listeners = try free.map { try LoopbackListener(port: $0, greeting: "hello \u{1B}[2J") }
        let check = [
            "check", "-H", "127.0.0.1-2", "-p", "\(free[0]),\(free[1])", "--name", "x", "--banner", "--json",
            "--confirm-for", "0",
        ]
        let first = try runner.portbase(check)
        let hello = ["protocol": "generic", "text": "hello \\u{1b}[2J"]
        try expectValid(first, "check", runner)
        let hosts = try #require(try object(first.output)["hosts"] as? [[String: Any]])
        let results = try #require(hosts[0]["results"] as? [[String: Any]])
        #expect(results.map { $0["banner"] as? [String: String] } == [hello, hello])
        listeners = []
        listeners.append(try LoopbackListener(port: free[1], greeting: "welcome"))
        _ = try runner.portbase(check)
        let show = try runner.portbase("show", "x", "--json")
        try expectValid(show, "show", runner)
        #expect((try object(show.output)["run"] as? [String: Any])?["banners_read"] as? Bool == true)
        let diff = try runner.portbase("diff", "x~1", "x", "--banners", "--json")
        try expectValid(diff, "diff", runner)
        let changes = try #require(try object(diff.output)["banners"] as? [[String: Any]])
        #expect(changes.map { $0["port"] as? UInt16 } == free)
        #expect(changes.map { $0["from"] as? [String: String] } == [hello, hello])
        #expect(changes[0]["to"] is NSNull)
        #expect(changes[1]["to"] as? [String: String] == ["protocol": "generic", "text": "welcome"])
    }

    @Test(
        "outputs about a derived baseline are valid, and say that no run found it",
        .enabled(if: hasValidator, "python3 with jsonschema is not installed"))
    func derivedBaseline() throws {
        let runner = try CommandLineRunner()
        let free = try LoopbackListener.freePorts(2)
        var listeners = try free.map { try LoopbackListener(port: $0) }
        _ = try runner.portbase(
            "check", "-H", "127.0.0.1", "-p", "\(free[0]),\(free[1])", "--name", "web", "--confirm-for", "0")
        _ = try runner.portbase("baseline", "set", "web", "--reason", "as installed")
        listeners = []
        _ = listeners
        _ = try runner.portbase("check", "--name", "web")
        let accept = ["baseline", "accept", "web", "127.0.0.1:\(free[1])", "--reason", "part", "--by", "a", "--json"]
        for (schema, status, arguments) in [
            ("baseline", 0, accept), ("baseline", 0, ["baseline", "history", "web", "--json"]),
            ("baseline", 0, ["baseline", "show", "web", "--json"]), ("show", 0, ["show", "web@baseline", "--json"]),
            ("diff", 1, ["diff", "web", "--json"]), ("diff", 1, ["diff", "web@baseline~1", "web@baseline", "--json"]),
            ("check", 2, ["check", "--name", "web", "--json"]),
        ] as [(String, Int32, [String])] {
            let result = try runner.portbase(arguments)
            #expect(result.status == status, "\(result)")
            try expectValid(result, schema, runner)
        }
        let check = try object(try runner.portbase("check", "--name", "web", "--json").output)
        let reference = try #require(check["baseline"] as? [String: Any])
        #expect(reference["version"] as? Int == 2 && reference["run"] == nil)
        let history = try object(try runner.portbase("baseline", "history", "web", "--json").output)
        let versions = try #require(history["baselines"] as? [[String: Any]])
        #expect(versions.map { $0["derived"] as? Bool } == [false, true])
        #expect(versions[0]["drift"] == nil && versions[1]["counts"] as? [String: Int] == ["closed": 1])
        #expect((versions[1]["drift"] as? [[String: Any]])?.map { $0["port"] as? UInt16 } == [free[1]])
    }

    @Test("with one host the keys of check_ports.py stand at the top, and agree with the host's own")
    func keysOfCheckPorts() throws {
        let (runner, ports) = try recorded()
        let result = try runner.portbase("show", "web@baseline", "--json")
        #expect(result.status == 0)
        let check = try object(try runner.portbase("check", "--name", "web", "--json").output)
        #expect(check["host"] as? String == "127.0.0.1")
        #expect(check["services_requested"] as? [String] == ["ssh"])
        #expect(check["service_ports"] as? [UInt16] == [ports[0]])
        #expect(check["explicit_ports"] as? [UInt16] == [ports[1], ports[2]])
        #expect(check["all_ports"] as? [UInt16] == ports)
        #expect((check["service_map"] as? [String: [UInt16]]) == ["ssh": [ports[0]]])
        #expect(check["closed_ports"] as? [UInt16] == ports)
        #expect(check["open_ports"] as? [UInt16] == [])
        #expect(check["verdict"] as? String == "CRITICAL")
        let hosts = try #require(check["hosts"] as? [[String: Any]])
        #expect(hosts.count == 1)
        #expect(hosts[0]["closed_ports"] as? [UInt16] == ports)
        let results = try #require(check["results"] as? [[String: Any]])
        #expect(results.map { $0["port"] as? UInt16 } == ports)
        #expect(results[0]["service"] as? String == "ssh" && results[1]["service"] == nil)
    }

    @Test("drift has a row a port, with both runs and their digests")
    func driftRows() throws {
        let (runner, ports) = try recorded()
        _ = try runner.portbase("check", "--name", "web")
        let diff = try object(try runner.portbase("diff", "web", "--json").output)
        let rows = try #require(diff["drift"] as? [[String: Any]])
        #expect(rows.count == 1)
        #expect(rows[0]["kind"] as? String == "closed" && rows[0]["port"] as? UInt16 == ports[0])
        #expect(rows[0]["from"] as? String == "open" && rows[0]["to"] as? String == "closed")
        #expect(rows[0]["service"] as? String == "ssh" && rows[0]["reason"] as? String == "refused")
        for side in ["from", "to"] {
            let run = try #require(diff[side] as? [String: Any])
            let canonical = try runner.shell("\"$portbase\" show \(run["run"]!) --canonical | sha256sum")
            #expect(canonical.output.hasPrefix(run["digest"] as? String ?? "?"))
        }
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }
}
