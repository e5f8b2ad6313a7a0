import EventEngine
import ModelGraph

/// What the residual surfaces of a profile say of one replica's decode attention and experts: kernels whose shape alone
/// does not tell where a surface has them. Outside the range of the samples it says nothing.
struct StepRefinement: Sendable {
    private let operators: StepOperators
    private let attention: ResidualSurface?
    private let experts: ResidualSurface?

    /// Steps of context between which the surface is taken as straight, for each factor of two.
    private static let stepsPerOctave = 8.0

    /// Surfaces are of bf16 kernels: other types have none.
    init(_ operators: StepOperators, _ timer: OperatorTimer) {
        self.operators = operators
        let isPlain = operators.keyValueType == .bf16 && StepOperators.activationType == .bf16
        attention = isPlain ? timer.surface(of: .decodeAttention) : nil
        experts = operators.expertType == .bf16 ? timer.surface(of: .groupedGemm) : nil
    }

    /// Measured over modelled time of decode attention in full-attention layers, by the sequences' mean context.
    /// - Returns: nil where the batch or the heads are outside the measured range.
    func attentionRatios(sequences: Int) -> MeasuredCurve? {
        guard let attention, sequences > 0 else { return nil }
        let shape = OperatorShape.decodeAttention(
            sequences: sequences, contextTokens: Int64(sequences), heads: operators.decodeHeads)
        guard var point = ResidualSurface.coordinates(of: shape) else { return nil }
        let (low, high) = attention.range(of: 0)
        point[0] = low
        guard attention.contains(point) else { return nil }
        let steps = max(1, ((high - low) / PortableMath.log(2) * Self.stepsPerOctave).rounded(.up))
        var keys: [Double] = [], values: [Double] = []
        for step in 0...Int(steps) {
            point[0] = min(high, low + (high - low) * Double(step) / steps)
            let context = PortableMath.exp(point[0])
            if let last = keys.last, context <= last { continue }
            keys.append(context)
            values.append(attention.factor(at: point))
        }
        return MeasuredCurve(keys: keys, values: values)
    }

    /// Measured over modelled time of the experts' kernels in a step of so many tokens; 1 where nothing is known.
    func expertRatio(tokens: Int) -> Double {
        guard let experts, let numbers = operators.expertNumbers(tokens: tokens) else { return 1 }
        return experts.factor(at: ResidualSurface.expertCoordinates(numbers))
    }

    /// Kernels that ``expertRatio(tokens:)`` is of.
    static func isExpert(_ operation: StepOperator) -> Bool {
        ["expert_gate_up", "expert_activation", "expert_down"].contains(operation.name)
    }
}
