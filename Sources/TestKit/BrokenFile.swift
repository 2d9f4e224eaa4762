import Foundation
public import GatewayKit
public import GatewayYAML
public import Testing

/// A configuration file that cannot be used as it is, whose lines end in the problems that are expected there:
///
///     mail:
///       hots: smtp.example.com   # error: mail: unknown key 'hots', did you mean 'host'?
///
/// A line may end in several of them, each behind its own ` # error: ` or ` # warning: `. Where a comment would be part
/// of what is broken, lines at the top of the file say `# expect 3:1: error: …`, with line and column. Problems must
/// come in the order of the file, each at a character of its line. Where the file holds a word that begins with
/// `canary`, the word must not appear in what an operator is shown.
public struct BrokenFile: Sendable, CustomTestStringConvertible {
    /// What the file is called in diagnostics and in the names of tests.
    public let name: String
    /// The whole text.
    public let text: String

    /// States a name and a text.
    public init(_ name: String, _ text: String) {
        self.name = name
        self.text = text
    }

    /// The files `*.yaml` of a folder, by name.
    public static func all(in folder: String) throws -> [BrokenFile] {
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }
        return try names.sorted().map { name in
            BrokenFile(name, try String(contentsOfFile: folder + "/" + name, encoding: .utf8))
        }
    }

    public var testDescription: String { name }

    /// Reads the file and expects exactly the problems that it announces, and no canary in any output.
    public func verify<Value>(
        with reader: YAMLReader, settings: Settings<Value>, registry: ModuleRegistry,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let document = reader.read(text, file: name)
        let problems = document.decode(settings, registry: registry).problems
        let names = settings.shape.object.map { SecretNames(root: $0, registry: registry) } ?? SecretNames()
        verify(problems, of: document.source, names: names, sourceLocation: sourceLocation)
    }

    /// Expects exactly the announced ones among these problems, which a reader of one's own has met, and no canary in
    /// any output.
    public func verify(
        _ problems: [ConfigProblem], of source: ConfigSource, names: SecretNames,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let expected = announced
        #expect(!expected.isEmpty, "\(name) announces no problem", sourceLocation: sourceLocation)
        var unexpected: [String] = []
        var missing = expected
        for problem in problems {
            if let index = missing.firstIndex(where: { $0.describes(problem) }) {
                missing.remove(at: index)
            } else {
                unexpected.append("\(name):\(problem.position.line):\(problem.position.column): \(problem.sentence)")
            }
        }
        #expect(unexpected.isEmpty, "problems that are not announced", sourceLocation: sourceLocation)
        #expect(missing.isEmpty, "announced problems that are not reported", sourceLocation: sourceLocation)
        let misplaced = problems.filter { !$0.position.isPlace(of: source) }.map { "\($0.position) \($0.sentence)" }
        #expect(misplaced.isEmpty, "problems at no character of the file", sourceLocation: sourceLocation)
        let places = problems.map(\.position)
        #expect(places == places.sorted(), "problems out of the order of the file", sourceLocation: sourceLocation)
        // Lines announce several problems in the order of their columns.
        let order = problems.compactMap { problem in
            expected.firstIndex { $0.column == nil && $0.describes(problem) }
        }
        #expect(order == order.sorted(), "problems out of the order of a line", sourceLocation: sourceLocation)

        let output = Diagnostics(source: source, names: names).text(for: problems)
        #expect(!output.contains("canary"), "a secret is shown", sourceLocation: sourceLocation)
    }

    /// A problem that the file says it has.
    struct Announced: Sendable, CustomStringConvertible {
        let line: Int
        let column: Int?
        let sentence: String

        func describes(_ problem: ConfigProblem) -> Bool {
            line == problem.position.line && (column ?? problem.position.column) == problem.position.column
                && sentence == problem.sentence
        }

        var description: String { "\(line)\(column.map { ":\($0)" } ?? ""): \(sentence)" }
    }

    /// The problems that the file says it has.
    var announced: [Announced] {
        ConfigSource(file: name, text: text).lines.enumerated().flatMap { index, line in
            if let match = line.wholeMatch(of: #/# expect (\d+):(\d+): (.*)/#) {
                return [Announced(line: Int(match.1) ?? 0, column: Int(match.2), sentence: String(match.3))]
            }
            let starts = line.ranges(of: #/#\s(error|warning): /#)
            return starts.enumerated().map { number, start in
                let end = number + 1 < starts.count ? starts[number + 1].lowerBound : line.endIndex
                let text = line[start.lowerBound..<end].dropFirst(2)
                return Announced(
                    line: index + 1, column: nil, sentence: text.trimmingCharacters(in: .whitespaces))
            }
        }
    }
}

extension ConfigProblem {
    /// The problem as its heading shows it, without its place.
    fileprivate var sentence: String { "\(severity.rawValue): " + (path.isEmpty ? "" : path + ": ") + message }
}

extension ConfigPosition {
    /// Whether a line of the source has characters there: anything but the blank behind a key that holds nothing.
    fileprivate func isPlace(of source: ConfigSource) -> Bool {
        guard source.lines.indices.contains(line - 1) else { return false }
        let characters = Array(source.lines[line - 1].unicodeScalars)
        guard characters.indices.contains(column - 1), characters.indices.contains(column + length - 2)
        else { return false }
        return characters[column - 1] != " " || [":", "-"].contains(characters[..<(column - 1)].last { $0 != " " })
    }
}
