import ArgumentParser
import Foundation
import PortCore
import Testing

@testable import portbase

@Suite("Arguments are taken as argparse takes them")
struct ArgumentLineTests {
    @Test(
        "what is attached, packed or cut short is written out",
        arguments: [
            ("check -H127.0.0.1 -p22 -t5", "check -H 127.0.0.1 -p 22 -t 5"),
            ("check -t5 -p 22", "check -t 5 -p 22"),
            ("check_ports -H=web01 -p=22", "check_ports -H web01 -p 22"),
            ("check -vq", "check -v -q"), ("check -vqj", "check -v -q -j"), ("check -vp22", "check -v -p 22"),
            ("check -vp 22", "check -v -p 22"), ("check -vp=22", "check -v -p 22"),
            ("check --port 22 --serv ssh", "check --ports 22 --service ssh"),
            ("check --ports=22", "check --ports 22"), ("check --host=a=b", "check --host a=b"),
            ("check --services-f x", "check --services-file x"), ("check --services x", "check --services-file x"),
            ("check --verb --fail", "check --verbose --fail-only"),
            ("check --tim 3 --time-w 1", "check --timeout 3 --time-warning 1"),
            ("check --time 3", "check --timeout 3"), ("check --log-m 3", "check --log-max-mb 3"),
            ("check --hel", "check --help"),
            ("check --require-o 2", "check --require-open-count 2"),
            ("runs --lim 3 web", "runs --limit 3 web"), ("query --port 22", "query --port 22"),
            ("query --hos web01 --op", "query --host web01 --opened"),
            ("baseline set web --rea x", "baseline set web --reason x"),
        ])
    func writtenOut(given: String, expected: String) {
        let line = ArgumentLine(given.components(separatedBy: " "))
        #expect(line.arguments == expected.components(separatedBy: " "))
        #expect(line.failure == nil)
    }

    @Test(
        "a value that begins with a dash is one where it is a number, a range, a dash alone, or attached",
        arguments: [
            (["check", "--deadline", "-1"], ["check", "--deadline=-1"]),
            (["check", "-t", "-1"], ["check", "-t=-1"]), (["check", "-t-1"], ["check", "-t=-1"]),
            (["runs", "--limit", "-3"], ["runs", "--limit=-3"]), (["runs", "--limit=-3"], ["runs", "--limit=-3"]),
            (["check", "-w", "-10:10"], ["check", "-w=-10:10"]), (["check", "-w", "-.5"], ["check", "-w=-.5"]),
            (["check", "-p", "-"], ["check", "-p", "-"]), (["check", "-p-"], ["check", "-p", "-"]),
            (["check", "-p=-"], ["check", "-p", "-"]), (["check", "--targets", "-"], ["check", "--targets", "-"]),
            (["check", "-p-v"], ["check", "-p=-v"]),
            (["check", "--db=--x"], ["check", "--db=--x"]), (["check", "--db=", "-v"], ["check", "--db", "", "-v"]),
            (["baseline", "set", "x", "--by", "é=\u{301}"], ["baseline", "set", "x", "--by", "é=\u{301}"]),
            (["baseline", "set", "x", "--by=\u{301}é"], ["baseline", "set", "x", "--by", "\u{301}é"]),
        ])
    func dashes(given: [String], expected: [String]) {
        let line = ArgumentLine(given)
        #expect(line.arguments.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
        #expect(line.failure == nil)
    }

    @Test(
        "the rest is left as it is",
        arguments: [
            "check -H web01 -p 22 -- -v", "check -- --port 22", "runs web", "--version", "-h", "", "help check",
            "help baseline set", "help -help", "baseline --help", "check --help-hidden", "--experimental-dump-help",
            "--generate-completion-script zsh", "--generate-completion-script=zsh", "---completion check -- -H a",
            "check --host", "check -p", "check -v -p --", "check -v=1", "check --json=1", "check -4 -6",
            "diff web~3 web",
        ])
    func left(given: String) {
        let words = given.split(separator: " ").map(String.init)
        let line = ArgumentLine(words)
        #expect(line.arguments == words)
        #expect(line.failure == nil)
    }

