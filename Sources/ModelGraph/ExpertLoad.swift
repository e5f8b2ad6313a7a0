/// How much more the busiest rank's experts have to do than the mean, by the number of tokens of a step.
///
/// Under expert parallelism the busiest rank decides when a layer is done. Its rows are interpolated between
/// measured points and never fall as tokens grow.
public struct ExpertLoad: Sendable, Equatable {
    /// Tokens of a step with the busiest rank's load over the mean there, ascending.
    public let points: [(tokens: Int, factor: Double)]

    /// Points in any order; those of equal tokens are averaged, and rows that would fall are kept up.
    /// - Returns: nothing without points, which are those of at least one token.
    public init?(_ measured: [(tokens: Int, factor: Double)]) {
        var points: [(tokens: Int, factor: Double)] = []
        let sorted = measured.enumerated().filter { $0.element.tokens > 0 }
            .sorted { ($0.element.tokens, $0.offset) < ($1.element.tokens, $1.offset) }.map(\.element)
        var start = 0
        while start < sorted.count {
            let tokens = sorted[start].tokens
            let end = sorted[start...].firstIndex { $0.tokens != tokens } ?? sorted.count
            let mean = sorted[start..<end].reduce(0) { $0 + $1.factor } / Double(end - start)
            let least = points.last.map { Double($0.tokens) * $0.factor / Double(tokens) } ?? 1
            points.append((tokens, max(1, mean, least)))
            start = end
        }
        guard !points.isEmpty else { return nil }
        self.points = points
    }

    /// Load of the busiest rank over the mean in a step of `tokens`.
    public func factor(tokens: Int) -> Double {
        guard let first = points.first, let last = points.last, tokens > 0 else { return 1 }
        if tokens <= first.tokens { return first.factor }
        if tokens >= last.tokens { return last.factor }
        let upper = points.firstIndex { $0.tokens >= tokens } ?? points.count - 1
        let (a, b) = (points[upper - 1], points[upper])
        let share = Double(tokens - a.tokens) / Double(b.tokens - a.tokens)
        let (low, high) = (Double(a.tokens) * a.factor, Double(b.tokens) * b.factor)
        return (low + share * (high - low)) / Double(tokens)
    }

    public static func == (left: ExpertLoad, right: ExpertLoad) -> Bool {
        left.points.elementsEqual(right.points) { $0 == $1 }
    }
}
