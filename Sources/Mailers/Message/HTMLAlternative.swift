/// A text as HTML, for programs that show no other kind well: its paragraphs, and its links to be followed. There is
/// nothing in it that runs, is fetched from elsewhere, or tells of its reader.
enum HTMLAlternative {
    /// The page's lines; those of the text stay lines.
    static func lines(of text: [Substring]) -> [Substring] {
        let paragraphs = text.split { $0.allSatisfy(\.isWhitespace) }
        let body = paragraphs.flatMap { paragraph in
            paragraph.enumerated().map { index, line in
                (index == 0 ? "<p>" : "") + withLinks(line) + (index == paragraph.count - 1 ? "</p>" : "<br>")
            }
        }
        return (["<!DOCTYPE html>", "<html><body>"] + body + ["</body></html>"]).map { Substring($0) }
    }

    /// A line with its URLs made links; a full stop or the like behind one belongs to the sentence.
    private static func withLinks(_ line: Substring) -> String {
        var html = ""
        var rest = line
        for match in line.matches(of: #/https?://[^\s<>"]+/#) {
            guard let last = match.output.lastIndex(where: { !".,;:!?".contains($0) }) else { continue }
            let url = escaped(line[match.range.lowerBound...last])
            html += escaped(line[rest.startIndex..<match.range.lowerBound]) + "<a href=\"\(url)\">\(url)</a>"
            rest = line[line.index(after: last)...]
        }
        return html + escaped(rest)
    }

    /// By scalars: to Swift, a sign with an accent on it is another character than the sign.
    private static func escaped(_ text: Substring) -> String {
        text.unicodeScalars.reduce(into: "") { html, scalar in
            switch scalar {
            case "&": html += "&amp;"
            case "<": html += "&lt;"
            case ">": html += "&gt;"
            case "\"": html += "&quot;"
            case "'": html += "&#39;"
            default: html.unicodeScalars.append(scalar)
            }
        }
    }
}
