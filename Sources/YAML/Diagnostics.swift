public import GatewayKit

/// Shows problems with their lines of the file, as a compiler does, and secrets left out:
///
///     config.yaml:14:7: error: mail: unknown key 'hots', did you mean 'host'?
///        14 |       hots: <secret>
///           |       ^~~~
public struct Diagnostics: Sendable {
    private let source: ConfigSource
    private let mask: SecretMask

    /// Shows lines of this file; `names` says which keys hold secrets.
    public init(source: ConfigSource, names: SecretNames) {
        self.source = source
        mask = SecretMask(lines: source.scalars, names: names)
    }

    /// All problems in the order of the file, each ended by a newline; of more than a hundred the first, and how many
    /// there are besides.
    public func text(for problems: [ConfigProblem]) -> String {
        let rest = problems.count - Self.most
        return problems.inOrderOfFile.prefix(Self.most).map(text).joined()
            + (rest > 0 ? "and \(rest) more problem\(rest == 1 ? "" : "s")\n" : "")
    }

    private static let most = 100

    private func text(for problem: ConfigProblem) -> String {
        let position = problem.position
        let place = position.line > 0 ? ":\(position.line):\(position.column)" : ""
        let path = problem.path.isEmpty ? "" : problem.path + ": "
        let heading = "\(source.file)\(place): \(problem.severity.rawValue): \(path)\(problem.message)"
        let first = String(String.UnicodeScalarView(heading.unicodeScalars.map(Self.printable))) + "\n"
        guard source.lines.indices.contains(position.line - 1) else { return first }
        let (line, caret) = MarkedLine(mask.line(position.line, showing: problem), position: position).shown
        let number = String(position.line)
        let gap = String(repeating: " ", count: max(0, 5 - number.count))
        let margin = String(repeating: " ", count: max(5, number.count))
        return first + "\(gap)\(number) | \(line)\n\(margin) | \(caret)\n"
    }

    /// Controls of the file must not reach a terminal.
    static func printable(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.properties.generalCategory == .control || scalar.properties.isBidiControl ? "\u{FFFD}" : scalar
    }
}
