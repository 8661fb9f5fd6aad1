import Foundation
import Testing

@Suite("What is missing, or done and could not be told, is never passed over")
struct RequirementTests {
    private let runner: CommandLineRunner
    private let listener: LoopbackListener

    init() throws {
        runner = try CommandLineRunner()
        listener = try LoopbackListener()
    }

    private func check(_ options: String...) throws -> CommandLineRunner.Result {
        try runner.portbase(
            ["check", "-H", "127.0.0.1", "-p", "\(listener.port)", "--name", "b", "--no-perfdata"] + options)
    }

    // MARK: Requirements

    @Test("A required baseline that is not there is UNKNOWN, whatever the states; the run is there to be made one")
    func baseline() throws {
        let open = "Port \(listener.port) is open"
        let lost = try check("--require-baseline", "--db", "typo.db")
        #expect(lost.status == 3, "\(lost)")
        #expect(
            lost.output == "UNKNOWN - Check 'b' has no baseline in 'typo.db' that could judge it; \(open)\n", "\(lost)")
        #expect(
            try check("--require-baseline", "--db", "typo.db", "--verbose").output.contains("\nUNKNOWN - Check 'b'"))
        _ = try runner.portbase("baseline", "set", "b", "--reason", "first", "--db", "typo.db")
        let found = try check("--require-baseline", "--db", "typo.db")
        #expect(found.status == 0 && found.output.hasPrefix("OK - No drift from baseline 1"), "\(found)")
        #expect(try check("--require-baseline", "--baseline", "1", "--db", "typo.db").status == 0)
        #expect(try check().output == "OK - \(open)\n")
    }

    @Test(
        "What judges by states excludes a required baseline",
        arguments: [["--require-all"], ["--baseline", "none"], ["--expect-closed", "1"], ["-w", "3"]])
    func contradictions(_ options: [String]) throws {
        let result = try runner.portbase(
            ["check", "-H", "127.0.0.1", "-p", "1,2", "--name", "b", "--require-baseline"] + options)
        #expect(result.status == 3 && result.output.contains("--require-baseline"), "\(result)")
        #expect(!FileManager.default.fileExists(atPath: runner.database.path))
    }

    @Test("A run that was not recorded says so on the plugin's line, and is UNKNOWN where that is required")
    func record() throws {
        let open = "Port \(listener.port) is open"
        let reason = "Cannot open '/proc/no\\u{7c}ne/x.db': folder '/proc/no\\u{7c}ne': No such file or directory"
        let database = ["--db", "/proc/no|ne/x.db"]
        let plain = try check("--db", database[1])
        #expect(plain.output == "OK - \(open); the run was not recorded: \(reason)\n" && plain.status == 0, "\(plain)")
        let verbose = try check("--db", database[1], "-v")
        #expect(verbose.output.hasSuffix(" = open\n\n" + plain.output), "\(verbose)")
        let required = try check("--db", database[1], "--require-record")
        #expect(required.output == "UNKNOWN - The run was not recorded: \(reason); \(open)\n", "\(required)")
        #expect(required.status == 3)
        #expect(try check("--require-record").status == 0)
        #expect(try check("--require-record", "--no-record").status == 3)
    }

    // MARK: Output that fails

    @Test("What was recorded is told on standard error where the output fails, with an exit code of its own")
    func untold() throws {
        _ = try check()
        for (command, done) in [
            ("check --name b", "Run 2 of b was recorded"),
            ("check --name b --json", "Run 3 of b was recorded"),
            ("baseline set b --reason x", "Version 1 of the baseline of b was recorded"),
            ("backup copy.db", "The backup 'copy.db' was made"),
            ("export b b.bundle", "The bundle 'b.bundle' was written"),
            ("import-bundle b.bundle --as c", "The bundle was imported"),
            ("keygen key", "The key 'key' was made"),
            ("prune --keep 0h", "1 run went, and the ledger says so"),
        ] {
            let result = try runner.shell("\"$portbase\" \(command) > /dev/full")
            #expect(result.status == 4, "\(command): \(result)")
            #expect(
                result.errors == "portbase: \(done), but that could not be told. Cannot write the output: "
                    + "No space left on device. Do not run it again for that.\n", "\(command): \(result)")
        }
        let pipe = try runner.shell(
            "mkfifo p; : < p & (sleep 0.2; exec \"$portbase\" check --name b) > p; echo $?")
        #expect(pipe.output == "4\n" && pipe.errors.contains(": Broken pipe."), "\(pipe)")
    }

    @Test("A command that recorded nothing fails as ever, and one whose reader has seen enough ends in silence")
    func nothingDone() throws {
        _ = try check()
        let result = try runner.shell(
            """
            "$portbase" check --name b --no-record > /dev/full; echo $?; "$portbase" runs > /dev/full; echo $?
            "$portbase" prune --keep 9d > /dev/full; echo $?
            mkfifo p; : < p & (sleep 0.2; exec "$portbase" runs) > p; echo $?
            """)
        #expect(result.output == "3\n1\n1\n141\n", "\(result)")
        #expect(!result.errors.contains("Broken pipe"), "\(result)")
    }

    // MARK: Nothing in common

    @Test("Two runs that have no endpoint in common are no answer to what drifted")
    func nothingInCommon() throws {
        let free = try LoopbackListener.freePorts(2)
        for (name, port) in [("d1", free[0]), ("d2", free[1])] {
            _ = try runner.portbase("check", "-H", "127.0.0.1", "-p", "\(port)", "--name", name, "-q")
        }
        for options in [["d1", "d2"], ["d1", "d2", "--json"], ["d1", "d2", "--banners"]] {
            let result = try runner.portbase(["diff"] + options)
            #expect(result.status == 2, "\(result)")
            let reason = "Nothing that run 1 covers was probed by run 2, so there is nothing to compare."
            #expect((result.errors + result.output).contains(reason) && !result.output.contains("drift"), "\(result)")
        }
        let correlated = try runner.portbase("correlate", "d2", "--from", "d1")
        #expect(correlated.status == 1 && correlated.output == "", "\(correlated)")
        _ = try runner.portbase(
            "check", "-H", "127.0.0.1", "-p", "\(free[1])", "--name", "d1", "--redefine", "--confirm", "0", "-q")
        let timeline = try runner.portbase("timeline", "d1", "--csv").output.split(separator: "\r\n")
        #expect(timeline.map { $0.split(separator: ",", maxSplits: 2)[2] }[1...] == ["0,0,0,0,0,0", "0,,,,,0"])
    }
}
