/// Finds the word that a user probably meant.
public enum Spelling {
    /// The known word nearest to `word`, or nil when none is near enough; of equally near ones the
    /// first.
    ///
    /// Near is a Damerau-Levenshtein distance (optimal string alignment: insert, delete, replace, swap
    /// neighbours) of at most a third of the longer word, and at least 1. Case and the separators
    /// `-`, `_`, `.` and space do not count.
    public static func nearest(to word: String, among known: [String]) -> String? {
        let wanted = folded(word)
        var best: (distance: Int, word: String)?
        for candidate in known {
            let other = folded(candidate)
            let limit = max(1, max(wanted.count, other.count) / 3)
            let distance = distance(wanted, other)
            // A word of one letter is one step from any other.
            guard distance <= limit, distance < max(wanted.count, other.count) else { continue }
            if distance < best?.distance ?? .max { best = (distance, candidate) }
        }
        return best?.word
    }

    /// The Damerau-Levenshtein distance of two words, in Unicode scalars.
    static func distance(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, a) in left.enumerated() {
            var current = [row + 1]
            for (column, b) in right.enumerated() {
                var cost = min(last[column] + (a == b ? 0 : 1), last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, a == right[column - 1], left[row - 1] == b {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }

    private static func folded(_ word: String) -> [Unicode.Scalar] {
        word.lowercased().unicodeScalars.filter { !"-_. ".unicodeScalars.contains($0) }
    }
}
