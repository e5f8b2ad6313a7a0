import EventEngine

/// Hands out block ids: the same ones for shared beginnings, new ones for everything else, in the order of use.
struct PrefixBlocks {
    private let blockTokens: Int64
    private let systemTokens: Int64
    /// Length of each document, and the sum of the weights up to it.
    private var documentTokens: [Int64] = []
    private var cumulativeWeights: [Double] = []
    private let documentShare: Double
    private var choice: RandomStream
    /// Ids of the system prompt's full blocks, and of those that follow with a document; made when first used.
    private var systemChain: [Int32] = []
    private var documentChains: [[Int32]] = []
    /// How many ids there are.
    private(set) var distinctBlocks = 0

    /// Full blocks of the system prompt.
    var systemBlocks: Int { blockTokens == 0 ? 0 : Int(systemTokens / blockTokens) }

    init(_ configuration: GeneratorConfiguration, seed: UInt64) throws(GeneratorProblem) {
        blockTokens = Int64(configuration.blockTokens)
        systemTokens = Int64(configuration.systemPromptTokens)
        documentShare = configuration.documents?.share ?? 0
        choice = RandomStream(seed: seed, name: "requests.documents")
        guard (0...1 << 30).contains(systemTokens) else {
            throw GeneratorProblem(
                field: "systemPromptTokens", found: "\(systemTokens)", remedy: "give between 0 and \(1 << 30)")
        }
        if let documents = configuration.documents { try prepare(documents, seed) }
    }

    private mutating func prepare(_ documents: SharedDocuments, _ seed: UInt64) throws(GeneratorProblem) {
        func refuse(_ field: String, _ found: String, _ remedy: String) -> GeneratorProblem {
            GeneratorProblem(field: "documents.\(field)", found: found, remedy: remedy)
        }
        guard (1...1 << 20).contains(documents.count) else {
            throw refuse("count", "\(documents.count)", "give between 1 and \(1 << 20)")
        }
        guard documents.share >= 0, documents.share <= 1 else {
            throw refuse("share", "\(documents.share)", "give a share between 0 and 1")
        }
        guard documents.zipfExponent >= 0, documents.zipfExponent <= 100 else {
            throw refuse("zipfExponent", "\(documents.zipfExponent)", "give between 0 (all alike) and 100")
        }
        var lengths = try IntegerSampler(documents.tokens, field: "documents.tokens", allowed: 1...1 << 30, seed: seed)
        var sum = 0.0
        for rank in 1...documents.count {
            documentTokens.append(try lengths.next())
            sum += PortableMath.pow(Double(rank), -documents.zipfExponent)
            cumulativeWeights.append(sum)
        }
        documentChains = [[Int32]](repeating: [], count: documents.count)
    }

    /// A conversation that begins with the system prompt and, perhaps, a document.
    mutating func newConversation(ownTokens: Int64) -> Conversation {
        var document = -1
        if documentShare > 0, choice.uniform() < documentShare {
            let point = choice.uniform() * (cumulativeWeights.last ?? 0)
            document = min(cumulativeWeights.partitioningIndex { $0 > point }, cumulativeWeights.count - 1)
        }
        let shared = systemTokens + (document < 0 ? 0 : documentTokens[document])
        return Conversation(
            promptTokens: shared + ownTokens, document: document,
            sharedBlocks: blockTokens == 0 ? 0 : Int(shared / blockTokens))
    }

    /// Appends the blocks of the current prompt to the trace, the last one possibly partial.
    mutating func append(blocksOf conversation: inout Conversation, to trace: inout RequestTrace) {
        guard blockTokens > 0 else { return }
        let full = Int(conversation.promptTokens / blockTokens)
        while conversation.blocks.count < full {
            let index = conversation.blocks.count
            let isShared = index < conversation.sharedBlocks
            conversation.blocks.append(isShared ? sharedBlock(index, conversation.document) : newBlock())
        }
        trace.blockIDs.append(contentsOf: conversation.blocks)
        if conversation.promptTokens % blockTokens != 0 { trace.blockIDs.append(newBlock()) }
        trace.blockStart.append(trace.blockIDs.count)
    }

    private mutating func sharedBlock(_ index: Int, _ document: Int) -> Int32 {
        if index < systemBlocks {
            if index == systemChain.count { systemChain.append(newBlock()) }
            return systemChain[index]
        }
        let place = index - systemBlocks
        if place == documentChains[document].count { documentChains[document].append(newBlock()) }
        return documentChains[document][place]
    }

    private mutating func newBlock() -> Int32 {
        defer { distinctBlocks += 1 }
        return Int32(distinctBlocks)
    }
}
