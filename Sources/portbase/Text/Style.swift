import ArgumentParser
import Baseline

/// When output is coloured.
enum ColorChoice: String, CaseIterable, ExpressibleByArgument {
    case auto
    case always
    case never
}

/// Colours for people, or nothing.
struct Style {
    let isColored: Bool

    /// A flag wins; else colour goes to a terminal unless NO_COLOR is set and not empty (no-color.org).
    init(_ choice: ColorChoice, output: Output = .standard) {
        switch choice {
        case .always: isColored = true
        case .never: isColored = false
        case .auto: isColored = output.isTerminal && Machine.variable("NO_COLOR") == nil
        }
    }

    enum Color: String {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case dim = "2"
        case bold = "1"
    }

    func paint(_ text: String, _ color: Color?) -> String {
        guard isColored, let color else { return text }
        return "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
    }

    static func color(_ level: VerdictLevel) -> Color {
        switch level {
        case .ok: .green
        case .warning: .yellow
        case .critical, .unknown: .red
        }
    }

    static func color(_ kind: DriftKind) -> Color {
        switch kind {
        case .opened, .closed: .red
        case .lost, .changed, .address: .yellow
        case .unscoped, .newlyScoped: .dim
        }
    }
}
