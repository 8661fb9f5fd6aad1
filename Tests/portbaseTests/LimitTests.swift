import Foundation
import Testing

@Suite("What does not fit is one clear error, and no signal is ever the answer")
struct LimitTests {
    private let runner: CommandLineRunner

    init() throws {
        runner = try CommandLineRunner()
    }

    @Test(
        "A plan that no machine should take is refused with its numbers, the limits and how to slice it",
        arguments: [
            (
                "-H 127.1.0.0/16 -p -",
                "65,536 hosts × 65,535 ports = 4,294,901,760 endpoints are more than one check takes: 1,048,576 hosts and "
                    + "16,777,216 endpoints. Check 256 hosts at a time with these ports"
            ),
            (
                "-H 127.0.0.0/12 -H 127.16.0.0/12 --max-block 1048576 -p 1",
                "2,097,152 hosts × 1 port = 2,097,152 endpoints are more than one check takes: 1,048,576 hosts and "
                    + "16,777,216 endpoints. Check 1,048,576 hosts at a time with these ports"
            ),
        ])
    func tooMany(_ options: String, _ start: String) throws {
        let result = try runner.shell("ulimit -v 2000000; \"$portbase\" check \(options)")
        #expect(result.status == 3 && result.errors == "", "\(result)")
        #expect(result.output.hasPrefix("UNKNOWN - \(start)"), "\(result)")
    }

    @Test("A plan that the limit of address space does not bear is refused before anything is allocated")
    func addressSpace() throws {
        let result = try runner.shell(
            "ulimit -v 2000000; \"$portbase\" check -H 127.0.0.0/17 -p 1-256 --json --no-record")
        let json = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
        let message = try #require(json["message"] as? String)
        #expect(
            message.hasPrefix(
                "32,768 hosts × 256 ports = 8,388,608 endpoints take about 8,128 MiB of memory, and the limit of address "
                    + "space (ulimit -v) leaves 1,"), "\(message)")
        #expect(result.status == 3 && result.errors == "", "\(result)")
    }

    @Test(
        "A death that no input should cause is UNKNOWN for a monitoring system",
        arguments: ["ABRT", "SEGV", "BUS", "ILL"])
    func crash(_ signal: String) throws {
        let result = try runner.shell(
            "mkfifo pipe; \"$portbase\" check --targets pipe -p 1 & pid=$!; for try in $(seq 100); do "
                + "ls -l /proc/$pid/fd | grep -q 'pipe$' && break; sleep 0.1; done; kill -\(signal) $pid; wait $pid")
        #expect(
            result.output == "UNKNOWN - portbase failed inside, perhaps for want of memory; nothing is known.\n",
            "\(result)")
        #expect(result.status == 3)
    }

    @Test("Memory that runs out in the middle is UNKNOWN, whatever the address space is")
    func memoryRunsOut() throws {
        let result = try runner.shell(
            """
            for size in $(seq 36000 1000 48000); do (ulimit -v $size
                "$portbase" check -H 127.0.0.1 -p 1-20000 --json --no-record 2>/dev/null | tail -1
                ); done | sort | uniq -c
            """)
        // Where not even the libraries can be loaded, nothing is said: that is before the first line of portbase.
        let known = ["}", "UNKNOWN - portbase failed inside, perhaps for want of memory; nothing is known."]
        for line in result.output.split(separator: "\n") {
            #expect(known.contains { line.hasSuffix($0) }, "\(result)")
        }
        #expect(!result.output.isEmpty)
    }

    @Test("Output beyond the limit on the size of files is an error, and no signal")
    func outputSize() throws {
        let result = try runner.shell(
            """
            (ulimit -f 8; "$portbase" check -H 127.0.0.1 -p 1-3000 -v --no-record > out; echo $?)
            "$portbase" check -H 127.0.0.1 -p 1-3000 -q --name x
            (ulimit -f 8; "$portbase" show x --canonical -q > out; "$portbase" history 127.0.0.1 --json > out
            "$portbase" check -H 127.0.0.1 -p 1-3000 -v --no-record > out; echo $?)
            """)
        #expect(result.output == "3\n3\n", "\(result)")
    }
}
