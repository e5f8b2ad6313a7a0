import EventEngine

/// Choosing the next token from logits.
///
/// A function of logits and random stream alone; ties go to the smaller index.
public struct TokenSampler: Sendable {
    /// 0 takes the largest logit and draws nothing.
    public var temperature: Float
    /// How many of the largest are candidates; 0 for all.
    public var topK: Int
    /// The smallest set of the largest whose probabilities reach this sum are candidates
    /// (nucleus sampling, Holtzman et al. 2020, arXiv:1904.09751); 1 for all.
    public var topP: Float

    /// - Precondition: `temperature` and `topK` are not negative, `topP` is in (0, 1].
    public init(temperature: Float = 1, topK: Int = 0, topP: Float = 1) {
        precondition(temperature >= 0 && topK >= 0 && topP > 0 && topP <= 1, "a sampler out of range")
        self.temperature = temperature
        self.topK = topK
        self.topP = topP
    }

    /// A token for one row of `count` logits, which become probabilities unless the temperature is 0.
    /// - Precondition: `count` is positive.
    public func sample(
        _ logits: UnsafeMutablePointer<Float>, count: Int, using stream: inout RandomStream
    ) -> Int {
        precondition(count > 0, "a choice needs a candidate")
        if temperature == 0 { return Self.indexOfLargest(logits, count) }
        Softmax.apply(logits, rows: 1, width: count, temperature: temperature)
        if (topK == 0 || topK >= count) && topP == 1 {
            return Self.draw(0..<count, logits, total: Self.sum(0..<count, logits), using: &stream)
        }
        let kept = candidates(logits, count)
        return Self.draw(kept, logits, total: Self.sum(kept, logits), using: &stream)
    }

    /// The tokens that may be drawn, the most probable first: `topK` before `topP`, whose sum is then that
    /// of what `topK` left.
    private func candidates(_ probabilities: UnsafePointer<Float>, _ count: Int) -> [Int] {
        let kept: [Int]
        var total = 1.0
        if topK > 0, topK < count {
            kept = Self.largest(topK, of: probabilities, count)
            total = Self.sum(kept, probabilities)
        } else {
            // All tokens below (1 - p) / n together have less than 1 - p, so the nucleus is among the others.
            let bound = (1 - topP) / Float(count)
            kept = Self.sorted((0..<count).filter { probabilities[$0] >= bound }, probabilities)
        }
        guard topP < 1 else { return kept }
        var sum = 0.0
        for (position, token) in kept.enumerated() {
            sum += Double(probabilities[token])
            if sum >= Double(topP) * total { return Array(kept.prefix(position + 1)) }
        }
        return kept
    }

    /// The `limit` most probable tokens, in order; work in proportion to `count`.
    private static func largest(_ limit: Int, of probabilities: UnsafePointer<Float>, _ count: Int) -> [Int] {
        var kept: [Int] = []
        kept.reserveCapacity(2 * limit)
        var bound = -Float.infinity
        for token in 0..<count where probabilities[token] > bound {
            kept.append(token)
            if kept.count == 2 * limit {
                kept = Array(sorted(kept, probabilities).prefix(limit))
                bound = probabilities[kept[limit - 1]]
            }
        }
        return Array(sorted(kept, probabilities).prefix(limit))
    }

    private static func sorted(_ tokens: [Int], _ probabilities: UnsafePointer<Float>) -> [Int] {
        tokens.sorted { (probabilities[$1], $0) < (probabilities[$0], $1) }
    }

    private static func sum(_ tokens: some Sequence<Int>, _ probabilities: UnsafePointer<Float>) -> Double {
        tokens.reduce(0) { $0 + Double(probabilities[$1]) }
    }

    private static func draw(
        _ tokens: some Collection<Int>, _ probabilities: UnsafePointer<Float>, total: Double,
        using stream: inout RandomStream
    ) -> Int {
        var rest = stream.uniform() * total
        var last = 0
        for token in tokens where probabilities[token] > 0 {
            rest -= Double(probabilities[token])
            last = token
            if rest < 0 { return token }
        }
        return last
    }

    private static func indexOfLargest(_ values: UnsafePointer<Float>, _ count: Int) -> Int {
        let largest = VectorMath.largest(values, count)
        return (0..<count).first { values[$0] == largest } ?? 0
    }
}
