import Yams

/// How much of a line a node takes up, since Yams says only where one begins.
struct SourceExtent {
    private let rest: ArraySlice<Unicode.Scalar>

    init(_ line: [Unicode.Scalar], column: Int) {
        rest = line.dropFirst(column - 1)
    }

    /// The characters of a scalar, or of a map's first key, on their first line; 1 for everything else, and for a text
    /// in a block.
    func length(of node: Yams.Node, spelled: (Yams.Node.Scalar) -> String) -> Int {
        switch node {
        case .scalar(let scalar): max(1, length(of: spelled(scalar)))
        case .mapping(let pairs) where rest.first != "{": pairs.first.map { length(of: $0.key, spelled: spelled) } ?? 1
        case .mapping, .sequence, .alias: 1
        }
    }

    private func length(of text: String) -> Int {
        switch rest.first {
        case "\"", "'": quotedLength
        case "|", ">", "&", "!", nil: 1
        default: plainLength(of: text)
        }
    }

    private var quotedLength: Int {
        var isEscaped = false
        for (offset, scalar) in rest.enumerated().dropFirst() {
            if scalar == rest.first && !isEscaped { return offset + 1 }
            isEscaped = scalar == "\\" && rest.first == "\"" && !isEscaped
        }
        return rest.count
    }

    private func plainLength(of text: String) -> Int {
        let scalars = Array(text.unicodeScalars)
        return zip(scalars, rest).prefix { $0 == $1 }.count
    }
}
