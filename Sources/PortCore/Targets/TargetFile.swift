/// Reads a list of targets: one or more a line, `#` begins a comment, blank lines are passed over.
public enum TargetFile {
    /// The tokens of `text`, in order.
    public static func tokens(in text: String) -> [String] {
        text.split(whereSeparator: \.isNewline).flatMap { line in
            line.prefix { $0 != "#" }.split { $0.isWhitespace || $0 == "," }.map(String.init)
        }
    }

    /// The tokens of the file at `path`; `-` is standard input.
    ///
    /// - Throws: `TargetError.unreadable`.
    public static func read(_ path: String) throws(TargetError) -> [String] {
        do {
            return tokens(in: try TextFile.read(path))
        } catch {
            throw .unreadable(path: path, reason: error.reason)
        }
    }
}
