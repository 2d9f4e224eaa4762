import GatewayKit

/// A line with its secrets left out, and the carets that stand under a part of it.
struct MarkedLine {
    private let pieces: [Piece]
    private let position: ConfigPosition

    /// One character of the line as it is shown, and where it stood.
    private struct Piece {
        let text: String
        let padding: String
        let columns: Range<Int>
    }

    init(_ masked: SecretMask.Line, position: ConfigPosition) {
        var pieces: [Piece] = []
        var index = 0
        while index < masked.scalars.count {
            if let hidden = masked.hidden.first(where: { $0.contains(index) }) {
                let text = "<secret>"
                let blank = String(repeating: " ", count: text.count)
                pieces.append(Piece(text: text, padding: blank, columns: index..<hidden.upperBound))
                index = hidden.upperBound
            } else {
                let scalar = masked.scalars[index]
                let text = scalar == "\t" ? "\t" : String(Diagnostics.printable(scalar))
                pieces.append(Piece(text: text, padding: Self.padding(of: scalar), columns: index..<(index + 1)))
                index += 1
            }
        }
        self.pieces = pieces
        self.position = position
    }

    /// The line and the line of carets; of a very long line, the part around them.
    var shown: (line: String, caret: String) {
        let start = position.column - 1
        let end = start + max(1, position.length)
        let first = pieces.firstIndex { $0.columns.upperBound > start } ?? pieces.count
        let from = pieces.count > 160 ? max(0, first - 60) : 0
        let window = pieces[from..<min(pieces.count, from + 160)]
        let before = window.prefix { $0.columns.upperBound <= start }
        let under = window.dropFirst(before.count).prefix { $0.columns.lowerBound < end }
        // Behind the line's end each column is a space.
        let lead = from > 0 ? "…" : ""
        let padding = before.map(\.padding).joined()
        let width = max(1, under.reduce(0) { $0 + ($1.padding == "\t" ? 1 : $1.padding.count) })
        let trail = from + 160 < pieces.count ? "…" : ""
        return (
            lead + window.map(\.text).joined() + trail,
            (from > 0 ? " " : "") + padding + "^" + String(repeating: "~", count: width - 1)
        )
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
