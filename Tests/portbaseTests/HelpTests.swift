import Foundation
import Testing

@Suite("The help of every command")
struct HelpTests {
    /// What ArgumentParser says of a command: everything that its help is made of.
    struct Command: Decodable {
        let commandName: String
        let subcommands: [Command]?
        let arguments: [Argument]?

        /// This command and those below it, each with its path.
        func all(under path: [String] = []) -> [(path: [String], command: Command)] {
            [(path, self)]
                + (subcommands ?? []).filter { $0.commandName != "help" }
                .flatMap { $0.all(under: path + [$0.commandName]) }
        }
    }

    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String
        }

        let kind: String
        let valueName: String?
        let abstract: String?
        let defaultValue: String?
        let allValues: [String]?
        let names: [Name]?
        let isRepeating: Bool
    }

    static let commands: [(path: [String], command: Command)] = {
        let help = try? CommandLineRunner().portbase("--experimental-dump-help").output
        struct Tool: Decodable {
            let command: Command
        }
        return (try? JSONDecoder().decode(Tool.self, from: Data((help ?? "").utf8)).command.all()) ?? []
    }()

    static let paths = commands.map(\.path)

    private func help(_ path: [String], columns: Int) throws -> [String] {
        let runner = try CommandLineRunner()
        runner.environment["COLUMNS"] = "\(columns)"
        let result = try runner.portbase(path + ["--help"])
        #expect(result.status == 0)
        return result.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    @Test("is there")
    func areThere() {
        #expect(Self.paths.count > 20 && Self.paths.contains(["baseline", "list"]))
    }

    @Test("fits 80 columns, has examples that are not broken, and tells the exit codes", arguments: paths)
    func layout(_ path: [String]) throws {
        let (narrow, wide) = (try help(path, columns: 80), try help(path, columns: 1000))
        #expect(narrow.filter { $0.count > 80 } == [])
        let examples = wide.drop { $0 != "Examples:" }.dropFirst().prefix { $0.hasPrefix("  ") }
        #expect(!examples.isEmpty)
        #expect(examples.filter { !narrow.contains($0) } == [])
        #expect(path.isEmpty || wide.contains { $0.hasPrefix("Exit codes: 0 ") })
    }

    @Test("says a default once, and the values that an option takes once", arguments: paths)
    func defaults(_ path: [String]) throws {
        for argument in try #require(Self.commands.first { $0.path == path }?.command.arguments ?? []) {
            let abstract = argument.abstract ?? ""
            #expect(abstract.hasSuffix(".") || abstract.hasSuffix(")"), "\(abstract)")
            // A number alone in brackets is a default that is not called so.
            #expect(!abstract.contains(/\([0-9]+\)/), "\(abstract)")
            if let value = argument.defaultValue {
                #expect(!abstract.contains("\(value)"), "\(abstract)")
            }
            if let values = argument.allValues, !values.isEmpty {
                #expect(!values.allSatisfy(abstract.contains), "\(abstract)")
            }
        }
    }

    @Test("calls an argument by the name that it has there", arguments: paths)
    func names(_ path: [String]) throws {
        let arguments = Self.commands.first { $0.path == path }?.command.arguments ?? []
        let known = Set(arguments.flatMap { ($0.valueName ?? "").components(separatedBy: "> ... <") })
        for argument in arguments {
            let named = (argument.abstract ?? "").matches(of: /<([a-z ]+)>/).map { String($0.1) }
            #expect(Set(named).subtracting(known) == [], "\(argument.abstract ?? "")")
        }
        let usage = try help(path, columns: 1000).drop { !$0.hasPrefix("USAGE: ") }.prefix { !$0.isEmpty }
        let words = usage.flatMap { $0.matches(of: /<([a-z ]+)>/).map { String($0.1) } }
        #expect(Set(words).subtracting(known).subtracting(["options", "subcommand"]) == [], "\(usage)")
        for positional in arguments where positional.kind == "positional" {
            let names = (positional.valueName ?? "").components(separatedBy: "> ... <")
            #expect(Set(names).isSubset(of: Set(words)), "\(usage)")
        }
    }
}
