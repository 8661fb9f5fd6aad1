/// Reads a list of targets: one or more a line, `#` begins a comment, blank lines are passed over.
enum TargetFile {
    /// A target as it was written, with its line.
    struct Token: Equatable {
        let text: String
        let line: Int
    }

    /// The tokens of `text`, in order.
    static func tokens(in text: String) -> [Token] {
        text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().flatMap { index, line in
            line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == "," }
                .map { Token(text: String($0), line: index + 1) }
        }
    }

    /// The targets of the file at `path`; `-` is standard input.
    ///
    /// - Throws: `TargetError.unreadable`, `.cancelled`, or `.inFile` for the first token that cannot be used.
    static func read(
        _ path: String, blockLimit: Int?, cancellation: Cancellation = Cancellation()
    ) throws(TargetError) -> [Target] {
        let text: String
        do {
            text = try TextFile.readList(path, cancellation: cancellation)
        } catch {
            throw error.signal.map { .cancelled(signal: $0) } ?? .unreadable(path: path, reason: error.reason)
        }
        var targets: [Target] = []
        for token in tokens(in: text) {
            do throws(TargetError) {
                targets.append(try Target(parsing: token.text, blockLimit: blockLimit))
            } catch {
                throw .inFile(path: path, line: token.line, error)
            }
        }
        return targets
    }
}
