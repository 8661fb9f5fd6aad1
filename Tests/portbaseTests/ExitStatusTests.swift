import Baseline
import Testing

@testable import portbase

@Suite("Exit codes are decided in one table")
struct ExitStatusTests {
    @Test(
        "each ending has its code in each family",
        arguments: [
            (Ending.done, [CommandFamily.plugin: 0, .comparison: 0, .search: 0, .other: 0]),
            (.verdict(.ok), [.plugin: 0]),
            (.verdict(.warning), [.plugin: 1]),
            (.verdict(.critical), [.plugin: 2]),
            (.verdict(.unknown), [.plugin: 3]),
            (.differs, [.comparison: 1]),
            (.nothingFound, [.search: 1]),
            (.notCovered, [.search: 3]),
            (.failed, [.plugin: 3, .comparison: 2, .search: 2, .other: 1]),
            (.usage, [.plugin: 3, .comparison: 2, .search: 2, .other: 2]),
            (.untold, [.plugin: 4, .comparison: 4, .search: 4, .other: 4]),
        ])
    func table(_ ending: Ending, _ codes: [CommandFamily: Int32]) {
        for (family, code) in codes { #expect(ending.exitCode(in: family) == code) }
    }

    @Test("an ending that is no success never has code 0", arguments: CommandFamily.allCases)
    func failuresAreNeverZero(_ family: CommandFamily) {
        for ending in [
            Ending.differs, .nothingFound, .notCovered, .failed, .usage, .verdict(.unknown), .verdict(.critical),
            .untold,
        ] {
            #expect(ending.exitCode(in: family) != 0)
        }
    }

    @Test(
        "the first word that is no option decides the family",
        arguments: [
            (["check", "-H", "x"], CommandFamily.plugin), (["diff", "a"], .comparison), (["runs"], .other),
            (["verify", "--head", "x"], .comparison), (["head"], .other), (["history", "web01"], .search),
            (["query"], .search), (["first-seen"], .search), (["timeline", "web"], .search),
            (["--help"], .other), ([], .other), (["baseline", "set", "check"], .other),
        ])
    func families(_ arguments: [String], _ family: CommandFamily) {
        #expect(CommandFamily(of: arguments) == family)
    }
}
