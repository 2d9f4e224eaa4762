/// One line as a reader of broken YAML sees it: words, quotes, brackets, and where things begin and end.
struct ScalarLine {
    let scalars: [Unicode.Scalar]
    /// For each place, the character before it that is neither blank nor quote, and how many brackets are open there:
    /// found in one walk, since a line may be as long as a file.
    private let places: [(before: Unicode.Scalar?, depth: Int)]
    /// Where a comment begins, or the line's end.
    private let comment: Int

    init(_ scalars: [Unicode.Scalar]) {
        self.scalars = scalars
        var places: [(before: Unicode.Scalar?, depth: Int)] = []
        places.reserveCapacity(scalars.count)
        var before: Unicode.Scalar?
        var depth = 0
        var comment = scalars.count
        for (index, scalar) in scalars.enumerated() {
            places.append((before, depth))
            switch scalar {
            case "{", "[": depth += 1
            case "}", "]": depth = max(0, depth - 1)
            case "#" where index == 0 || Self.isBlank(scalars[index - 1]): comment = min(comment, index)
            default: break
            }
            if !Self.isBlank(scalar), !Self.isQuote(scalar) { before = scalar }
        }
        self.places = places
        self.comment = comment
    }

    var end: Int { scalars.count }

    /// Where the first character stands that is no blank.
    var first: Int? { scalars.firstIndex { !Self.isBlank($0) } }

    /// How deep the line is indented, doubled; a list item counts as a little deeper than a key of its column.
    var depth: Int {
        guard let first else { return 0 }
        return 2 * first + (contentStart > first ? 1 : 0)
    }

    /// Where the content begins behind blanks and the dashes of list items.
    var contentStart: Int {
        var index = first ?? end
        while index < end, scalars[index] == "-", index + 1 == end || Self.isBlank(scalars[index + 1]) {
            index = skipBlanks(index + 1)
        }
        return index
    }

    /// Whether the line begins a key, an item, a comment, a document or the end of a collection.
    var beginsAnew: Bool {
        guard let first else { return false }
        if contentStart > first || isKey(at: first) { return true }
        if ["#", "}", "]"].contains(scalars[first]) { return true }
        return first == 0 && (scalars.starts(with: "---".unicodeScalars) || scalars.starts(with: "...".unicodeScalars))
    }

    /// The word that begins at this place, if one does.
    func word(at index: Int) -> Range<Int>? {
        guard Self.isWord(scalars[index]), index == 0 || !Self.isWord(scalars[index - 1]) else { return nil }
        return index..<(scalars[index...].firstIndex { !Self.isWord($0) } ?? end)
    }

    /// Where the value begins when a colon or an equals sign stands behind a key that ends here.
    func valueStart(behind index: Int) -> Int? {
        let colon = skip(index) { Self.isBlank($0) || Self.isQuote($0) }
        guard colon < end, scalars[colon] == ":" || scalars[colon] == "=" else { return nil }
        return skipBlanks(colon + 1)
    }

    /// Whether nothing but what opens a collection, an item, a quote or a comment stands before this place.
    func isFirst(_ index: Int) -> Bool {
        guard let before = places[index].before else { return true }
        return ["{", "[", ",", "?", "#", "-"].contains(before)
    }

    /// Whether a text of some words begins here as the value of a key.
    func beginsValue(_ index: Int) -> Bool { places[index].before == ":" }

    /// The key that begins at this place, without its quotes, and where its value begins.
    func key(at index: Int) -> (name: Range<Int>, value: Int)? {
        guard isFirst(index), !Self.isBlank(scalars[index]), index == 0 || !Self.isQuote(scalars[index - 1])
        else { return nil }
        // A dash or a question mark stands alone: `?t=` is a URL's.
        if let before = places[index].before, "-?#".unicodeScalars.contains(before), !Self.isBlank(scalars[index - 1]) {
            return nil
        }
        // What stands in `${env:NAME}` is the name of a variable.
        if index > 1, scalars[index - 1] == "{", scalars[index - 2] == "$" { return nil }
        if ["-", "?", "#"].contains(scalars[index]), index + 1 == end || Self.isBlank(scalars[index + 1]) {
            return nil
        }
        if let quote = quote(at: index) {
            let limit = min(end, index + Self.longestKey)
            guard let close = closing(quote, from: index + 1, before: limit) else { return nil }
            let colon = skipBlanks(close + 1)
            guard colon < end, scalars[colon] == ":" || scalars[colon] == "=" else { return nil }
            return (index + 1..<close, skipBlanks(colon + 1))
        }
        var next = index
        while next < min(end, index + Self.longestKey) {
            switch scalars[next] {
            case ":", "=":
                guard isColon(next, of: index) else { return nil }
                return (index..<endOfName(index, next), skipBlanks(next + 1))
            case ",", "{", "}", "[", "]": return nil
            case "#" where next > index && Self.isBlank(scalars[next - 1]): return nil
            default: next += 1
            }
        }
        return nil
    }

