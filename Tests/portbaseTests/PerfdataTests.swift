import Foundation
import Testing

@Suite("Performance data")
struct PerfdataTests {
    private static let hasIcinga: Bool = {
        let found = try? CommandLineRunner().shell("icinga2 --version")
        return found?.status == 0
    }()

    /// The part after the bar of a check of an open and a closed port.
    private func perfdata(_ runner: CommandLineRunner) throws -> String {
        let listener = try LoopbackListener()
        let closed = try LoopbackListener.freePorts(1)[0]
        let result = try runner.portbase(
            "check", "-H", "127.0.0.1", "-p", "\(listener.port),\(closed)", "-w", "~:0", "-c", "@5:9",
            "--time-critical", "0:7.5")
        let line = try #require(result.output.split(separator: "\n").first)
        return String(try #require(line.components(separatedBy: " | ").last))
    }

    @Test("keeps to the grammar of the Monitoring Plugins guidelines")
    func grammar() throws {
        let runner = try CommandLineRunner()
        let items = try perfdata(runner).split(separator: " ").map(String.init)
        #expect(items.count == 9)
        let (number, range) = ("-?[0-9]+(\\.[0-9]+)?", "@?(~|-?[0-9.]*)?(:(-?[0-9.]*)?)?")
        let item =
            "^('[^'=]+'|[^'= ]+)=(U|\(number))(s|ms|us|%|B|KB|MB|TB|c)?(;(\(range))(;(\(range))(;(\(number))?(;(\(number))?)?)?)?)?$"
        for text in items {
            #expect(text.range(of: item, options: .regularExpression) != nil, "\(text)")
        }
        let byLabel = Dictionary(uniqueKeysWithValues: items.map { ($0.components(separatedBy: "=")[0], $0) })
        #expect(byLabel["open"] == "open=1;;;0;2")
        #expect(byLabel["problems"] == "problems=1;~:0;@5:9;0;2")
        #expect(byLabel["connect_max"]?.hasSuffix("s;;0:7.5;0") == true)
    }

    @Test(
        "is read by Icinga's own parser as it was meant",
        .enabled(if: hasIcinga, "icinga2 is missing: apt-get install icinga2-bin"))
    func icinga() throws {
        let runner = try CommandLineRunner()
        for text in try perfdata(runner).split(separator: " ").map(String.init) {
            let parsed = try runner.run(
                "/usr/bin/env", ["icinga2", "console", "-e", "parse_performance_data(\"\(text)\")"])
            let label = text.components(separatedBy: "=")[0]
            #expect(parsed.output.contains("\"label\":\"\(label)\""), "\(text): \(parsed)")
            #expect(parsed.output.contains("\"unit\":\"\(text.contains("s;") ? "seconds" : "")\""), "\(parsed)")
        }
    }
}
