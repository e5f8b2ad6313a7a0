import ModelGraph
import TensorKernels

/// The KV memory of a server on the host: blocks of a fixed number of tokens, handed to sequences one by one and
/// taken back when they end.
///
/// Keys and values of a block lie as `[layer][block][head][token][size]`.
final class PagedKeyValues {
    let blockTokens: Int
    let totalBlocks: Int
    private let shape: DecoderShape
    private let keys: UnsafeMutablePointer<Float>
    private let values: UnsafeMutablePointer<Float>
    private var free: [Int32]

    init(_ shape: DecoderShape, blocks: Int, blockTokens: Int) {
        precondition(blocks > 0 && blockTokens > 0, "a cache holds at least one token")
        self.shape = shape
        totalBlocks = blocks
        self.blockTokens = blockTokens
        let count = shape.layers * blocks * blockTokens * shape.heads.keyValue * shape.heads.keySize
        keys = .allocate(capacity: count)
        values = .allocate(capacity: count)
        keys.initialize(repeating: 0, count: count)
        values.initialize(repeating: 0, count: count)
        free = (0..<Int32(blocks)).reversed()
    }

    deinit {
        keys.deallocate()
        values.deallocate()
    }

    var freeBlocks: Int { free.count }

    /// Appends `count` blocks to a sequence's table; the caller has seen that they are free.
    func take(_ count: Int, into table: inout [Int32]) {
        precondition(count <= free.count, "KV blocks taken that are not there")
        for _ in 0..<count { table.append(free.removeLast()) }
    }

    /// Takes back all blocks of a sequence.
    func give(_ table: inout [Int32]) {
        for block in table.reversed() { free.append(block) }
        table.removeAll(keepingCapacity: true)
        precondition(free.count <= totalBlocks, "more KV blocks returned than taken")
    }

    private var layout: KeyValueView.Layout {
        .blocks(of: blockTokens, heads: shape.heads.keyValue, size: shape.heads.keySize)
    }

    private func start(ofLayer layer: Int) -> Int { layer * totalBlocks * layout.blockStride }

    /// Stores the key and value heads of one token.
    @inline(__always)
    func store(
        key: UnsafePointer<Float>, value: UnsafePointer<Float>, layer: Int, position: Int,
        blocks: UnsafePointer<Int32>
    ) {
        let size = shape.heads.keySize, layout = layout
        let place = start(ofLayer: layer) + Int(blocks[position / blockTokens]) * layout.blockStride
            + position % blockTokens * layout.tokenStride
        for head in 0..<shape.heads.keyValue {
            (keys + place + head * layout.headStride).update(from: key + head * size, count: size)
            (values + place + head * layout.headStride).update(from: value + head * size, count: size)
        }
    }

    /// What attention of a layer reads of a sequence of `tokens` tokens.
    func view(layer: Int, tokens: Int, blocks: UnsafePointer<Int32>) -> KeyValueView {
        KeyValueView(
            keys: keys + start(ofLayer: layer), values: values + start(ofLayer: layer), keyLayout: layout,
            valueLayout: layout, tokens: tokens, blocks: blocks, blockTokens: blockTokens)
    }
}
