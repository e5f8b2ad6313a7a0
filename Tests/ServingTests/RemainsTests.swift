import Testing
import TraceFormats

@testable import Serving

/// What a preempted request left in the cache it finds again, as long as nobody needed the room.
@Suite struct RemainsTests {
    /// Room for ten blocks; three requests that come to six each.
    private func crowded(prefixCache: Bool, whole: Bool = false) throws -> ServingRun {
        var example = ServingCase(pools: [ServingCase.Pool(name: "mixed", role: .mixed, blocks: 10)])
        example.engine.prefixCache = prefixCache
        example.engine.admitsWholePrompts = whole
        example.trace = RequestTrace(count: 3, input: 32, output: 60)
        return try example.finished()
    }

    @Test func lessIsComputedAgain() throws {
        let without = try crowded(prefixCache: false), with = try crowded(prefixCache: true)
        #expect(without.outcome.preemptions > 0)
        #expect(with.outcome.preemptions > 0)
        #expect(with.engine.replicas[0].prefillTokens < without.engine.replicas[0].prefillTokens)
        // Nothing of an answer is generated twice, and every block comes back.
        #expect(with.engine.replicas[0].decodeTokens == 180)
        #expect(with.outcome.checks.allSatisfy { $0.holds })
        #expect(with.engine.replicas[0].cache.usedBlocks == 0)
    }

    /// The order of admission is kept, so that a prompt which does not fit whole waits for those before it.
    @Test func wholePromptsAreAdmittedOnlyWhole() throws {
        var example = ServingCase(pools: [ServingCase.Pool(name: "mixed", role: .mixed, blocks: 10)])
        example.pools[0].maximumBatchTokens = 64
        example.engine.maximumSequences = 4
        example.trace = RequestTrace([(0, 96, 8), (0, 96, 8)])
        example.engine.admitsWholePrompts = false
        let parts = try example.finished().engine.records
        example.engine.admitsWholePrompts = true
        let whole = try example.finished().engine.records
        // Six blocks each: the second begins beside the first, or when the first has ended.
        let firstEnd = try #require(whole[0].endToEnd)
        #expect(try #require(whole[1].queueing) >= firstEnd)
        #expect(try #require(parts[1].queueing) < firstEnd)
        #expect(whole.allSatisfy { $0.stage == .completed && $0.preemptions == 0 })
    }

    @Test func aClaimedUnitIsNoLongerCached() {
        var cache = KVBlockCache(totalBlocks: 4)
        cache.take(2)
        cache.share(7, blocks: 1)
        cache.release(7)
        #expect(cache.cachedPrefix([7]) == 1)
        #expect(cache.usedBlocks == 1)
        cache.claim(7)
        #expect(cache.cachedPrefix([7]) == 0)
        #expect(cache.usedBlocks == 2)
        cache.give(2)
        #expect(cache.freeBlocks == 4)
    }
}
