/// One batch's step time: a base, and what context adds to it.
public struct StepCost: Sendable {
    /// Operators that do not depend on the decoding sequences' context.
    @usableFromInline var fixedNanoseconds: Int64
    /// Host time to launch the step, hidden behind the device where that takes longer.
    @usableFromInline var hostNanoseconds: Int64
    /// Host time per step, sequence and token that nothing hides.
    @usableFromInline var overheadNanoseconds: Int64
    @usableFromInline var fullLayers: Int64
    @usableFromInline var windowLayers: Int64
    /// Size of the sliding window, 0 where there is none.
    @usableFromInline var window: Int64
    @usableFromInline var slope: DecodeAttentionSlope
    @usableFromInline var queryNanoseconds: Double
    /// Attention of chunks and sequences together, where it was measured; takes the place of both.
    @usableFromInline var measured: MeasuredStepAttention?

    /// Nanoseconds of the step when its decoding sequences read `contextTokens` keys in full-attention
    /// layers and `windowTokens` in sliding-window layers. `squaredContext` is the sum of the squares of their
    /// contexts.
    @inlinable
    public func duration(contextTokens: Int64, windowTokens: Int64, squaredContext: Double) -> Int64 {
        var device = fixedNanoseconds
        if let measured {
            let decode = measured.sequences > 0 ? attention(contextTokens, squaredContext) : 0
            device += measured.duration(decode: decode, contextTokens: contextTokens)
        } else if fullLayers > 0 {
            device += fullLayers * OperatorTimer.round(attention(contextTokens, squaredContext))
        }
        if windowLayers > 0 {
            device += windowLayers * OperatorTimer.round(attention(windowTokens, Double(windowTokens * window)))
        }
        return max(device, hostNanoseconds) + overheadNanoseconds
    }

    /// Nanoseconds of decode attention in one layer.
    @inlinable @inline(__always)
    func attention(_ keys: Int64, _ squares: Double) -> Double {
        slope.nanoseconds(keys: Double(keys), fixed: queryNanoseconds, squares: squares)
    }
}

/// Attention of one step of which the shape was measured.
@usableFromInline
struct MeasuredStepAttention: Sendable {
    var layers: Int64
    @usableFromInline var sequences: Int
    /// The formula's time of the chunks in one layer.
    var prefillNanoseconds: Double
    /// Measured over modelled time by the sequences' mean context.
    var ratios: MeasuredCurve
    // What no kernel is faster than, at full peak and bandwidth, in nanoseconds.
    var floorCompute: Double
    var floorMemory: Double
    var floorComputePerKey: Double
    var floorMemoryPerKey: Double

    /// Nanoseconds over all layers.
    /// - Parameter decode: the formula's time of the sequences in one layer.
    @usableFromInline
    func duration(decode: Double, contextTokens: Int64) -> Int64 {
        let keys = Double(contextTokens)
        let context = sequences > 0 ? keys / Double(sequences) : 0
        let modelled = (prefillNanoseconds + decode) * (ratios.value(at: context) ?? 1)
        let floor = max(floorCompute + keys * floorComputePerKey, floorMemory + keys * floorMemoryPerKey)
        return OperatorTimer.round(max(modelled, floor)) * layers
    }
}
