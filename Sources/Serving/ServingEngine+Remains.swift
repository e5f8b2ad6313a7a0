/// Computed blocks that a preempted request leaves behind as cached blocks of its own, behind its shared prefix.
///
/// As in vLLM, what is preempted loses its blocks but not yet what is in them: until others need the room, it finds
/// its beginning again and computes only the rest.
struct Remains: Sendable {
    var replica: Int32
    /// Units of the trace that come before.
    var sharedUnits: Int
    /// Blocks that those cover.
    var firstBlock: Int
    /// One unit per block.
    var units: [Int32]
}

/// What a request need not compute on a replica: leading units of the trace, then blocks that remain of an earlier
/// attempt, in tokens altogether.
struct CachedBeginning: Sendable {
    var units: Int
    var tokens: Int
    var remaining = 0
}

extension ServingEngine {
    /// Cached units of the trace, and behind them what a preemption left.
    func cachedBeginning(_ request: Int32, on replica: Int) -> CachedBeginning {
        let hit = prefixHit(request, on: replica)
        let plain = CachedBeginning(units: hit.units, tokens: hit.tokens)
        guard requests[Int(request)].preemptions > 0, let left = remains[request], left.replica == Int32(replica),
            left.sharedUnits == 0
                || replicas[replica].cache.cachedPrefix(units(of: request)) >= left.sharedUnits else { return plain }
        let found = replicas[replica].cache.cachedPrefix(left.units[...])
        // The last token is computed again: its logits are wanted.
        let block = replicas[replica].engine.blockTokens
        let most = (Int(requests[Int(request)].target) - 1) / block
        let count = min(left.firstBlock + found, most) - left.firstBlock
        guard count > 0 else { return plain }
        return CachedBeginning(
            units: left.sharedUnits, tokens: (left.firstBlock + count) * block, remaining: count)
    }

    /// The request's own blocks again, out of the cache.
    mutating func claimRemains(_ count: Int, of request: Int32, on replica: Int) {
        guard count > 0, let left = remains[request] else { return }
        for unit in left.units.prefix(count) { replicas[replica].cache.claim(unit) }
    }

    /// Gives back a preempted request's blocks; those computed whole stay cached, the first of them longest.
    /// - Parameter computed: tokens whose keys and values are there.
    mutating func leaveRemains(of request: Int32, computed: Int) {
        let hold = requests[Int(request)].hold
        let replica = Int(hold.replica)
        let block = replicas[replica].engine.blockTokens
        let first = cachedTokens(of: request, units: Int(hold.units), on: replica) / block
        let whole = computed / block
        guard replicas[replica].engine.prefixCache, whole > first else {
            remains[request] = nil
            releaseHold(of: request)
            return
        }
        let list = (0..<Int32(whole - first)).map { nextRemainingUnit - $0 }
        nextRemainingUnit -= Int32(whole - first)
        remains[request] = Remains(
            replica: Int32(replica), sharedUnits: Int(hold.units), firstBlock: first, units: list)
        replicas[replica].cache.give(blocks(for: Int(hold.tokens), block) - whole)
        for unit in list.reversed() {
            replicas[replica].cache.share(unit, blocks: 1)
            replicas[replica].cache.release(unit)
        }
        for unit in units(of: request).prefix(Int(hold.units)).reversed() {
            replicas[replica].cache.release(unit)
        }
        requests[Int(request)].hold = Holding()
    }
}
