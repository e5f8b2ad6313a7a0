extension ModelDescriptor {
    /// Values per block of a quantised cache that share one 4-byte scale.
    public static let keyValueScaleBlock = 128

    /// Values that one token leaves in the cache of one layer.
    ///
    /// Keys and values of all key-value heads, `2 * H_kv * d_h`; with latent attention
    /// `r_kv + d_rope`, whatever the number of heads.
    public func cachedValuesPerLayer(_ kind: AttentionKind) -> Int {
        if kind == .mla, let latent = latentAttention { return latent.cachedValues }
        return 2 * keyValueHeads * headSize
    }

    /// Bytes that one token leaves in the cache of one layer of kind `kind`, on all cards together.
    ///
    /// - Parameters:
    ///   - type: storage of the cache; four-bit values are packed in pairs.
    ///   - scales: adds 4 bytes per begun block of 128 values when `type` has eight bits or fewer,
    ///     about 3 % at fp8. Off where one scale serves a whole tensor, as in vLLM's fp8 cache.
    public func keyValueBytesPerToken(
        layerOf kind: AttentionKind, _ type: DataType, scales: Bool = false
    ) -> Int64 {
        let values = Int64(cachedValuesPerLayer(kind))
        let block = Int64(Self.keyValueScaleBlock)
        let scaleBytes = scales && type.isQuantised ? 4 * ((values + block - 1) / block) : 0
        return type.packedBytes(values) + scaleBytes
    }

    /// Bytes that one token leaves in the cache of all layers, windows not applied.
    ///
    /// `2 * L * H_kv * d_h * b` for multi-head and grouped-query attention, `L * (r_kv + d_rope) * b`
    /// with a latent. This is the logical size: what tensor parallelism stores twice is not in it.
    /// `scales` as in `keyValueBytesPerToken(layerOf:_:scales:)`.
    public func keyValueBytesPerToken(_ type: DataType, scales: Bool = false) -> Int64 {
        var bytes: Int64 = 0
        for group in groups {
            bytes += Int64(group.count)
                * keyValueBytesPerToken(layerOf: group.attention, type, scales: scales)
        }
        return bytes
    }

    /// Bytes of the cache of one sequence of `tokens` tokens; a window layer keeps `min(tokens, window)`.
    ///
    /// The least a cache can hold: blocks of an engine's allocator round it up.
    public func keyValueBytes(tokens: Int, _ type: DataType, scales: Bool = false) -> Int64 {
        var bytes: Int64 = 0
        for group in groups {
            let perToken = keyValueBytesPerToken(layerOf: group.attention, type, scales: scales)
            let kept = group.attention.cachedTokens(context: tokens)
            bytes += Int64(group.count) * Int64(kept) * perToken
        }
        return bytes
    }
}
