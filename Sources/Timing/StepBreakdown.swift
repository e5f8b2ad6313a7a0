import ModelGraph

/// Where the time of one step goes.
public struct StepBreakdown: Equatable, Sendable {
    /// All launches of one kind of operator in the step.
    public struct Part: Equatable, Sendable {
        /// As the model's operators are called.
        public var name: String
        /// How often it is launched.
        public var launches: Int
        /// Of all launches together.
        public var nanoseconds: Int64
    }

    /// Host time that nothing hides: scheduling, sampling, output. It comes first.
    public var overheadNanoseconds: Int64
    /// Host time to launch the step, beside the device.
    public var launchNanoseconds: Int64
    /// What the device runs, in the order of the model's operators; layers are taken together.
    public var parts: [Part]

    /// The whole step.
    public var nanoseconds: Int64 {
        max(parts.reduce(0) { $0 + $1.nanoseconds }, launchNanoseconds) + overheadNanoseconds
    }
}

extension StepCostModel {
    /// The parts of a step; together they are ``duration(of:)``, to the nanosecond.
    public func breakdown(of shape: StepShape) -> StepBreakdown {
        let prompt = shape.tokens - shape.decodeSequences
        let computed = execution.paddedTokens(shape.tokens)
        let list = operators.linear(tokens: computed)
            + operators.latentPrefill(tokens: prompt) + operators.latentDecode(sequences: shape.decodeSequences)
            + operators.prefillAttention(shape.chunks)
        let attention = operators.decodeAttention(
            sequences: shape.decodeSequences, contextTokens: shape.decodeContextTokens,
            windowTokens: shape.decodeWindowTokens, squaredContext: shape.decodeSquaredContext)
        func part(_ operation: StepOperator, _ ratio: Double = 1) -> StepBreakdown.Part {
            StepBreakdown.Part(
                name: operation.name, launches: operation.repetitions,
                nanoseconds: duration(of: operation, ratio: ratio) * Int64(operation.repetitions))
        }
        let experts = refinement.expertRatio(tokens: computed)
        let context = Double(shape.decodeContextTokens) / Double(max(1, shape.decodeSequences))
        let decode = refinement.attentionRatios(sequences: shape.decodeSequences)?.value(at: context) ?? 1
        return StepBreakdown(
            overheadNanoseconds: host.overheadNanoseconds(sequences: shape.logitRows, newTokens: shape.tokens),
            launchNanoseconds: host.launchNanoseconds(
                execution, tokens: shape.tokens, layers: operators.model.layers),
            parts: list.map { part($0, StepRefinement.isExpert($0) ? experts : 1) }
                + zip(attention, operators.attentionLayers).map { part($0, $1.window == nil ? decode : 1) }
                + operators.head(rows: shape.logitRows).map { part($0) })
    }
}