    @Test(
        "a mistake is told with what was probably meant, if anything was",
        arguments: [
            ("chekc -H web01", "Unknown command 'chekc'. Did you mean 'check'?"),
            ("hist web01", "Unknown command 'hist'. Did you mean 'history'?"),
            ("Runs", "Unknown command 'Runs'. Did you mean 'runs'?"),
            ("baseline sett web", "Unknown command 'baseline sett'. Did you mean 'baseline set'?"),
            ("scan web01", "Unknown command 'scan'. 'portbase --help' lists the commands."),
            (
                "baseline remove web",
                "Unknown command 'baseline remove'. 'portbase baseline --help' lists the commands."
            ),
            ("help nosuch", "Unknown command 'nosuch'. 'portbase --help' lists the commands."),
            ("help verfy", "Unknown command 'verfy'. Did you mean 'verify'?"),
            ("help baseline acept", "Unknown command 'baseline acept'. Did you mean 'baseline accept'?"),
            ("help check x", "Unknown command 'check x'. 'portbase --help' lists the commands."),
            ("check --prots 22", "Unknown option '--prots'. Did you mean '--ports'?"),
            ("check --log_dir=x", "Unknown option '--log_dir'. Did you mean '--log-dir'?"),
            ("check --JSON", "Unknown option '--JSON'. Did you mean '--json'?"),
            ("check -P 22", "Unknown option '-P'. Did you mean '-p'?"),
            ("check -host x", "Unknown option '-o' in '-host'. Did you mean '--host'?"),
            ("check --foo x", "Unknown option '--foo'. 'portbase check --help' lists the options."),
            ("check -x", "Unknown option '-x'. 'portbase check --help' lists the options."),
            ("runs --prots", "Unknown option '--prots'. 'portbase runs --help' lists the options."),
            ("show -1", "Unknown option '-1'. 'portbase show --help' lists the options."),
            ("--json runs", "Unknown option '--json'. 'portbase --help' lists the options and commands."),
            (
                "check --require",
                "Option '--require' is short for more than one: --require-record, --require-baseline, --require-all, --require-any, "
                    + "--require-open-count."
            ),
            ("query --b", "Option '--b' is short for more than one: --between, --by."),
            (
                "check -p -v",
                "Option '-p' needs a value, and '-v' after it looks like an option. Write -p=-v if it is the value."
            ),
            (
                "check --deadline -4",
                "Option '--deadline' needs a value, and '-4' after it looks like an option. "
                    + "Write --deadline=-4 if it is the value."
            ),
        ])
    func mistakes(given: String, message: String) {
        #expect(ArgumentLine(given.components(separatedBy: " ")).failure?.description == message)
    }

    @Test(
        "whether JSON is asked for is known beside a mistake",
        arguments: [
            ("check --bogus -qj", true), ("check -j -P 1", true), ("check --js --bogus", true), ("--json runs", true),
            ("chekc --json", true), ("check --bogus", false), ("runs -- --json", false), ("check --by --json", true),
            ("check --name=--json", false),
        ])
    func json(given: String, asks: Bool) {
        #expect(ArgumentLine(given.components(separatedBy: " ")).asksForJSON == asks)
    }

