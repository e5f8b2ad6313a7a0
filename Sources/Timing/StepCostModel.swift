import ModelGraph

/// The time of a replica's forward passes: operators, collectives and host, tabulated so that the
/// serving engine pays a few additions per step.
///
/// `T = max(T_device, T_host) + h0 + h1 sequences + h2 new tokens`, where `T_device` is the sum of the
/// step's operators. The closed forms here equal ``StepOperators/step(_:)`` timed operator by operator,
/// to the nanosecond (a test compares them).
public struct StepCostModel: Sendable {
    /// The operators whose times are added up.
    public let operators: StepOperators
    /// How the host launches a step, which decides its launch time.
    public let execution: ExecutionMode
    /// Turns operators into durations.
    public let timer: OperatorTimer
    let host: HostParameters

    // Tables by number of tokens, filled when first asked for; -1 is not yet known.
    private var linearTable: [Int64]
    private var headTable: [Int64]
    private var latentPrefillTable: [Int64]
    private var latentDecodeTable: [Int64]

    private let fullLayers: Int64
    private let windowLayers: Int64
    /// Tokens of the sliding window, of models that have such layers.
    public let window: Int?
    private let decodeSlope: DecodeAttentionSlope
    private let queryBytesPerSequence: Double
    private let hasLatent: Bool
    private let measured: MeasuredRatios?
    let refinement: StepRefinement
    // Measured attention of decoding batches by number of sequences, as far as asked for.
    private var decodeRatios: [Int: MeasuredCurve?] = [:]

    /// - Parameters:
    ///   - maximumTokens: largest number of tokens in one step.
    ///   - maximumSequences: largest number of rows that need logits in one step.
    ///   - measured: kernels of this very model, device and partition as measured, which refine the formulas.
    public init(
        operators: StepOperators, timer: OperatorTimer, host: HostParameters, execution: ExecutionMode,
        maximumTokens: Int, maximumSequences: Int, measured: MeasuredRatios? = nil
    ) {
        self.measured = measured
        refinement = StepRefinement(operators, timer)
        self.operators = operators
        self.timer = timer
        self.host = host
        self.execution = execution
        let tokens = max(maximumTokens, maximumSequences, ExecutionMode.largestGraph) + 1
        linearTable = Array(repeating: -1, count: tokens + 1)
        headTable = Array(repeating: -1, count: tokens + 1)
        hasLatent = operators.model.latentAttention != nil
        latentPrefillTable = hasLatent ? Array(repeating: -1, count: tokens + 1) : []
        latentDecodeTable = latentPrefillTable
        let kinds = operators.attentionLayers
        fullLayers = Int64(kinds.first { $0.window == nil }?.layers ?? 0)
        let windowed = kinds.first { $0.window != nil }
        windowLayers = Int64(windowed?.layers ?? 0)
        window = windowed?.window
        let heads = operators.decodeHeads
        decodeSlope = timer.decodeAttentionSlope(
            heads, arithmetic: StepOperators.activationType, cache: operators.keyValueType)
        queryBytesPerSequence = Double(heads.query * (heads.keySize + heads.valueSize))
            * StepOperators.activationType.bytes
    }

    /// The same replica with another load of the busiest rank's experts; the tables are filled again.
    public func replacing(expertLoad: ExpertLoad) -> StepCostModel {
        var operators = operators
        operators.expertLoad = expertLoad
        let tokens = linearTable.count - 2
        return StepCostModel(
            operators: operators, timer: timer, host: host, execution: execution, maximumTokens: tokens,
            maximumSequences: tokens)
    }

    /// Whole step from its shape.
    public mutating func duration(of shape: StepShape) -> Int64 {
        let cost = mixedCost(
            sequences: shape.decodeSequences, chunks: shape.chunks,
            chunkTokens: shape.tokens - shape.decodeSequences, logitRows: shape.logitRows)
        let squares = shape.decodeSquaredContext.map(Double.init)
            ?? DecodeAttentionSlope.squares(
                keys: Double(shape.decodeContextTokens), sequences: shape.decodeSequences)
        return cost.duration(
            contextTokens: shape.decodeContextTokens, windowTokens: shape.decodeWindowTokens, squaredContext: squares)
    }

    /// The step of a batch as a function of the context it reads: everything else is fixed.
    /// - Parameter prefillAttention: nanoseconds of the chunks' attention kernels.
    public mutating func decodeCost(
        sequences: Int, chunkTokens: Int = 0, logitRows: Int, prefillAttention: Int64 = 0
    ) -> StepCost {
        let tokens = sequences + chunkTokens
        let computed = execution.paddedTokens(tokens)
        var fixed = linear(computed) + head(logitRows) + prefillAttention
        if hasLatent {
            fixed += latentPrefill(chunkTokens) + latentDecode(sequences)
        }
        var cost = StepCost(
            fixedNanoseconds: fixed,
            hostNanoseconds: host.launchNanoseconds(
                execution, tokens: tokens, layers: operators.model.layers),
            overheadNanoseconds: host.overheadNanoseconds(sequences: logitRows, newTokens: tokens),
            fullLayers: sequences > 0 ? fullLayers : 0, windowLayers: sequences > 0 ? windowLayers : 0,
            window: Int64(window ?? 0), slope: decodeSlope.of(sequences: sequences),
            queryNanoseconds: Double(sequences) * queryBytesPerSequence * decodeSlope.nanosecondsPerByte)
        // Tables of this very model take the place of surfaces.
        if fullLayers > 0, measured == nil || chunkTokens == 0, let ratios = ratios(ofDecoding: sequences) {
            cost.measured = measuredAttention([], sequences, ratios)
        }
        return cost
    }

