/// A file's name and its lines, split where YAML splits them.
public struct ConfigSource: Sendable {
    /// The file as the operator named it.
    public let file: String
    /// The lines, without their ends.
    public let lines: [String]
    /// The same as characters, since a line may be as long as a file and is looked into at each of its places.
    let scalars: [[Unicode.Scalar]]

    /// Splits a text.
    public init(file: String, text: String) {
        self.file = file
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        var isBehindReturn = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\n" where isBehindReturn: break
            case "\n", "\r", "\u{85}", "\u{2028}", "\u{2029}":
                lines.append(String(line))
                line = String.UnicodeScalarView()
            case "\u{FEFF}" where lines.isEmpty && line.isEmpty: break
            default: line.append(scalar)
            }
            isBehindReturn = scalar == "\r"
        }
        if !line.isEmpty { lines.append(String(line)) }
        self.lines = lines
        scalars = lines.map { Array($0.unicodeScalars) }
    }

    /// The characters of the line of that number, from 1; none when there is no such line.
    func line(_ number: Int) -> [Unicode.Scalar] { scalars.indices.contains(number - 1) ? scalars[number - 1] : [] }
}
