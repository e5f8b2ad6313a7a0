import TraceFormats

/// The trace's prefix blocks as units of the cache: one block each, or several where the engine's blocks
/// are larger than the trace's. Chained hashes make the last block of a group name the whole group.
public struct PrefixUnits {
    var units: [Int32]
    var start: [Int]
    /// Tokens of a unit; the last of a request may cover fewer. 0 when the trace has no hashes.
    var tokens: Int

    init(trace: RequestTrace, blockTokens: Int) {
        guard trace.blockTokens > 0 else {
            units = []
            start = Array(repeating: 0, count: trace.count + 1)
            tokens = 0
            return
        }
        let group = max(1, blockTokens / trace.blockTokens)
        tokens = group * trace.blockTokens
        guard group > 1 else {
            units = trace.blockIDs
            start = trace.blockStart
            return
        }
        units = []
        start = [0]
        start.reserveCapacity(trace.count + 1)
        for request in 0..<trace.count {
            let end = trace.blockStart[request + 1]
            var position = trace.blockStart[request]
            while position < end {
                let last = min(position + group, end) - 1
                units.append(trace.blockIDs[last])
                position = last + 1
            }
            start.append(units.count)
        }
    }

    /// Whether units and blocks of the engine can be cut into each other.
    public static func fits(traceBlockTokens: Int, blockTokens: Int) -> Bool {
        traceBlockTokens == 0 || traceBlockTokens % blockTokens == 0 || blockTokens % traceBlockTokens == 0
    }
}