    private mutating func ratios(ofDecoding sequences: Int) -> MeasuredCurve? {
        if let known = decodeRatios[sequences] { return known }
        let ratios = measured == nil
            ? refinement.attentionRatios(sequences: sequences)
            : measured?.attentionRatios(chunkTokens: 0, priorContext: 0, sequences: sequences)
        decodeRatios[sequences] = .some(ratios)
        return ratios
    }

    private func measuredAttention(
        _ chunks: [PrefillChunk], _ sequences: Int, _ ratios: MeasuredCurve
    ) -> MeasuredStepAttention {
        let prefill = operators.prefillAttention(chunks)
        let empty = operators.decodeAttention(sequences: sequences, contextTokens: 0, windowTokens: 0)
        let one = operators.decodeAttention(sequences: max(1, sequences), contextTokens: 1, windowTokens: 1)
        let fixed = timer.floors(of: prefill + empty)
        let base = timer.floors(of: operators.decodeAttention(
            sequences: max(1, sequences), contextTokens: 0, windowTokens: 0))
        let perKey = timer.floors(of: one)
        return MeasuredStepAttention(
            layers: fullLayers, sequences: sequences,
            prefillNanoseconds: prefill.reduce(0) { $0 + timer.modelNanoseconds(of: $1) }, ratios: ratios,
            floorCompute: fixed.compute, floorMemory: fixed.memory,
            floorComputePerKey: perKey.compute - base.compute, floorMemoryPerKey: perKey.memory - base.memory)
    }

    /// The step of a batch that decodes beside prompt chunks; like
    /// ``decodeCost(sequences:chunkTokens:logitRows:prefillAttention:)``, with the chunks' attention worked out in
    /// place.
    public mutating func mixedCost(
        sequences: Int, chunks: [PrefillChunk], chunkTokens: Int, logitRows: Int
    ) -> StepCost {
        if chunkTokens > 0, let measured {
            let prior = chunks.reduce(0) { $0 + $1.tokens * $1.priorContext } / chunkTokens
            if let ratios = measured.attentionRatios(
                chunkTokens: chunkTokens, priorContext: prior, sequences: sequences) {
                var cost = decodeCost(sequences: sequences, chunkTokens: chunkTokens, logitRows: logitRows)
                cost.measured = measuredAttention(chunks, sequences, ratios)
                return cost
            }
        }
        let attention = timer.duration(of: operators.prefillAttention(chunks))
        return decodeCost(
            sequences: sequences, chunkTokens: chunkTokens, logitRows: logitRows, prefillAttention: attention)
    }

    /// Attention of prompt chunks over all layers.
    public func prefillAttention(_ chunks: [PrefillChunk]) -> Int64 {
        timer.duration(of: operators.prefillAttention(chunks))
    }

    /// Nanoseconds per token of a prompt chunk of the given size, attention left out.
    public mutating func prefillPace(tokens: Int) -> Double {
        Double(linear(max(1, tokens))) / Double(max(1, tokens))
    }

    private mutating func linear(_ tokens: Int) -> Int64 {
        if tokens >= linearTable.count { return duration(of: operators.linear(tokens: tokens), size: tokens) }
        if linearTable[tokens] < 0 {
            linearTable[tokens] = duration(of: operators.linear(tokens: tokens), size: tokens)
        }
        return linearTable[tokens]
    }

    private mutating func head(_ rows: Int) -> Int64 {
        if rows >= headTable.count { return duration(of: operators.head(rows: rows), size: rows) }
        if headTable[rows] < 0 { headTable[rows] = duration(of: operators.head(rows: rows), size: rows) }
        return headTable[rows]
    }

    /// Operators that treat `size` tokens or rows alike, refined where they were measured.
    private func duration(of list: [StepOperator], size: Int) -> Int64 {
        let experts = measured == nil ? refinement.expertRatio(tokens: size) : 1
        guard measured != nil || experts != 1 else { return timer.duration(of: list) }
        return list.reduce(0) { sum, operation in
            var ratio = measured?.ratio(of: operation.name, size: size) ?? 1
            if experts != 1, StepRefinement.isExpert(operation) { ratio *= experts }
            return sum + duration(of: operation, ratio: ratio) * Int64(operation.repetitions)
        }
    }

    /// One launch of which is known how measured time compares with modelled.
    func duration(of operation: StepOperator, ratio: Double) -> Int64 {
        OperatorTimer.round(max(timer.nanoseconds(of: operation) * ratio, timer.floorNanoseconds(of: operation)))
    }

    private mutating func latentPrefill(_ tokens: Int) -> Int64 {
        if tokens >= latentPrefillTable.count { return timer.duration(of: operators.latentPrefill(tokens: tokens)) }
        if latentPrefillTable[tokens] < 0 {
            latentPrefillTable[tokens] = timer.duration(of: operators.latentPrefill(tokens: tokens))
        }
        return latentPrefillTable[tokens]
    }

    private mutating func latentDecode(_ sequences: Int) -> Int64 {
        if latentDecodeTable[sequences] < 0 {
            latentDecodeTable[sequences] = timer.duration(of: operators.latentDecode(sequences: sequences))
        }
        return latentDecodeTable[sequences]
    }
}
