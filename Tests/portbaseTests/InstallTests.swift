import Foundation
import Testing

@Suite("make install puts the binary and its completions where the shells look for them")
struct InstallTests {
    private static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("../..").standardizedFileURL

    private static func has(_ program: String) -> Bool {
        (try? CommandLineRunner().shell("command -v \(program)"))?.status == 0
    }

    /// A folder into which what was built is installed, for the prefix `/opt/portbase`.
    private func installed() throws -> CommandLineRunner {
        let runner = try CommandLineRunner()
        runner.environment["LC_ALL"] = "C.UTF-8"
        let result = try runner.shell(
            """
            make -C '\(Self.repository.path)' --no-print-directory install-files RELEASE="$portbase" \
            DESTDIR="$PWD/root" PREFIX=/opt/portbase
            """)
        try #require(result.status == 0, "\(result)")
        return runner
    }

    @Test("under DESTDIR and PREFIX alone")
    func places() throws {
        let result = try installed().shell(
            "find root -type f -printf '%m %P\\n' | sort; root/opt/portbase/bin/portbase -h | head -1")
        #expect(
            result.output == """
                644 opt/portbase/share/bash-completion/completions/portbase
                644 opt/portbase/share/fish/vendor_completions.d/portbase.fish
                644 opt/portbase/share/zsh/site-functions/_portbase
                755 opt/portbase/bin/portbase
                OVERVIEW: Check TCP ports, record every run, and see what drifted from the

                """, "\(result)")
    }

    @Test("bash completes commands, options and values", .enabled(if: has("bash"), "bash is missing"))
    func bash() throws {
        let runner = try installed()
        func completions(_ line: String) throws -> [String] {
            let result = try runner.shell(
                """
                bash -c '. root/opt/portbase/share/bash-completion/completions/portbase
                COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
                _portbase "$1" "${@: -1}" "${@: -2:1}"; printf "%s\\n" "${COMPREPLY[@]}"' bash \(line)
                """)
            #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
            return result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.sorted()
        }
        #expect(try completions("portbase ba") == ["backup", "baseline"])
        #expect(try completions("portbase baseline a") == ["accept"])
        #expect(try completions("portbase diff --co") == ["--color", "--count"])
        #expect(try completions("portbase check --drift-state w") == ["warning"])
        _ = try runner.shell("touch tour.db")
        #expect(try completions("portbase runs --db to") == ["tour.db"])
    }

    @Test("zsh knows them", .enabled(if: has("zsh"), "zsh is missing: apt-get install zsh"))
    func zsh() throws {
        let result = try installed().shell(
            """
            zsh -fc 'fpath=($PWD/root/opt/portbase/share/zsh/site-functions $fpath)
            autoload -U compinit; compinit -u -D; print $_comps[portbase]; autoload +X _portbase && print read'
            """)
        #expect(result.output == "_portbase\nread\n", "\(result)")
    }

    @Test("fish completes commands and values", .enabled(if: has("fish"), "fish is missing: apt-get install fish"))
    func fish() throws {
        let result = try installed().shell(
            """
            PATH=$PWD/root/opt/portbase/bin:$PATH XDG_DATA_DIRS=$PWD/root/opt/portbase/share fish -c '
            complete -C "portbase ba"; complete -C "portbase check --drift-state w"' | cut -f1
            """)
        #expect(result.output == "backup\nbaseline\nwarning\n", "\(result)")
    }
}
