/// The gate of a mixture of experts: which experts see a token, and with what weight.
public struct ExpertGating: Sendable {
    /// How router logits become weights.
    public enum Scoring: Sendable {
        /// Softmax over all experts (Mixtral, Qwen).
        case softmax
        /// `1 / (1 + exp(-x))` of each expert (DeepSeek-V3).
        case sigmoid
    }

    /// Experts to choose from.
    public let experts: Int
    /// Experts that each token sees.
    public let expertsPerToken: Int
    /// How router logits become weights.
    public let scoring: Scoring
    /// Whether the weights of a token's experts are scaled to sum to one.
    public let renormalises: Bool

    /// - Precondition: a token visits at least one expert and at most all.
    public init(experts: Int, expertsPerToken: Int, scoring: Scoring = .softmax, renormalises: Bool = true) {
        precondition(expertsPerToken > 0 && expertsPerToken <= experts, "a token cannot visit so many experts")
        self.experts = experts
        self.expertsPerToken = expertsPerToken
        self.scoring = scoring
        self.renormalises = renormalises
    }

    /// Chooses the experts of each token by score; ties go to the smaller index.
    ///
    /// - Parameters:
    ///   - logits: `[token][expert]`.
    ///   - bias: added to scores for the choice alone, as in balancing without an auxiliary loss
    ///     (Wang et al. 2024, arXiv:2408.15664); one for each expert.
    public func route(
        _ logits: UnsafePointer<Float>, tokens: Int, bias: UnsafePointer<Float>? = nil
    ) -> ExpertRouting {
        var chosen: [Int] = []
        var weights: [Float] = []
        chosen.reserveCapacity(tokens * expertsPerToken)
        weights.reserveCapacity(tokens * expertsPerToken)
        var scores = [Float](repeating: 0, count: experts)
        for token in 0..<tokens {
            score(logits + token * experts, into: &scores)
            let first = chosen.count
            for _ in 0..<expertsPerToken {
                let expert = best(scores, bias, excluding: chosen[first...])
                chosen.append(expert)
                weights.append(scores[expert])
            }
            if renormalises {
                let sum = weights[first...].reduce(0, +)
                for index in first..<weights.count where sum > 0 { weights[index] /= sum }
            }
        }
        return ExpertRouting(
            experts: experts, expertsPerToken: expertsPerToken, chosen: chosen, weights: weights)
    }

    private func score(_ logits: UnsafePointer<Float>, into scores: inout [Float]) {
        switch scoring {
        case .softmax:
            for expert in 0..<experts { scores[expert] = logits[expert] }
            Softmax.apply(&scores, rows: 1, width: experts)
        case .sigmoid:
            for expert in 0..<experts { scores[expert] = -min(max(logits[expert], -80), 80) }
            _ = VectorMath.exponentials(&scores, minus: 0, experts)
            for expert in 0..<experts { scores[expert] = 1 / (1 + scores[expert]) }
        }
    }

    private func best(_ scores: [Float], _ bias: UnsafePointer<Float>?, excluding taken: ArraySlice<Int>) -> Int {
        var best = -1
        var bestScore = -Float.infinity
        for expert in 0..<experts {
            let score = scores[expert] + (bias?[expert] ?? 0)
            if (best < 0 || score > bestScore) && !taken.contains(expert) {
                best = expert
                bestScore = score
            }
        }
        return best
    }
}
