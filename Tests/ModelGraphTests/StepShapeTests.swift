import EventEngine
import ModelGraph
import Testing

@Suite struct StepShapeTests {
    static let windows: [Int?] = [nil, 1, 5, 128, 200, 1000]

    /// Random chunks with every window, small enough to count pair by pair.
    static let cases: [(chunk: PrefillChunk, window: Int?)] = {
        var random = RandomStream(seed: 1, name: "chunks")
        return windows.flatMap { window in
            (0..<20).map { _ in
                let tokens = 1 + random.uniform(below: 300)
                return (PrefillChunk(tokens: tokens, priorContext: random.uniform(below: 400)), window)
            }
        }
    }()

    // MARK: Against counting

    @Test func pairsAreThoseOfADoubleLoop() {
        for (chunk, window) in Self.cases {
            #expect(chunk.pairs(window: window) == Double(Self.countedPairs(chunk, window)), "\(chunk) \(window ?? 0)")
        }
    }

    @Test func paddedPairsAreThoseOfWholeBlocks() {
        for (chunk, window) in Self.cases {
            let counted = Double(Self.countedBlockPairs(chunk, window))
            #expect(chunk.paddedPairs(window: window) == counted, "\(chunk) \(window ?? 0)")
        }
    }

    @Test func keysAreThoseThatSomeQuerySees() {
        for (chunk, window) in Self.cases {
            #expect(chunk.keys(window: window) == Self.countedKeys(chunk, window), "\(chunk) \(window ?? 0)")
        }
    }

    /// Whether the query at position `query` (from 1) sees the key at position `key`.
    private static func sees(_ query: Int, _ key: Int, _ window: Int?) -> Bool {
        key <= query && key > query - (window ?? query)
    }

    private static func countedPairs(_ chunk: PrefillChunk, _ window: Int?) -> Int {
        let end = chunk.priorContext + chunk.tokens
        var count = 0
        for query in chunk.priorContext + 1...end {
            for key in 1...end where sees(query, key, window) { count += 1 }
        }
        return count
    }

    private static func countedBlockPairs(_ chunk: PrefillChunk, _ window: Int?) -> Int {
        var count = 0
        for start in stride(from: 0, to: chunk.tokens, by: 128) {
            let first = chunk.priorContext + start + 1
            let block = first...first + 127
            for key in 1...block.upperBound where block.contains(where: { sees($0, key, window) }) { count += 128 }
        }
        return count
    }

    private static func countedKeys(_ chunk: PrefillChunk, _ window: Int?) -> Int64 {
        let end = chunk.priorContext + chunk.tokens
        let queries = chunk.priorContext + 1...end
        return Int64((1...end).count { key in queries.contains { sees($0, key, window) } })
    }

    // MARK: Laws

    @Test func paddingNeverRemovesPairs() {
        for (chunk, window) in Self.cases + Self.longCases {
            #expect(chunk.paddedPairs(window: window) >= chunk.pairs(window: window), "\(chunk) \(window ?? 0)")
        }
    }

    @Test func aWindowOfTheWholeContextChangesNothing() {
        for (chunk, _) in Self.cases {
            // Blocks reach past the last token.
            let window = chunk.priorContext + chunk.tokens + PrefillChunk.queryBlock
            #expect(chunk.pairs(window: window) == chunk.pairs(window: nil))
            #expect(chunk.paddedPairs(window: window) == chunk.paddedPairs(window: nil))
            #expect(chunk.keys(window: window) == chunk.keys(window: nil))
        }
    }

    @Test func everythingGrowsWithTokensContextAndWindow() {
        var random = RandomStream(seed: 3, name: "growth")
        for (chunk, window) in Self.cases + Self.longCases {
            var grown = chunk
            grown.tokens += random.uniform(below: 200)
            grown.priorContext += random.uniform(below: 200)
            let wider = window.map { $0 + random.uniform(below: 200) }
            #expect(grown.pairs(window: wider) >= chunk.pairs(window: window))
            #expect(grown.paddedPairs(window: wider) >= chunk.paddedPairs(window: window))
            #expect(grown.keys(window: wider) >= chunk.keys(window: window))
        }
    }

    @Test func cuttingAPromptKeepsItsPairs() {
        var random = RandomStream(seed: 4, name: "cuts")
        for (chunk, window) in Self.cases + Self.longCases {
            let sum = random.cut(chunk).reduce(0) { $0 + $1.pairs(window: window) }
            #expect(sum == chunk.pairs(window: window))
        }
    }

    private static let longCases: [(chunk: PrefillChunk, window: Int?)] = {
        var random = RandomStream(seed: 2, name: "long chunks")
        return windows.flatMap { window in
            (0..<40).map { _ in
                let tokens = 1 + random.uniform(below: 100_000)
                return (PrefillChunk(tokens: tokens, priorContext: random.uniform(below: 100_000)), window)
            }
        }
    }()

    // MARK: By hand

    @Test func aPromptOf4096() {
        let chunk = PrefillChunk(tokens: 4096, priorContext: 0)
        #expect(chunk.pairs(window: nil) == 8_390_656)  // 4096 x 4097 / 2
        #expect(chunk.paddedPairs(window: nil) == 8_650_752)  // 128 x 128 x (1 + … + 32)
        #expect(chunk.pairs(window: 128) == 516_160)  // 128 x 129 / 2 + 3968 x 128
        #expect(chunk.paddedPairs(window: 128) == 1_028_224)  // 128 x 128 + 31 x 128 x 255
        #expect(chunk.keys(window: 128) == 4096)
        #expect(PrefillChunk(tokens: 10, priorContext: 500).keys(window: 128) == 137)
    }

    @Test func aStepCountsItsTokens() {
        let chunks = [PrefillChunk(tokens: 100, priorContext: 0), PrefillChunk(tokens: 28, priorContext: 512)]
        let shape = StepShape(chunks: chunks, decodeSequences: 7, decodeContextTokens: 900, logitRows: 8)
        #expect(shape.tokens == 135)
        #expect(shape.decodeWindowTokens == 900)
        #expect(StepShape(logitRows: 0).tokens == 0)
    }

    @Test func devicesOfAReplica() {
        #expect(Parallelism().devices == 1)
        #expect(Parallelism(tensor: 4, pipeline: 2, expert: 4).devices == 8)
    }
}

extension RandomStream {
    /// The chunk in one to six parts, each after the tokens of those before it.
    mutating func cut(_ chunk: PrefillChunk) -> [PrefillChunk] {
        var parts: [PrefillChunk] = []
        var done = 0
        while done < chunk.tokens {
            let rest = chunk.tokens - done
            let tokens = parts.count == 5 ? rest : 1 + uniform(below: rest)
            parts.append(PrefillChunk(tokens: tokens, priorContext: chunk.priorContext + done))
            done += tokens
        }
        return parts
    }
}
