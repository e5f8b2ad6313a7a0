import Hardware
import ModelGraph

/// How the kernels of a kind of core cut their work: what is padded, and whether reading hides behind arithmetic.
///
/// An accelerator pads to the tiles of its matrix units and reads ahead while it computes, so that the larger of
/// both times counts. One thread of a processor has no such tiles, and copies a matrix into the order in which it
/// computes before it does, so that both times add up: measured with oneDNN on one core, where products of 1 to 256
/// rows take `bytes / bandwidth + FLOP / rate` within a tenth.
struct KernelBlocks: Sendable, Equatable {
    /// Rows that each expert's product is padded to.
    let expertRows: Double
    /// Query heads that share a key, padded to this many in decode attention.
    let queryGroup: Int
    /// Whether the larger of arithmetic and memory counts in GEMM and decode attention; their sum otherwise.
    let hidesMemory: Bool

    static let accelerator = KernelBlocks(expertRows: 16, queryGroup: 16, hidesMemory: true)
    static let thread = KernelBlocks(expertRows: 1, queryGroup: 1, hidesMemory: false)

    /// Queries that the host's attention kernel takes at a time.
    private static let threadQueries = 16.0

    /// The blocks of a device's cores.
    static func of(_ device: DeviceDescriptor) -> KernelBlocks {
        device.cores.kind == .thread ? .thread : .accelerator
    }

    /// Query heads for one key-value head as decode attention computes them.
    func paddedGroup(_ heads: AttentionHeads) -> Int {
        let group = max(1, heads.query / heads.keyValue)
        return (group + queryGroup - 1) / queryGroup * queryGroup
    }

    /// Rows of one expert's product as they are computed.
    func paddedRows(perExpert rows: Double) -> Double { (rows / expertRows).rounded(.up) * expertRows }

    /// Query-key pairs of prefill attention as they are computed, over all query heads.
    ///
    /// A thread takes sixteen queries at a time with all keys that any of them sees, and no core waits for another.
    /// - Parameter tail: share of the longest block's time by which cores end apart, times their number.
    func prefillPairs(
        pairs: Double, executedPairs: Double, lastBlockPairs: Double, queries: Int, heads: AttentionHeads,
        tail: Double
    ) -> Double {
        guard !hidesMemory else { return executedPairs * Double(heads.query) + tail * lastBlockPairs }
        return (pairs + Double(queries) * (Self.threadQueries - 1) / 2) * Double(heads.query)
    }
}