    /// Whether a colon or an equals sign ends a key that begins at `start`: with a blank behind it, or, as a slip of
    /// the pen, without one behind a single word; `https://` is none.
    private func isColon(_ index: Int, of start: Int) -> Bool {
        let next = index + 1
        if scalars[index] == ":", next == end || Self.isBlank(scalars[next]) { return true }
        guard let word = word(at: start), scalars[start].properties.isAlphabetic, skipBlanks(word.upperBound) == index
        else { return false }
        return !(scalars[index] == ":" && scalars[next...].prefix(2).elementsEqual(["/", "/"]))
    }

    private func endOfName(_ start: Int, _ colon: Int) -> Int {
        var end = colon
        while end > start, Self.isBlank(scalars[end - 1]) { end -= 1 }
        return end
    }

    /// No setting has so long a name.
    private static let longestKey = 256

    /// Whether more than the end of an item stands behind this place; a comment counts where a word stands alone.
    func hasMore(behind index: Int, andComment: Bool = true) -> Bool {
        let next = skip(index) { Self.isBlank($0) || Self.isQuote($0) }
        guard next < end, !andComment, scalars[next] == "#" else {
            return next < end && ![",", "}", "]"].contains(scalars[next])
        }
        return next == index
    }

    /// How many brackets are open before this place.
    func brackets(at index: Int) -> Int { places[index].depth }

    /// Whether a bracket is open before this place.
    func isInFlow(_ index: Int) -> Bool { brackets(at: index) > 0 }

    /// Whether this place is within a comment.
    func isInComment(_ index: Int) -> Bool { index > comment }

    /// Where a plain value of a flow map ends: before a comma and a key, or before the brackets that end the line.
    func flowEnd(from start: Int) -> Int? {
        (start..<end).first { index in
            switch scalars[index] {
            case ",": return opensItem(at: index + 1)
            case "}", "]":
                let next = skip(index) { Self.isBlank($0) || $0 == "}" || $0 == "]" }
                guard next < end else { return true }
                return scalars[next] == "#" || (scalars[next] == "," && opensItem(at: next + 1))
            default: return false
            }
        }
    }

    /// Whether a closed quote may end here: behind it comes the line's end, a comment, or what follows in a collection.
    func isTail(_ index: Int) -> Bool {
        let next = skipBlanks(index)
        guard next < end else { return true }
        return [",", "}", "]"].contains(scalars[next]) || (scalars[next] == "#" && next > index)
    }

    /// The quote at this place, if there is one.
    func quote(at index: Int) -> Unicode.Scalar? {
        index < end && Self.isQuote(scalars[index]) ? scalars[index] : nil
    }

    /// Where a quoted text ends, from inside it: `\"` and `''` do not end one.
    func closing(_ quote: Unicode.Scalar, from start: Int, before limit: Int? = nil) -> Int? {
        var index = start
        while index < limit ?? end {
            if quote == "\"" && scalars[index] == "\\" {
                index += 2
            } else if scalars[index] != quote {
                index += 1
            } else if quote == "'" && index + 1 < end && scalars[index + 1] == "'" {
                index += 2
            } else {
                return index
            }
        }
        return nil
    }

    /// The passwords of `scheme://user:password@host`.
    var userPasswords: [Range<Int>] {
        var ranges: [Range<Int>] = []
        var index = 0
        while index + 2 < end {
            guard scalars[index] == ":", scalars[index + 1] == "/", scalars[index + 2] == "/" else {
                index += 1
                continue
            }
            let start = index + 3
            let stop = scalars[start...].firstIndex { Self.isBlank($0) } ?? end
            if let at = scalars[start..<stop].lastIndex(of: "@"),
                let colon = scalars[start..<at].firstIndex(of: ":")
            {
                ranges.append(colon + 1..<at)
            }
            index = stop
        }
        return ranges
    }

    private func opensItem(at index: Int) -> Bool {
        let next = skipBlanks(index)
        return next < end && (scalars[next] == "{" || scalars[next] == "[" || isKey(at: next))
    }

    private func isKey(at index: Int) -> Bool {
        var next = index
        if quote(at: next) != nil { next += 1 }
        guard next < end, let word = word(at: next) else { return false }
        next = word.upperBound
        if quote(at: next) != nil { next += 1 }
        next = skipBlanks(next)
        guard next < end, scalars[next] == ":" else { return false }
        return next + 1 == end || Self.isBlank(scalars[next + 1])
    }

    private func skipBlanks(_ index: Int) -> Int { skip(index, while: Self.isBlank) }

    private func skip(_ index: Int, while isSkipped: (Unicode.Scalar) -> Bool) -> Int {
        var index = index
        while index < end, isSkipped(scalars[index]) { index += 1 }
        return index
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\t" }

    private static func isQuote(_ scalar: Unicode.Scalar) -> Bool { scalar == "\"" || scalar == "'" }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || ["_", "-", "."].contains(scalar)
    }
}
