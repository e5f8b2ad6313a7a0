import ModelGraph

extension StepOperator {
    /// Whether it multiplies with weights.
    var hasWeights: Bool { operatorClass == .gemm || operatorClass == .groupedGemm }
}

extension [StepOperator] {
    /// FLOP of products with weights, in all launches.
    var linearFLOP: Double { reduce(0) { $0 + ($1.hasWeights ? $1.flop * Double($1.repetitions) : 0) } }

    /// FLOP of attention scores and values, in all launches.
    var attentionFLOP: Double {
        reduce(0) { $0 + ($1.hasWeights ? 0 : $1.flop * Double($1.repetitions)) }
    }

    func named(_ name: String) -> [StepOperator] { filter { $0.name == name } }
}

extension StepOperators {
    init(_ model: String, tensor: Int = 1, expert: Int = 1, weightType: DataType? = nil, imbalance: Double = 1) throws {
        self.init(
            model: try .named(model), parallelism: Parallelism(tensor: tensor, expert: expert),
            weightType: weightType, expertImbalance: imbalance)
    }

    /// One token for each of `sequences`, with logits for all.
    func decode(sequences: Int) -> [StepOperator] {
        step(StepShape(decodeSequences: sequences, decodeContextTokens: Int64(sequences), logitRows: sequences))
    }

    /// A prompt with logits for all its tokens.
    func prompt(tokens: Int) -> [StepOperator] {
        step(StepShape(chunks: [PrefillChunk(tokens: tokens, priorContext: 0)], logitRows: tokens))
    }

    /// Bytes of weights that a step of `tokens` tokens reads. Activations grow with tokens and weights do
    /// not: twice one step less a step of twice the tokens leaves the weights.
    func weightBytes(tokens: Int) -> Double {
        zip(decode(sequences: tokens), decode(sequences: 2 * tokens)).reduce(0) { sum, pair in
            guard pair.0.hasWeights else { return sum }
            return sum + (2 * pair.0.bytes - pair.1.bytes) * Double(pair.0.repetitions)
        }
    }
}

extension ModelDescriptor {
    /// Tensor-parallel degrees that divide heads and widths.
    var tensorDegrees: [Int] {
        [1, 2, 4, 8].filter { degree in
            queryHeads % degree == 0 && intermediateSize % degree == 0
                && (mixtureOfExperts?.expertIntermediate ?? 0) % degree == 0
        }
    }

    /// Values of the matrices that each rank holds in full, and of the key-value heads that are held more
    /// than once: what `degree` ranks hold together beyond one copy of the model.
    func replicatedValues(degree: Int) -> Double {
        let copies = Double(degree - 1)
        var values = 0.0
        for group in groups {
            let layer = parameters(ofLayerIn: group)
            var extra = copies * Double(layer.router)
            if let latent = latentAttention {
                extra += copies * Double(hiddenSize * (latent.queryRank + latent.cachedValues))
            } else {
                let heads = max(1, keyValueHeads / degree) * degree
                extra += Double(hiddenSize * 2 * (heads - keyValueHeads) * headSize)
            }
            values += extra * Double(group.count)
        }
        // The vocabulary is cut in equal slices, the last one filled up.
        let slice = (vocabulary + degree - 1) / degree
        return values + Double((slice * degree - vocabulary) * hiddenSize)
    }

    var isDense: Bool { mixtureOfExperts == nil }

    /// Shipped models without and with experts.
    static var denseNames: [String] { shipped.filter(\.isDense).map(\.name) }
    static var expertNames: [String] { shipped.filter { !$0.isDense }.map(\.name) }

    private static var shipped: [ModelDescriptor] { ModelRegistry.names.compactMap { try? .named($0) } }
}
