import GatewayKit
import Yams

/// What the YAML parser refused, in words for the person who can mend it. Of a `YamlError` only marks and the parser's
/// own constant texts are used: the rest of it quotes the file.
struct SyntaxProblem {
    let problem: ConfigProblem

    init(_ error: YamlError, in source: ConfigSource) {
        let start = ConfigPosition(file: source.file, line: 1, column: 1)
        switch error {
        case .scanner(let context, let text, let mark, _), .parser(let context, let text, let mark, _),
            .composer(let context, let text, let mark, _):
            let found = Found(text: text, mark: mark, context: context, source: source)
            let (message, place) = found.inOurWords
            let position = ConfigPosition(file: source.file, line: place.line, column: place.column)
            problem = ConfigProblem(at: position, path: "", message)
        case .memory:
            problem = ConfigProblem(at: start, path: "", "the file is nested too deeply")
        default:
            problem = ConfigProblem(at: start, path: "", "the file cannot be parsed")
        }
    }
}

private struct Found {
    let text: String
    let mark: Mark
    let context: YamlError.Context?
    let source: ConfigSource

    /// The message, and the place that it is about: where something began that never ended, else where the parser
    /// stopped.
    var inOurWords: (message: String, place: Mark) {
        let begin = context.map(\.mark) ?? mark
        let line = "line \(begin.line)"
        switch text {
        case "could not find expected ':'":
            return ("expected a key with a colon and a space behind it", begin)
        case "mapping values are not allowed in this context", "mapping keys are not allowed in this context":
            return ("a key cannot stand here: mend the indentation, or put a text that holds ': ' in quotes", mark)
        case "block sequence entries are not allowed in this context":
            return ("a list item cannot stand here: begin it on a line of its own", mark)
        case "did not find expected key":
            return (stray ?? "expected a key in the same column as in \(line), where this map begins", mark)
        case "did not find expected '-' indicator":
            return ("expected '- ' in the same column as in \(line), where this list begins", mark)
        case "did not find expected ',' or ']'":
            return (interpolation ?? "expected ',' or ']' for the list that begins in \(line)", mark)
        case "did not find expected ',' or '}'":
            return (interpolation ?? "expected ',' or '}' for the map that begins in \(line)", mark)
        case "found unexpected end of stream", "found unexpected document indicator":
            return ("this quote is never closed", begin)
        case "found character that cannot start any token":
            return (character, mark)
        case "found a tab character that violates indentation",
            "found a tab character where an indentation space is expected":
            return (Self.tab, mark)
        case "did not find expected node content":
            return ("expected a value", mark)
        case "found undefined alias", "did not find expected alphabetic or numeric character":
            return ("a text that begins with '*' or '&' must stand in quotes", context == nil ? mark : begin)
        case "but found another document":
            return ("expected one document, found the beginning of another", mark)
        case "did not find expected <document start>":
            return (stray ?? "expected the end of the file: mend the indentation or the brackets above", mark)
        case "found unknown escape character", "did not find expected hexdecimal number",
            "found invalid Unicode character escape code":
            return ("unknown escape in double quotes: write \\\\ for a backslash, or use single quotes", mark)
        case "did not find expected comment or line break":
            return ("nothing may stand behind '|' or '>' but a comment", mark)
        case let text where text.hasPrefix("Maximum nesting level"):
            return ("the file is nested too deeply", mark)
        case let text where (text + (context?.text ?? "")).contains("directive") || text.contains("YAML document"):
            return ("a line that begins with '%' is a directive, which is not supported", begin)
        case let text where (text + (context?.text ?? "")).contains("tag"):
            return ("a text that begins with '!' must stand in quotes", begin)
        default:
            return ("not valid YAML: \(text)", mark)
        }
    }

    private var character: String {
        guard let marked else { return "expected a value" }
        return marked == "\t" ? Self.tab : "a text that begins with '\(marked)' must stand in quotes"
    }

    /// What to say of something that stands where the line should end.
    private var stray: String? {
        if marked == "}" || marked == "]" { return "this bracket closes none that is open" }
        let before = source.line(mark.line).prefix(mark.column - 1)
        return before.contains { $0 != " " && $0 != "-" } ? "expected the end of the line" : nil
    }

    /// What to say where a bare `${env:NAME}` within brackets is read as a map.
    private var interpolation: String? {
        marked == "{" && source.line(mark.line).prefix(mark.column - 1).last == "$"
            ? "within brackets, ${…} must stand in quotes" : nil
    }

    private var marked: Unicode.Scalar? {
        let scalars = source.line(mark.line)
        return scalars.indices.contains(mark.column - 1) ? scalars[mark.column - 1] : nil
    }

    private static let tab = "a tab cannot indent, use spaces"
}
