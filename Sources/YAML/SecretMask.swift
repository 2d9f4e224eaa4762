import GatewayKit

/// Which parts of a file's lines must not be shown. It works on the text alone, since broken files are what it is for,
/// and hides too much rather than too little.
struct SecretMask: Sendable {
    /// A line with the parts of it that are hidden, ascending and apart.
    struct Line: Sendable {
        let scalars: [Unicode.Scalar]
        let hidden: [Range<Int>]

        init(_ scalars: [Unicode.Scalar], hiding ranges: [Range<Int>]) {
            self.scalars = scalars
            hidden = ranges.filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) {
                if let last = $0.last, last.upperBound >= $1.lowerBound {
                    $0[$0.count - 1] = last.lowerBound..<max(last.upperBound, $1.upperBound)
                } else {
                    $0.append($1)
                }
            }
        }
    }

    private let lines: [Line]
    private let names: SecretNames

    init(lines: [String], names: SecretNames) {
        var scanner = SecretScanner(names: names)
        self.lines = lines.map { scanner.scan(Array($0.unicodeScalars)) }
        self.names = names
    }

    /// Whether any part of what a problem is about must not be shown.
    func hides(_ problem: ConfigProblem) -> Bool {
        let start = problem.position.column - 1
        let place = start..<max(start + 1, start + problem.position.length)
        return line(problem.position.line, showing: problem).hidden.contains { $0.overlaps(place) }
    }

    /// A line, from 1. When the problem's own path leads to a secret, everything from its place on is hidden too: an
    /// alias can stand for a text under an innocent key.
    func line(_ number: Int, showing problem: ConfigProblem) -> Line {
        guard lines.indices.contains(number - 1) else { return Line([], hiding: []) }
        let line = lines[number - 1]
        let steps = problem.path.split(separator: ".").map { $0.prefix { $0 != "[" } }
        guard steps.contains(where: { names.isSecret($0) && !names.isSection($0) }) else { return line }
        let start = max(0, min(problem.position.column - 1, line.scalars.count))
        return Line(line.scalars, hiding: line.hidden + [start..<line.scalars.count])
    }
}
