import ModelGraph

/// The time of a replica's forward passes: operators, collectives and host, tabulated so that the
/// serving engine pays a few additions per step.
///
/// `T = max(T_device, T_host) + h0 + h1 sequences + h2 new tokens`, where `T_device` is the sum of the
/// step's operators. The closed forms here equal ``StepOperators/step(_:)`` timed operator by operator,
/// to the nanosecond (a test compares them).
public struct StepCostModel: Sendable {
    public let operators: StepOperators
    public let execution: ExecutionMode
    let timer: OperatorTimer
    let host: HostParameters

    // Tables by number of tokens, filled when first asked for; -1 is not yet known.
    private var linearTable: [Int64]
    private var headTable: [Int64]
    private var latentPrefillTable: [Int64]
    private var latentDecodeTable: [Int64]

    private let fullLayers: Int64
    private let windowLayers: Int64
    public let window: Int?
    private let decodeSlope: DecodeAttentionSlope
    private let queryBytesPerSequence: Double
    private let hasLatent: Bool

    /// - Parameters:
    ///   - maximumTokens: largest number of tokens in one step.
    ///   - maximumSequences: largest number of rows that need logits in one step.
    public init(
        operators: StepOperators, timer: OperatorTimer, host: HostParameters, execution: ExecutionMode,
        maximumTokens: Int, maximumSequences: Int
    ) {
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

    /// Whole step from its shape.
    public mutating func duration(of shape: StepShape) -> Int64 {
        let decode = decodeCost(
            sequences: shape.decodeSequences, chunkTokens: shape.tokens - shape.decodeSequences,
            logitRows: shape.logitRows, prefillAttention: timer.duration(of: operators.prefillAttention(shape.chunks)))
        return decode.duration(contextTokens: shape.decodeContextTokens, windowTokens: shape.decodeWindowTokens)
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
        return StepCost(
            fixedNanoseconds: fixed,
            hostNanoseconds: host.launchNanoseconds(
                execution, tokens: tokens, layers: operators.model.layers),
            overheadNanoseconds: host.overheadNanoseconds(sequences: logitRows, newTokens: tokens),
            fullLayers: sequences > 0 ? fullLayers : 0, windowLayers: sequences > 0 ? windowLayers : 0,
            slope: decodeSlope.of(sequences: sequences),
            queryNanoseconds: Double(sequences) * queryBytesPerSequence * decodeSlope.nanosecondsPerByte)
    }

    /// The step of a batch that decodes beside prompt chunks; like ``decodeCost(sequences:chunkTokens:logitRows:prefillAttention:)``,
    /// with the chunks' attention worked out in place.
    public mutating func mixedCost(
        sequences: Int, chunks: [PrefillChunk], chunkTokens: Int, logitRows: Int
    ) -> StepCost {
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
        if tokens >= linearTable.count { return timer.duration(of: operators.linear(tokens: tokens)) }
        if linearTable[tokens] < 0 { linearTable[tokens] = timer.duration(of: operators.linear(tokens: tokens)) }
        return linearTable[tokens]
    }

    private mutating func head(_ rows: Int) -> Int64 {
        if rows >= headTable.count { return timer.duration(of: operators.head(rows: rows)) }
        if headTable[rows] < 0 { headTable[rows] = timer.duration(of: operators.head(rows: rows)) }
        return headTable[rows]
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

/// One batch's step time: a base, and what context adds to it.
public struct StepCost: Sendable {
    /// Operators that do not depend on the decoding sequences' context.
    @usableFromInline var fixedNanoseconds: Int64
    /// Host time to launch the step, hidden behind the device where that takes longer.
    @usableFromInline var hostNanoseconds: Int64
    /// Host time per step, sequence and token that nothing hides.
    @usableFromInline var overheadNanoseconds: Int64
    @usableFromInline var fullLayers: Int64
    @usableFromInline var windowLayers: Int64
    @usableFromInline var slope: DecodeAttentionSlope
    @usableFromInline var queryNanoseconds: Double

    /// Nanoseconds of the step when its decoding sequences read `contextTokens` keys in full-attention
    /// layers and `windowTokens` in sliding-window layers.
    @inlinable
    public func duration(contextTokens: Int64, windowTokens: Int64) -> Int64 {
        var device = fixedNanoseconds
        if fullLayers > 0 {
            device += fullLayers * OperatorTimer.round(
                slope.nanoseconds(keys: Double(contextTokens), fixed: queryNanoseconds))
        }
        if windowLayers > 0 {
            device += windowLayers * OperatorTimer.round(
                slope.nanoseconds(keys: Double(windowTokens), fixed: queryNanoseconds))
        }
        return max(device, hostNanoseconds) + overheadNanoseconds
    }
}
