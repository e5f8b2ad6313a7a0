import ModelGraph

/// Measured times of one model's kernels over those that the formulas give at the same shapes.
///
/// A shape between measured ones takes the formula's time multiplied by the ratio interpolated between its
/// neighbours: where a table is given and the query lies inside it, it refines the model. Outside the measured
/// range the ratio is 1: no table extrapolates.
public struct MeasuredRatios: Sendable {
    private var curves: [(name: String, ratios: MeasuredCurve)] = []
    private let attention: MeasuredSurface?
    /// What was measured.
    public let table: MeasuredTable

    /// - Throws: why the table cannot be of this model.
    public init(_ table: MeasuredTable, operators: StepOperators, timer: OperatorTimer) throws(MeasuredTableMismatch) {
        self.table = table
        for kernel in table.kernels {
            var points: [(key: Double, value: Double)] = []
            for point in kernel.points where point.size > 0 {
                let list = operators.linear(tokens: point.size) + operators.head(rows: point.size)
                guard let operation = list.first(where: { $0.name == kernel.name }) else {
                    throw MeasuredTableMismatch(
                        description: "\(table.source) has \(kernel.name), which \(operators.model.name) has not")
                }
                points.append((Double(point.size), point.nanoseconds / timer.nanoseconds(of: operation)))
            }
            curves.append((kernel.name, MeasuredCurve(points)))
        }
        guard !table.attention.isEmpty else {
            attention = nil
            return
        }
        let kinds = operators.attentionLayers
        guard kinds.count == 1, kinds[0].window == nil, operators.model.latentAttention == nil else {
            throw MeasuredTableMismatch(
                description: "attention tables are of grouped queries over the whole context, which not all layers of "
                    + "\(operators.model.name) have")
        }
        let points = table.attention.map { point in
            let model = Self.attention(point, operators).reduce(0) { $0 + timer.modelNanoseconds(of: $1) }
            return (keys: [point.chunkTokens, point.priorContext, point.sequences, point.context],
                    value: model > 0 ? point.nanoseconds / model : 1)
        }
        attention = MeasuredSurface(points, zeroIsApart: [true, false, true, false])
    }

    private static func attention(_ point: MeasuredTable.Attention, _ operators: StepOperators) -> [StepOperator] {
        let chunk = PrefillChunk(tokens: point.chunkTokens, priorContext: point.priorContext)
        let keys = Int64(point.sequences) * Int64(point.context)
        return operators.prefillAttention(point.chunkTokens > 0 ? [chunk] : [])
            + operators.decodeAttention(sequences: point.sequences, contextTokens: keys, windowTokens: keys)
    }

    /// Measured over modelled time of an operator at so many tokens or rows; 1 where nothing is known.
    func ratio(of name: String, size: Int) -> Double {
        guard let curve = curves.first(where: { $0.name == name }) else { return 1 }
        return curve.ratios.value(at: Double(size)) ?? 1
    }

    /// The same of one layer's attention as a function of the decoding sequences' mean context.
    /// - Parameters:
    ///   - chunkTokens: new prompt tokens of the step.
    ///   - priorContext: what precedes them, the mean over the tokens.
    /// - Returns: `nil` outside the measured range.
    func attentionRatios(chunkTokens: Int, priorContext: Int, sequences: Int) -> MeasuredCurve? {
        attention?.curve(chunkTokens, priorContext, sequences)
    }
}

/// Why a measured table is not one of the model at hand.
public struct MeasuredTableMismatch: Error, Sendable, CustomStringConvertible {
    public var description: String
}
