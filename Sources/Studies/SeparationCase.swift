/// A load and a pair of devices for which the gain of separating prefill and decode can be written down.
public struct SeparationCase: Sendable, Equatable {
    /// Name of the model that is served.
    public var model: String
    /// Node type and device of the prefill side, of the decode side, and of the homogeneous fleet to beat.
    public var prefillNode: String
    /// Device of the prefill side.
    public var prefillDevice: String
    /// Node type of the decode side.
    public var decodeNode: String
    /// Device of the decode side.
    public var decodeDevice: String
    /// Ranks of a replica that share every matrix, on either side.
    public var tensorParallel: Int
    /// Prompt tokens of every request.
    public var inputTokens: Int
    /// Answer tokens of every request.
    public var outputTokens: Int
    /// Share of the prompt that is cached, 0 to 1.
    public var prefixHit: Double
    /// Bound on the time per output token, seconds.
    public var timePerOutputToken: Double

    public init(
        model: String = "qwen2.5-32b", prefillNode: String = "atlas-800t-a2", prefillDevice: String = "ascend-910b2",
        decodeNode: String = "hgx-h20", decodeDevice: String = "h20-96", tensorParallel: Int = 4,
        inputTokens: Int = 4096, outputTokens: Int = 1024, prefixHit: Double = 0, timePerOutputToken: Double = 0.05
    ) {
        self.model = model
        self.prefillNode = prefillNode
        self.prefillDevice = prefillDevice
        self.decodeNode = decodeNode
        self.decodeDevice = decodeDevice
        self.tensorParallel = tensorParallel
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.prefixHit = prefixHit
        self.timePerOutputToken = timePerOutputToken
    }

    /// Prompt tokens that come from the prefix cache, whole blocks of 16.
    var cachedTokens: Int { Int(Double(inputTokens) * prefixHit) / 16 * 16 }
}

/// What one pool of a device does at saturation, per card.
public struct PoolRates: Sendable, Equatable {
    /// Card-seconds that the prompt of one request takes.
    public var prefillCardSeconds: Double
    /// Output tokens per second of one card within the bound on the time per output token.
    public var decodeTokensPerSecond: Double
    /// Sequences that decode together.
    public var batch: Int
    /// Time per output token at that batch, seconds.
    public var timePerOutputToken: Double

    /// Uncached prompt tokens per second of one card.
    public func prefillTokensPerSecond(of separation: SeparationCase) -> Double {
        Double(separation.inputTokens - separation.cachedTokens) / prefillCardSeconds
    }

    /// Card-seconds that one request takes when this device does both.
    func cardSeconds(outputTokens: Int) -> Double {
        prefillCardSeconds + Double(outputTokens) / decodeTokensPerSecond
    }
}

/// The gain of prefill on one device and decode on another.
public struct SeparationGain: Sendable, Equatable {
    /// Over the decode device doing both.
    public var overDecodeDevice: Double
    /// Over the better of the two homogeneous fleets.
    public var overBetterFleet: Double
    /// Prefill cards per decode card of the balanced fleet.
    public var prefillPerDecodeCard: Double

    init(prefill: PoolRates, decode: PoolRates, outputTokens: Int) {
        let decodeSeconds = Double(outputTokens) / decode.decodeTokensPerSecond
        let mixed = prefill.prefillCardSeconds + decodeSeconds
        let onDecode = decode.cardSeconds(outputTokens: outputTokens)
        let onPrefill = prefill.cardSeconds(outputTokens: outputTokens)
        overDecodeDevice = onDecode / mixed
        overBetterFleet = min(onDecode, onPrefill) / mixed
        prefillPerDecodeCard = prefill.prefillCardSeconds / decodeSeconds
    }
}
