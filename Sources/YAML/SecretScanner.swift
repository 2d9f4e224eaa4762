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
    /// The keys of a map are free. Lines deeper than this belong to one.
    private var freeDepth: Int?
    /// Within more brackets than this, behind this place, the line belongs to one.
    private var freeFlow: (brackets: Int, start: Int)?
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
            if let next = closeQuote(quote, from: first, searching: first) { scanKeys(from: next) }
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
        if let freeDepth, line.depth <= freeDepth, !isComment { self.freeDepth = nil }
        freeFlow = nil
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

    /// Hides a quoted text; where the line goes on behind it, if it does.
    private mutating func closeQuote(_ quote: Unicode.Scalar, from start: Int, searching index: Int) -> Int? {
        guard let close = line.closing(quote, from: index) else {
            hidden.append(start..<line.end)
            open = .quote(quote)
            return nil
        }
        guard line.isTail(close + 1) else {
            hidden.append(start..<line.end)
            open = .plain
            return nil
        }
        hidden.append(start..<close + 1)
        open = .nothing
        return close + 1
    }

    private mutating func scanKeys(from start: Int) {
        var index = start
        while index < line.end {
            if let flow = freeFlow, index > flow.start, line.brackets(at: index) <= flow.brackets { freeFlow = nil }
            if freeDepth == nil, freeFlow == nil, let key = line.key(at: index), names.isUnknown(text(key.name)) {
                hideWords(of: key.name)
                guard !line.isInComment(index) else { return hidden.append(key.value..<line.end) }
                guard let next = hideValue(from: key.value, key: index, isSection: false) else { return }
                index = next
                continue
            }
            guard let word = line.word(at: index) else {
                index += 1
                continue
            }
            index = word.upperBound
            let name = text(word)
            beginMap(named: name, at: word)
            guard names.isSecret(name) else { continue }
            if let value = line.valueStart(behind: word.upperBound) {
                let next =
                    innerStart(of: name, value)
                    ?? hideValue(from: value, key: word.lowerBound, isSection: names.isSection(name))
                guard let next else { return }
                index = next
            } else if standsBeforeSecret(word) {
                hidden.append(word.upperBound..<line.end)
                begin(.plain, key: word.lowerBound)
                return
            }
        }
    }

    /// Hides all but the first word of a key that is none, as messages do: `password hunter2: x`.
    private mutating func hideWords(of name: Range<Int>) {
        guard let word = line.word(at: name.lowerBound), word.upperBound < name.upperBound else { return }
        hidden.append(word.upperBound..<name.upperBound)
    }

    private mutating func beginMap(named name: String, at word: Range<Int>) {
        guard names.isMap(name), let value = line.valueStart(behind: word.upperBound) else { return }
        if value == line.end || line.scalars[value] == "#" {
            freeDepth = min(freeDepth ?? line.depth, line.depth)
        } else if freeFlow == nil {
            freeFlow = (line.brackets(at: word.lowerBound), value)
        }
    }

    private func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(line.scalars[range])) }

    /// Whether a word like `password` has more behind it, as a key without its colon, or as the text `password x`.
    private func standsBeforeSecret(_ word: Range<Int>) -> Bool {
        if line.isFirst(word.lowerBound) { return line.hasMore(behind: word.upperBound) }
        return line.beginsValue(word.lowerBound) && line.hasMore(behind: word.upperBound, andComment: false)
    }

    /// Where to look on when the key is a section whose inner keys speak for themselves.
    private func innerStart(of name: String, _ value: Int) -> Int? {
        guard names.isSection(name) else { return nil }
        return value == line.end || ["{", "[", "#"].contains(line.scalars[value]) ? value : nil
    }

    /// Hides a value; where the line goes on behind it, if it does.
    private mutating func hideValue(from value: Int, key: Int, isSection: Bool) -> Int? {
        if !isSection || value < line.end { begin(.nothing, key: key) }
        guard value < line.end else {
            open = .plain
            return nil
        }
        if let quote = line.quote(at: value) { return closeQuote(quote, from: value, searching: value + 1) }
        if line.isInFlow(key), !["|", ">", "&", "*", "!", "{", "["].contains(line.scalars[value]),
            let end = line.flowEnd(from: value)
        {
            hidden.append(value..<end)
            return end
        }
        hidden.append(value..<line.end)
        open = .plain
        return nil
    }

    private mutating func begin(_ open: Open, key: Int) {
        self.open = open
        let depth = 2 * (line.isInFlow(key) ? key : line.contentStart)
        limit = min(limit ?? depth, depth)
    }
}
