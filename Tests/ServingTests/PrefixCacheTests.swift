import EventEngine
import Testing
import TraceFormats

@testable import Serving

/// What the prefix cache saves.
@Suite struct PrefixCacheTests {
    private func trace(seed: UInt64) throws -> RequestTrace {
        var traffic = GeneratorConfiguration(
            requests: 40, arrivals: .constant(requestsPerSecond: 1),
            lengths: .independent(input: .uniform(minimum: 1, maximum: 12), output: .constant(2)))
        traffic.blockTokens = 16
        traffic.documents = SharedDocuments(
            count: 5, tokens: .uniform(minimum: 16, maximum: 300), share: 0.8, zipfExponent: 1)
        traffic.systemPromptTokens = 48
        return try RequestGenerator.generate(traffic, seed: seed)
    }

    /// One replica, ample memory, each request alone: it hits what an unbounded cache does. A request never
    /// hits its last token, whose logits are wanted.
    @Test func anAmpleCacheHitsAllThatCanBeReused() throws {
        for seed in UInt64(1)...5 {
            var example = ServingCase(trace: try trace(seed: seed))
            example.engine.blockTokens = 16
            let run = try example.finished()
            let reuse = try #require(PrefixReuse(example.trace))
            #expect(reuse.hitBlocks > 100)
            #expect(run.outcome.prefixUnitsLookedUp == Int64(reuse.blocks))
            #expect(run.outcome.prefixUnitsHit == Int64(reuse.hitBlocks))
            #expect(run.outcome.prefixTokensHit == reuse.hitTokens)
            let computed = run.engine.replicas[0].prefillTokens
            let prompts = example.trace.inputTokens.reduce(Int64(0)) { $0 + Int64($1) }
            #expect(computed == prompts - reuse.hitTokens)
        }
    }

    @Test func withoutACacheEverythingIsComputed() throws {
        var example = ServingCase(trace: try trace(seed: 1))
        example.engine.prefixCache = false
        let run = try example.finished()
        #expect(run.outcome.prefixUnitsLookedUp == 0)
        #expect(run.outcome.prefixTokensHit == 0)
        #expect(run.engine.replicas[0].prefillTokens == example.trace.inputTokens.reduce(Int64(0)) { $0 + Int64($1) })
    }

    /// A trace without blocks gives the same result whether the cache is on or off.
    @Test func aCacheWithoutPrefixesChangesNothing() throws {
        var example = ServingCase(trace: RequestTrace(count: 12, gap: 2_000_000, input: 100, output: 9))
        example.pools[0].blocks = 24
        let on = try example.finished().report
        example.engine.prefixCache = false
        #expect(try example.finished().report == on)
    }

    @Test func aSecondPromptIsFaster() throws {
        var example = ServingCase()
        example.trace = RequestTrace(count: 2, gap: 1_000_000_000, input: 4096, output: 2)
        example.trace.blockTokens = 512
        example.trace.blockStart = [0, 8, 16]
        example.trace.blockIDs = (0..<16).map { Int32($0 % 8) }
        let records = try example.finished().engine.records
        #expect(records.map(\.prefixTokensHit) == [0, 4080])
        #expect(try #require(records[1].timeToFirstToken) < #require(records[0].timeToFirstToken) / 2)
    }
}
