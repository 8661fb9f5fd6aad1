/// Finds what a mistyped name was meant to be.
enum NearName {
    /// The one of `names` that `word` is the beginning of, or that it becomes with the fewest mistakes: a letter left
    /// out, put in, exchanged, or two of them swapped. `nil` where more than a third of it would be mistakes.
    static func of(_ word: String, among names: [String]) -> String? {
        let word = word.lowercased()
        guard word.count > 2 else { return names.first { $0.lowercased() == word } }
        if let longer = names.first(where: { $0.hasPrefix(word) }) { return longer }
        let near = names.map { (name: $0, mistakes: mistakes(from: Array(word.utf8), to: Array($0.utf8))) }
            .filter { $0.mistakes <= word.utf8.count / 3 }
        return near.min { ($0.mistakes, $0.name) < ($1.mistakes, $1.name) }?.name
    }

    /// The optimal string alignment distance.
    private static func mistakes(from old: [UInt8], to new: [UInt8]) -> Int {
        var rows = [Array(0...new.count)]
        for (i, byte) in old.enumerated() {
            var row = [i + 1]
            for (j, other) in new.enumerated() {
                var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (byte == other ? 0 : 1))
                if i > 0, j > 0, byte == new[j - 1], old[i - 1] == other { least = min(least, rows[i - 1][j - 1] + 1) }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[old.count][new.count]
    }
}
