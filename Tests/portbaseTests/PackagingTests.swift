import Foundation
import Testing

@Suite("What is packaged for monitoring systems fits them, and portbase")
struct PackagingTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../../packaging").standardizedFileURL

    private static let hasIcinga =
        (try? CommandLineRunner().shell("PATH=$PATH:/usr/sbin; command -v icinga2"))?.status == 0

    private func text(_ file: String) throws -> String {
        try String(contentsOf: Self.folder.appendingPathComponent(file), encoding: .utf8)
    }

    @Test(
        "Icinga 2 accepts the CheckCommand and its example",
        .enabled(if: hasIcinga, "icinga2 is missing: apt-get install icinga2-bin"))
    func icinga() throws {
        let runner = try CommandLineRunner()
        for name in ["portbase.conf", "example.conf"] {
            try text("icinga2/\(name)").write(
                to: runner.folder.appendingPathComponent(name), atomically: true, encoding: .utf8)
        }
        // Icinga gives up root for a user of its own, who has to write here.
        let result = try runner.shell(
            """
            PATH=$PATH:/usr/sbin; printf 'include <itl>\\ninclude "portbase.conf"\\ninclude "example.conf"\\n' > main.conf
            chmod 777 . && chmod a+r *.conf
            define() { for name in DataDir CacheDir LogDir InitRunDir; do echo "--define $name=$PWD"; done; }
            icinga2 daemon -C -c "$PWD/main.conf" --define PluginDir=/usr/lib/nagios/plugins $(define)
            """)
        #expect(result.status == 0, "\(result)")
        #expect(result.output.contains("Instantiated 3 Services"), "\(result)")
    }

    @Test(
        "Icinga asks for a baseline where a check has a name and is judged by drift, unless told otherwise",
        .enabled(if: hasIcinga, "icinga2 is missing: apt-get install icinga2-bin"))
    func requiredBaseline() throws {
        let runner = try CommandLineRunner()
        try text("icinga2/portbase.conf").write(
            to: runner.folder.appendingPathComponent("portbase.conf"), atomically: true, encoding: .utf8)
        let services = [
            "name = \"a\"", "ports = \"2\"", "name = \"c\"; vars.portbase_require_all = true",
            "name = \"d\"; vars.portbase_require_baseline = false", "name = \"e\"; vars.portbase_warning = \"0\"",
            "name = \"f\"; vars.portbase_baseline = \"none\"",
        ].enumerated().map { number, variables in
            "object Service \"s\(number)\" { host_name = \"h\"; check_command = \"portbase\"; check_interval = 1; "
                + "vars.portbase_\(variables) }\n"
        }.joined()
        try
            (services + "object Host \"h\" { check_command = \"dummy\"; address = \"192.0.2.10\" }\n"
            + "object CheckerComponent \"checker\" { }\n")
            .write(to: runner.folder.appendingPathComponent("services.conf"), atomically: true, encoding: .utf8)
        let result = try runner.shell(
            """
            PATH=$PATH:/usr/sbin; printf 'include <itl>\\ninclude "portbase.conf"\\ninclude "services.conf"\\n' > main.conf
            printf '#!/bin/sh\\necho "$@" >> "%s/calls"\\n' "$PWD" > portbase; : > calls; chmod -R 777 .
            define() { for name in PluginDir DataDir CacheDir LogDir InitRunDir; do echo "--define $name=$PWD"; done; }
            timeout 60 icinga2 daemon -c "$PWD/main.conf" $(define) > log & pid=$!
            for try in $(seq 300); do [ "$(sort -u calls | wc -l)" -ge 6 ] && break; sleep 0.2; done
            kill $pid; wait $pid; sort -u calls
            """)
        let calls = result.output.split(separator: "\n")
        #expect(calls.count == 6, "\(result)")
        #expect(
            calls.filter { $0.contains("--require-baseline") }.map { $0.contains("--name a ") } == [true], "\(result)")
    }

    /// The arguments of `portbase check`.
    private static let arguments =
        HelpTests.commands.first { $0.path == ["check"] }?.command.arguments ?? []

    /// What no monitoring system has to set, and why.
    private static let exceptions = [
        "--json": "a plugin prints its line", "--quiet": "a plugin prints its line",
        "--color": "there is no terminal", "--perfdata": "what is not on a terminal has it",
        "--explain-ports": "probes nothing", "-V": "probes nothing", "--version": "probes nothing",
        "--help": "probes nothing",
    ]

    /// What Icinga's file says in words of its own.
    private static let ownWords = [
        "--db": "The database. (default: portbase.db in the data folder of Icinga)",
        "--no-perfdata": "Put no performance data behind the line.",
        "--redefine": "Change the recorded request of the check to the flags given. "
            + "Not for good: set it for one execution.",
    ]

    @Test("every flag there is one of portbase check", arguments: ["icinga2/portbase.conf", "nagios/portbase.cfg"])
    func flags(_ file: String) throws {
        let known = Set(Self.arguments.flatMap(\.flags))
        // In Icinga's file a flag is a key; in that of Nagios a word of a command.
        let pattern = file.hasPrefix("icinga2") ? /"(--?[A-Za-z0-9][a-z-]*)" = \{/ : /[\s!](--?[A-Za-z0-9][a-z-]*)/
        let lines = try text(file).split(separator: "\n").filter { !$0.hasPrefix("#") && !$0.hasPrefix("//") }
        let used = Set(lines.flatMap { line in line.matches(of: pattern).map { String($0.1) } })
        #expect(used.count > 5)
        #expect(used.subtracting(known).sorted() == [])
    }

    @Test("Icinga's file has every flag of portbase check that means something there, with its words and its default")
    func everyFlag() throws {
        let entries = try text("icinga2/portbase.conf").matches(
            of: /"(?<flag>--?[A-Za-z0-9][a-z-]*)" = \{(?<body>[^}]*)description = "(?<words>[^"]*)"\n/)
        #expect(Self.arguments.count > 40)
        for argument in Self.arguments where !argument.flags.contains(where: { Self.exceptions[$0] != nil }) {
            let entry = entries.first { argument.flags.contains(String($0.flag)) }
            let words = argument.flags.compactMap { Self.ownWords[$0] }.first
            let help = argument.text.replacingOccurrences(of: "Repeats.", with: "An array gives several.")
            #expect(entry.map { String($0.words) } == words ?? help, "\(argument.flags)")
            #expect(entry?.body.contains(argument.kind == "flag" ? "set_if = " : "value = ") == true, "\(help)")
            #expect(entry?.body.contains("repeat_key = true") == argument.isRepeating, "\(help)")
        }
    }

    @Test("every argument of the CheckCommand has a variable of its own, which begins with portbase_")
    func variables() throws {
        let conf = try text("icinga2/portbase.conf")
        let keys = conf.matches(of: /"(--?[A-Za-z0-9][a-z-]*)" = \{/)
        let variables = conf.matches(of: /(?:value|set_if) = "\$(portbase_[a-z0-9_]+)\$"/).map { String($0.1) }
        #expect(variables.count == keys.count && Set(variables).count == keys.count)
    }
}

extension HelpTests.Argument {
    /// As they are typed: `-p`, `--ports`.
    var flags: [String] { (names ?? []).map { ($0.kind == "long" ? "--" : "-") + $0.name } }

    /// The text of the help, with what ArgumentParser adds to it.
    var text: String {
        let values = (allValues ?? []).isEmpty ? [] : ["values: \(allValues!.joined(separator: ", "))"]
        let facts = values + (defaultValue.map { ["default: \($0)"] } ?? [])
        return (abstract ?? "") + (facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))")
    }
}
