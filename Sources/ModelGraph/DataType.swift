/// A number format in which weights, activations or cached keys and values are stored.
///
/// The raw value is the spelling in scenarios, descriptors and results.
public enum DataType: String, Sendable, CaseIterable {
    /// TF32 is a mode of the matrix unit, FP4 the OCP microscaling format; int4 is a group-wise code.
    case fp32, tf32, bf16, fp16, fp8, int8, int4, fp4

    /// Bits of one stored value, without the scales of a quantised format.
    ///
    /// TF32 is a mode of the matrix unit: its values lie in memory as 32 bits.
    public var bits: Int {
        switch self {
        case .fp32, .tf32: 32
        case .bf16, .fp16: 16
        case .fp8, .int8: 8
        case .int4, .fp4: 4
        }
    }

    /// Bytes of one stored value (0.5 for the four-bit formats), without scales.
    public var bytes: Double { Double(bits) / 8 }

    /// Whether values are stored as codes that need scales (eight bits or fewer).
    public var isQuantised: Bool { bits <= 8 }

    /// Bytes of the scales that belong to one *weight*, in the layout usual for the format.
    ///
    /// `fp4` is OCP MXFP4, one 8-bit exponent per 32 values; `int4` is a 16-bit scale per group of
    /// 128 (GPTQ, AWQ). The scales of `fp8` and `int8` weights (one per 128 x 128 block or output
    /// channel) are below 0.1 % and count as nothing.
    public var weightScaleBytes: Double {
        switch self {
        case .fp4: 1.0 / 32
        case .int4: 2.0 / 128
        default: 0
        }
    }

    /// Bytes that `count` values occupy when they are packed, rounded up to whole bytes, no scales.
    public func packedBytes(_ count: Int64) -> Int64 {
        count / 8 * Int64(bits) + (count % 8 * Int64(bits) + 7) / 8
    }
}
