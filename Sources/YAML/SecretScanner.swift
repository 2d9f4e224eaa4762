import GatewayKit

/// Goes through a file's lines from the first and finds the values of keys that hold secrets, also where they go on
/// over lines: in blocks, in quotes, in lists, in flow maps.
struct SecretScanner {
    /// What a secret's value left open at the end of a line.
    private enum Open: Equatable {
        case nothing
        /// A quote of that kind.
        case quote(Unicode.Scalar)
        /// A plain text, which the next line may go on with unless it begins something new.
        case plain
    }

    private let names: SecretNames
    private var open = Open.nothing
    /// Lines indented deeper than this belong to a secret; see `depth`.
    private var limit: Int?
    private var line = ScalarLine([])
    private var hidden: [Range<Int>] = []

    init(names: SecretNames) { self.names = names }

    /// The next line.
    mutating func scan(_ scalars: [Unicode.Scalar]) -> SecretMask.Line {
        line = ScalarLine(scalars)
        hidden = line.userPasswords
        if let first = line.first { scan(from: first) }
        return SecretMask.Line(scalars, hiding: hidden)
    }

    private mutating func scan(from first: Int) {
        if case .quote(let quote) = open {
            closeQuote(quote, from: first, searching: first)
            return
        }
        let isComment = line.scalars[first] == "#"
        if let limit, line.depth > limit {
            hidden.append(first..<line.end)
            let content = line.contentStart
            if let quote = line.quote(at: content), line.closing(quote, from: content + 1) == nil {
                open = .quote(quote)
            }
            return
        }
        if !isComment { limit = nil }
        if line.scalars[first] == ":" {
            // The value of a key that began with '? '.
            hidden.append(first + 1..<line.end)
            return
        }
        if open == .plain, !isComment {
            guard line.beginsAnew else {
                let end = line.flowEnd(from: first) ?? line.end
                hidden.append(first..<end)
                if end < line.end { scanKeys(from: end) }
                return
            }
            open = .nothing
        }
        scanKeys(from: 0)
    }

    private mutating func closeQuote(_ quote: Unicode.Scalar, from start: Int, searching index: Int) {
        guard let close = line.closing(quote, from: index) else {
            hidden.append(start..<line.end)
            open = .quote(quote)
            return
        }
        guard line.isTail(close + 1) else {
            hidden.append(start..<line.end)
            open = .plain
            return
        }
        hidden.append(start..<close + 1)
        open = .nothing
        scanKeys(from: close + 1)
    }

    private mutating func scanKeys(from start: Int) {
        var index = start
        while index < line.end {
            guard let word = line.word(at: index) else {
                index += 1
                continue
            }
            let name = String(String.UnicodeScalarView(line.scalars[word]))
            index = word.upperBound
            guard names.isSecret(name) else { continue }
            if let value = line.valueStart(behind: word.upperBound) {
                guard let next = innerStart(of: name, value) else {
                    hideValue(from: value, key: word.lowerBound, isSection: names.isSection(name))
                    return
                }
                index = next
            } else if line.isFirst(word.lowerBound), line.hasMore(behind: word.upperBound) {
                hidden.append(word.upperBound..<line.end)
                begin(.plain, key: word.lowerBound)
                return
            }
        }
    }

    /// Where to look on when the key is a section whose inner keys speak for themselves.
    private func innerStart(of name: String, _ value: Int) -> Int? {
        guard names.isSection(name) else { return nil }
        return value == line.end || ["{", "[", "#"].contains(line.scalars[value]) ? value : nil
    }

    private mutating func hideValue(from value: Int, key: Int, isSection: Bool) {
        if !isSection || value < line.end { begin(.nothing, key: key) }
        guard value < line.end else {
            open = .plain
            return
        }
        if let quote = line.quote(at: value) {
            closeQuote(quote, from: value, searching: value + 1)
        } else if line.isInFlow(key), !["|", ">", "&", "*", "!", "{", "["].contains(line.scalars[value]),
            let end = line.flowEnd(from: value)
        {
            hidden.append(value..<end)
            scanKeys(from: end)
        } else {
            hidden.append(value..<line.end)
            open = .plain
        }
    }

    private mutating func begin(_ open: Open, key: Int) {
        self.open = open
        let depth = 2 * (line.isInFlow(key) ? key : line.contentStart)
        limit = min(limit ?? depth, depth)
    }
}
