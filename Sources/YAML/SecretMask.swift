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
            count = scalars.count - hidden.reduce(0) { $0 + $1.count - 1 }
        }

        /// How many pieces the line has when each hidden part is one.
        let count: Int

        /// The first hidden part that does not end before this place.
        func hidden(from index: Int) -> Range<Int>? {
            var (low, high) = (0, hidden.count)
            while low < high {
                let middle = (low + high) / 2
                if hidden[middle].upperBound > index { high = middle } else { low = middle + 1 }
            }
            return low < hidden.count ? hidden[low] : nil
        }

        /// The piece at this place: the hidden part around it, or the one character.
        func piece(at index: Int) -> Range<Int> {
            if let part = hidden(from: index), part.contains(index) { return part }
            return index..<index + 1
        }
    }

    private let lines: [Line]
    private let names: SecretNames

    init(lines: [[Unicode.Scalar]], names: SecretNames) {
        var scanner = SecretScanner(names: names)
        self.lines = lines.map { scanner.scan($0) }
        self.names = names
    }

    /// Whether any part of what a problem is about must not be shown.
    func hides(_ problem: ConfigProblem) -> Bool {
        let start = problem.position.column - 1
        let end = max(start + 1, start + problem.position.length)
        let part = line(problem.position.line, showing: problem).hidden(from: start)
        return part.map { $0.lowerBound < end } ?? false
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
