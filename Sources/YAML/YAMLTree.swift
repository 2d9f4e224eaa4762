import GatewayKit
import Yams

/// A text's tree as Yams builds it, with scalars as text.
///
/// Yams stops at the first map in which a key stands twice and names one of its places. So the key at that place is
/// given another first character, of the private use area, and the text is parsed again: in the end every key stands
/// once, and `originalKeys` says how the renamed ones were spelled.
struct YAMLTree {
    /// A place of the text, from 1.
    struct Place: Hashable {
        let line: Int
        let column: Int

        init(_ mark: Mark) {
            line = mark.line
            column = mark.column
        }
    }

    /// The root; nil for a text of nothing but comments.
    private(set) var root: Yams.Node?
    /// The text of each renamed key by its place.
    private(set) var originalKeys: [Place: String] = [:]

    init(text: String, source: ConfigSource) throws(UnusableText) {
        try Self.refuseAliasesInKeys(source)
        var lines = source.lines
        while true {
            do {
                // Columns stay those of the source, since lines are joined as they were split and renaming keeps
                // lengths.
                let text = originalKeys.isEmpty ? text : lines.joined(separator: "\n") + "\n"
                root = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8).singleRoot()
                return
            } catch YamlError.duplicatedKeysInMapping(let duplicates, let context) {
                // `context.text` is the whole file: it is not looked at.
                try rename(duplicates.first ?? "", at: context.mark, in: &lines, of: source)
            } catch let error as YamlError {
                throw UnusableText([SyntaxProblem(error, in: source).problem])
            } catch {
                throw UnusableText("the file cannot be parsed", at: Self.start(of: source))
            }
        }
    }

    private mutating func rename(
        _ key: String, at mark: Mark, in lines: inout [String], of source: ConfigSource
    ) throws(UnusableText) {
        let place = Place(mark)
        let position = ConfigPosition(file: source.file, line: place.line, column: place.column)
        let duplicate = UnusableText([
            ConfigProblem(
                at: position, path: "", "key \(quoted(key)) is given twice in this map",
                discreetly: "this key is given twice in this map")
        ])
        guard originalKeys[place] == nil, originalKeys.count < 50, lines.indices.contains(place.line - 1),
            let stand = Unicode.Scalar(0xF0000 + UInt32(originalKeys.count))
        else { throw duplicate }
        var scalars = Array(lines[place.line - 1].unicodeScalars)
        var index = place.column - 1
        if scalars.indices.contains(index), scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
        guard scalars.indices.contains(index), !key.isEmpty else { throw duplicate }
        scalars[index] = stand
        lines[place.line - 1] = String(String.UnicodeScalarView(scalars))
        originalKeys[place] = key
    }

    /// Yams hashes each key, and a key that is a map of aliases of maps of aliases is millions of values to hash. No
    /// honest file has one, so a text that shows both many aliases and anything but a word before a colon is refused
    /// unparsed.
    private static func refuseAliasesInKeys(_ source: ConfigSource) throws(UnusableText) {
        let lines = source.lines.enumerated().filter { !$0.element.drop { $0 == " " }.hasPrefix("#") }
        let aliases = lines.reduce(0) { count, line in
            guard line.element.utf8.contains(UInt8(ascii: "*")) else { return count }
            return count + line.element.matches(of: #/(^|[\s\[{,])\*[^\s*\/]/#).count
        }
        guard aliases > 12 else { return }
        let noWord = #/(^|[\s\[{,-])\?(\s|$)|[\]}]\s*:|(^|[\s\[{,])\*[^\s:]+\s*:(\s|$)/#
        guard let suspect = lines.first(where: { $0.element.contains(noWord) }) else { return }
        let column = suspect.element.unicodeScalars.prefix { $0 == " " }.count + 1
        throw UnusableText(
            "a key must be a plain text, above all in a file with many aliases",
            at: ConfigPosition(file: source.file, line: suspect.offset + 1, column: column))
    }

    private static func start(of source: ConfigSource) -> ConfigPosition {
        ConfigPosition(file: source.file, line: 1, column: 1)
    }
}
