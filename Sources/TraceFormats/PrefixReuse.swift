/// What a prefix cache without bounds would hit on a trace: the most that any cache could, at the trace's block size.
///
/// Requests are taken in the order of arrival, each finished before the next: a block hits when an earlier request had
/// it. As ids stand for whole chains, what hits is always a leading run. A partial last block counts as a block; only
/// prompts are cached, since traces do not tell the blocks of answers.
public struct PrefixReuse: Sendable, Equatable {
    /// Tokens per block.
    public var blockTokens: Int
    /// Blocks of all prompts.
    public var blocks: Int
    /// Different blocks.
    public var distinctBlocks: Int
    /// Blocks that an earlier request had.
    public var hitBlocks: Int
    /// Tokens in those blocks.
    public var hitTokens: Int64
    /// Requests with at least one hit.
    public var requestsWithHit: Int

    /// Hit blocks over all blocks.
    public var hitShare: Double { blocks == 0 ? 0 : Double(hitBlocks) / Double(blocks) }

    /// Walks over a trace; nil where it knows no blocks. Linear in its blocks.
    public init?(_ trace: RequestTrace) {
        guard trace.blockTokens > 0 else { return nil }
        blockTokens = trace.blockTokens
        blocks = trace.blockIDs.count
        distinctBlocks = trace.distinctBlocks
        hitBlocks = 0
        hitTokens = 0
        requestsWithHit = 0
        // Ids are numbered in order of appearance, so the ones seen are those below the highest so far.
        var unseen: Int32 = 0
        for index in 0..<trace.count {
            let range = trace.blockRange(of: index)
            var hits = 0
            while hits < range.count, trace.blockIDs[range.lowerBound + hits] < unseen { hits += 1 }
            hitBlocks += hits
            hitTokens += min(Int64(hits * blockTokens), Int64(trace.inputTokens[index]))
            if hits > 0 { requestsWithHit += 1 }
            if let last = trace.blockIDs[range].last { unseen = max(unseen, last + 1) }
        }
    }
}