    @Test("the grammar has every command and option that ArgumentParser has, and no other")
    func grammar() throws {
        struct Dump: Decodable {
            struct Command: Decodable {
                let commandName: String
                let aliases: [String]?
                let subcommands: [Command]?
                let arguments: [Argument]?
            }
            struct Argument: Decodable {
                struct Name: Decodable {
                    let kind: String
                    let name: String
                }
                let kind: String
                let names: [Name]?
            }
            let command: Command
        }
        func options(_ command: Dump.Command, _ path: String) -> [String: Set<String>] {
            var own: Set<String> = []
            for argument in command.arguments ?? [] where argument.kind != "positional" {
                let end = argument.kind == "option" ? "=" : ""
                for name in argument.names ?? [] { own.insert("\(name.kind == "long" ? "--" : "-")\(name.name)\(end)") }
            }
            let below = (command.subcommands ?? []).map { below in
                options(below, path.isEmpty ? below.commandName : "\(path) \(below.commandName)")
            }
            return below.reduce(into: [path: own]) { $0.merge($1) { first, _ in first } }
        }
        func aliases(_ command: Dump.Command) -> [String: String] {
            (command.subcommands ?? []).map(aliases).reduce(into: [:]) { $0.merge($1) { first, _ in first } }
                .merging((command.aliases ?? []).map { ($0, command.commandName) }) { first, _ in first }
        }
        let dump = try JSONDecoder().decode(Dump.self, from: Data(PortbaseCommand._dumpHelp().utf8))
        let expected = options(dump.command, "")
        #expect(CommandGrammar.paths.sorted() == expected.keys.sorted())
        for (path, options) in expected {
            #expect(
                CommandGrammar.options(of: path).split(separator: " ").map(String.init).sorted() == options.sorted())
        }
        #expect(CommandGrammar.aliases == aliases(dump.command))
    }

    private static let hasPython = (try? CommandLineRunner().shell("python3 -c 'import argparse'"))?.status == 0

    @Test(
        "what Python's argparse takes with the options of check_ports.py gives the same values",
        .enabled(if: hasPython, "python3 is not installed"))
    func asArgparse() throws {
        var seed = UInt64(11)
        func random(_ below: Int) -> Int {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(seed >> 33) % below
        }
        func forms(_ short: String, _ long: String, _ value: String) -> [String] {
            let cut = String(long.prefix(3 + random(long.count - 2)))
            let all = [
                [short, value], [short + value], ["\(short)=\(value)"], [cut, value], ["\(cut)=\(value)"],
                ["-v\(short.dropFirst())\(value)"], ["-jv\(short.dropFirst())", value],
            ]
            return all[random(all.count)]
        }
        let flags = [
            "-v", "-q", "-j", "-vq", "-qjv", "--fail-only", "--fail", "--require-al", "--req", "--verbo", "--js",
        ]
        let lines = (0..<400).map { _ -> [String] in
            var parts = [
                forms("-H", "--host", ["127.0.0.1", "web-01", "::1"][random(3)]),
                forms("-p", "--ports", ["22", "22,80-90", "20 - 23"][random(3)]),
                forms("-t", "--timeout", "\(1 + random(9))"),
            ]
            if random(2) == 0 { parts.append(forms("-s", "--service", ["ssh", "http,https"][random(2)])) }
            for _ in 0..<random(3) { parts.append([flags[random(flags.count)]]) }
            for index in parts.indices { parts.swapAt(index, random(parts.count)) }
            return parts.flatMap { $0 }
        }
        let runner = try CommandLineRunner()
        let script = """
            import argparse, json, sys
            class Parser(argparse.ArgumentParser):
                def error(self, message): raise ValueError(message)
            parser = Parser(add_help=True)
            for names in [("-H", "--host"), ("-t", "--timeout"), ("-p", "--ports"), ("-s", "--service"),
                          ("--log-dir",), ("--log-max-mb",)]: parser.add_argument(*names)
            for names in [("--require-all",), ("--require-any",), ("--fail-only",), ("-v", "--verbose"), ("-j", "--json"),
                          ("-q", "--quiet"), ("-V", "--version")]: parser.add_argument(*names, action="store_true")
            def parsed(line):
                try: return vars(parser.parse_args(line))
                except ValueError: return None
            print(json.dumps([parsed(line) for line in json.load(sys.stdin)]))
            """
        let input = String(decoding: try JSONEncoder().encode(lines), as: UTF8.self)
        let result = try runner.run("/usr/bin/env", ["python3", "-c", script], input: input)
        let expected = try #require(
            JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [Any], "\(result.errors)")
        var taken = 0
        for (line, values) in zip(lines, expected) {
            guard let values = values as? [String: Any] else { continue }
            taken += 1
            let arguments = ArgumentLine(["check"] + line)
            #expect(arguments.failure == nil, "\(line)")
            let check = try #require(try PortbaseCommand.parseAsRoot(arguments.arguments) as? CheckCommand)
            #expect(check.request.host == [values["host"] as? String], "\(line)")
            #expect(check.request.ports == [values["ports"] as? String], "\(line)")
            #expect(check.request.service.first == values["service"] as? String, "\(line)")
            #expect(check.timing.timeout.map { "\($0 / 1000)" } == values["timeout"] as? String, "\(line)")
            let flags = [
                check.verbose, check.output.json, check.output.quiet, check.failOnly, check.judgement.requireAll,
            ]
            let names = ["verbose", "json", "quiet", "fail_only", "require_all"]
            #expect(flags == names.map { values[$0] as? Bool == true }, "\(line)")
        }
        #expect(taken > 200)
    }
}
