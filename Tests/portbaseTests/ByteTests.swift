import Foundation
import PortCore
import Testing

@testable import portbase

@Suite("Bytes that no text has come through, and text that a terminal would obey does not")
struct ByteTests {
    private let runner: CommandLineRunner

    init() throws {
        runner = try CommandLineRunner()
    }

    @Test("Two paths that differ in bytes that are not UTF-8 are two files, by option and by variable")
    func paths() throws {
        let result = try runner.shell(
            """
            one=$(printf 'x\\377.db'); two=$(printf 'x\\376.db'); check="$portbase check -H 127.0.0.1 -p 1 -q"
            $check --db "$one" --name a; PORTBASE_DB="$two" $check --name b
            "$portbase" runs --db "$one" | cut -c1-8
            "$portbase" runs --db "$two" | cut -c1-8
            XDG_DATA_HOME="$PWD/$(printf '\\377')" $check --name c; ls "$(printf '\\377')/portbase"
            "$portbase" keygen "$(printf 'k\\377')" >/dev/null
            $check --db "$one" --name a --sign-key "$(printf 'k\\377')" --log-dir "$(printf 'l\\377')"
            printf '127.0.0.1' > "$(printf 't\\377')"; "$portbase" check --targets "$(printf 't\\377')" -p 1 --no-record -q
            echo $?; "$portbase" backup "$(printf 'c\\377')" --db "$one" -q
            "$portbase" export a "$(printf 'b\\377')" --db "$one" -q
            "$portbase" verify --bundle "$(printf 'b\\377')" -q; echo $?; LC_ALL=C ls -b
            """)
        #expect(result.output.contains("1    a") && result.output.contains("1    b"), "\(result)")
        #expect(result.output.contains("portbase.db\n1\n0\n"), "\(result)")
        for name in ["\\377", "b\\377", "c\\377", "k\\377", "k\\377.pub", "l\\377", "t\\377", "x\\376.db", "x\\377.db"]
        {
            #expect(result.output.contains("\n\(name)\n"), "\(name): \(result)")
        }
    }

    @Test("A name of bytes is shown as what it is, in text and in JSON, and is no reason")
    func shown() throws {
        let text = try runner.shell("\"$portbase\" runs --db \"$(printf 'x\\377\\302\\233')\"")
        #expect(text.errors.hasPrefix("portbase: No database at 'x\\xff\\u{9b}'."), "\(text)")
        let json = try runner.shell("\"$portbase\" check -H \"$(printf 'x\\377')\" -p 1 --json")
        #expect(json.output.contains("Invalid target 'x\\\\xff'."), "\(json)")
        let reason = try runner.shell("\"$portbase\" baseline set x --reason \"$(printf 'r\\377')\"")
        #expect(reason.status == 2 && reason.errors.contains("--reason takes one line of visible UTF-8 text"))
    }

    @Test("No string of JSON has a character that a terminal would obey, and each reads as what it was")
    func json() throws {
        let hostile = "a\u{9B}2J\u{202E}\u{7F}\u{2028}\u{E0041}\u{FEFF}é\u{200D}😀|"
        let text = try JSONOutput.text(["key": hostile])
        #expect(
            text == "{\n  \"key\" : \"a\\u009b2J\\u202e\\u007f\\u2028\\udb40\\udc41\\ufeffé\u{200D}😀|\"\n}\n", "\(text)"
        )
        let read = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String]
        #expect(read?["key"] == hostile)
        let check = try runner.portbase("check", "-H", hostile, "-p", "1", "--json")
        #expect(check.output.unicodeScalars.allSatisfy { $0 == "\n" || Visible.isPlain($0) }, "\(check)")
    }

    @Test("A bar from outside never reaches the output of a plugin, also below its first line")
    func bars() throws {
        let hostile = try LoopbackListener(greeting: "OK | open=99;;;0;")
        try "a|b \(hostile.port)/tcp\n".write(
            to: runner.folder.appendingPathComponent("services"), atomically: true, encoding: .utf8)
        let check = [
            "check", "-H", "127.0.0.1", "-p", "\(hostile.port)", "--banner", "--no-perfdata", "--name", "x",
        ]
        for options in [[], ["-v"], ["--db", "a|b/x.db", "-v"], ["-s", "a|b", "--services-file", "services", "-v"]] {
            let result = try runner.portbase(check + options)
            #expect(!result.output.contains("|"), "\(result)")
        }
        #expect(try runner.portbase(check + ["-v"]).output.contains(" = open  OK \\u{7c} open=99;;;0;\n"))
        #expect(try runner.portbase("show", "x").output.contains("OK | open=99"))
    }
}
