import PortCore

/// Lines of aligned columns, two spaces between them, nothing after the last.
struct TextTable {
    /// One cell: its text, which may come from anywhere, its colour, and whether it stands at the right of its column.
    struct Cell {
        let text: String
        var color: Style.Color?
        var isNumber = false

        init(_ text: String, _ color: Style.Color? = nil) {
            self.text = Visible.text(text)
            self.color = color
        }

        init(_ number: Int) {
            text = Wording.number(number)
            isNumber = true
        }

        /// What stands in a titled column where there is nothing.
        static let empty = Cell("-", .dim)
    }

    private let header: [String]
    private var rows: [[Cell]] = []

    /// - Parameter header: the titles of the columns; none for a table without titles.
    init(_ header: [String] = []) {
        self.header = header
    }

    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    func text(_ style: Style) -> String {
        let titles = header.enumerated().map { index, title in
            var cell = Cell(title, .dim)
            cell.isNumber = rows.first.map { index < $0.count && $0[index].isNumber } ?? false
            return cell
        }
        let lines = (titles.isEmpty ? [] : [titles]) + rows
        let columns = lines.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            lines.map { column < $0.count ? $0[column].text.count : 0 }.max() ?? 0
        }
        return lines.map { line($0, widths, style) + "\n" }.joined()
    }

    private func line(_ cells: [Cell], _ widths: [Int], _ style: Style) -> String {
        let last = cells.lastIndex { !$0.text.isEmpty } ?? -1
        return cells.prefix(last + 1).enumerated().map { index, cell in
            let padding = String(repeating: " ", count: widths[index] - cell.text.count)
            let painted = style.paint(cell.text, cell.color)
            if cell.isNumber { return padding + painted }
            return index == last ? painted : painted + padding
        }.joined(separator: "  ")
    }
}
