/// What someone may have meant by a word that is not known.
package enum Suggestion {
    /// The known word that takes the fewest edits (insert, delete, replace, swap neighbours) to reach, when that is at
    /// most a third of the longer one's letters; the first of equals.
    package static func nearest(to word: String, among known: [String]) -> String? {
        let typed = Array(word.lowercased())
        let ranked = known.map { (word: $0, edits: edits(from: typed, to: Array($0.lowercased()))) }
        guard let best = ranked.min(by: { $0.edits < $1.edits }) else { return nil }
        return best.edits <= max(1, max(typed.count, best.word.count) / 3) ? best.word : nil
    }

    /// The optimal string alignment distance.
    static func edits(from left: [Character], to right: [Character]) -> Int {
        var rows = [Array(0...right.count)]
        for i in 0..<left.count {
            var row = [i + 1]
            for j in 0..<right.count {
                var cost = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (left[i] == right[j] ? 0 : 1))
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    cost = min(cost, rows[i - 1][j - 1] + 1)
                }
                row.append(cost)
            }
            rows.append(row)
        }
        return rows[left.count][right.count]
    }
}
