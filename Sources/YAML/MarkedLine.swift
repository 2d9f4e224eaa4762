import GatewayKit

/// A line with its secrets left out, and the carets that stand under a part of it.
struct MarkedLine {
    private static let most = 160
    private static let before = 60

    private let line: SecretMask.Line
    private let position: ConfigPosition

    /// One character of the line as it is shown, or a hidden part, and where it stood.
    private struct Piece {
        let text: String
        let padding: String
        let columns: Range<Int>
    }

    init(_ line: SecretMask.Line, position: ConfigPosition) {
        self.line = line
        self.position = position
    }

    /// The line and the line of carets; of a very long line, the part around them.
    var shown: (line: String, caret: String) {
        let start = position.column - 1
        let end = start + max(1, position.length)
        let from = windowStart(around: start)
        let window = pieces(from: from)
        let before = window.prefix { $0.columns.upperBound <= start }
        let under = window.dropFirst(before.count).prefix { $0.columns.lowerBound < end }
        // Behind the line's end each column is a space.
        let padding = before.map(\.padding).joined()
        let width = max(1, under.reduce(0) { $0 + ($1.padding == "\t" ? 1 : $1.padding.count) })
        let trail = (window.last?.columns.upperBound ?? line.scalars.count) < line.scalars.count ? "…" : ""
        return (
            (from > 0 ? "…" : "") + window.map(\.text).joined() + trail,
            (from > 0 ? " " : "") + padding + "^" + String(repeating: "~", count: width - 1)
        )
    }

    /// Where the shown part of the line begins.
    private func windowStart(around start: Int) -> Int {
        guard line.count > Self.most else { return 0 }
        var index = start < line.scalars.count ? line.piece(at: start).lowerBound : line.scalars.count
        for _ in 0..<Self.before where index > 0 { index = line.piece(at: index - 1).lowerBound }
        return index
    }

    private func pieces(from start: Int) -> [Piece] {
        var pieces: [Piece] = []
        var index = start
        while index < line.scalars.count, pieces.count < Self.most {
            let columns = line.piece(at: index)
            index = columns.upperBound
            pieces.append(piece(columns))
        }
        return pieces
    }

    private func piece(_ columns: Range<Int>) -> Piece {
        guard line.hidden(from: columns.lowerBound)?.lowerBound != columns.lowerBound else {
            let text = "<secret>"
            return Piece(text: text, padding: String(repeating: " ", count: text.count), columns: columns)
        }
        let scalar = line.scalars[columns.lowerBound]
        let text = scalar == "\t" ? "\t" : String(Diagnostics.printable(scalar))
        return Piece(text: text, padding: Self.padding(of: scalar), columns: columns)
    }

    /// What takes as much room as the character: a tab for a tab, two spaces for a wide one, nothing for a mark.
    private static func padding(of scalar: Unicode.Scalar) -> String {
        if scalar == "\t" { return "\t" }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return ""
        default: break
        }
        // East Asian Width W and F (UAX #11), by their main ranges.
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return "  "
        default: return " "
        }
    }
}
