import JSONText

/// What is known of one accelerator: peaks, memory, cores and links, each figure with its source.
///
/// The *device* is what a scheduler hands out: a card, and for Ascend 910C one of the two dies of a
/// package. All figures are of one device; link figures are per direction. Achieved speed is not
/// here: the timing model relates it to these peaks.
///
/// ```swift
/// let h20 = try DeviceDescriptor.named("h20-96")
/// h20.matrixRates[.bf16]?.value        // 148e12 FLOP/s
/// ```
public struct DeviceDescriptor: Sendable, Equatable {
    /// The name in scenarios, e.g. `h20-96`.
    public var name: String
    /// The product, for people.
    public var title: String
    /// The maker.
    public var vendor: DeviceVendor
    /// Dense peaks of the matrix units in FLOP/s (OP/s for int8).
    ///
    /// BF16 of Ascend follows the clock, `AIC cores x 4096 MAC x 2 x clock`; its FP16 and INT8 are
    /// the higher figures as sold.
    public var matrixRates: PeakRates
    /// Peaks of the vector units in FLOP/s.
    public var vectorRates: PeakRates
    /// Device memory in bytes, all of it: what a driver or runtime keeps back is not deducted.
    public var memoryBytes: Sourced<Int64>
    /// Peak bandwidth of the device memory in B/s.
    public var memoryBytesPerSecond: Sourced<Double>
    /// Last-level cache in bytes, where known.
    public var cacheBytes: Sourced<Int64>?
    /// Cores, for sharing a device among streams.
    public var cores: CoreCounts
    /// Rows of the smallest matrix tile: a GEMM of fewer rows costs as much as one of this many.
    public var matrixTileRows: Sourced<Int>?
    /// Shortest matrix kernel seen, in nanoseconds.
    public var matrixKernelFloorNanoseconds: Sourced<Int64>?
    /// Shortest vector kernel seen, in nanoseconds.
    public var vectorKernelFloorNanoseconds: Sourced<Int64>?
    /// All scale-up links of the device together, one direction, in B/s; nil where it has none.
    ///
    /// On a full mesh one peer gets only its own link's part; see ``ScaleUpTopology``.
    public var scaleUpBytesPerSecond: Sourced<Double>?
    /// The NIC that usually comes with the device, one direction, in B/s. A node type may state its
    /// own, which then counts.
    public var networkBytesPerSecond: Sourced<Double>?
    /// The link to the host, one direction, in B/s: an upper bound for every host copy.
    public var hostLinkBytesPerSecond: Sourced<Double>
    /// Board power of the device in watts.
    public var powerWatts: Sourced<Double>
    /// What one device costs per hour, in any currency; nil where the file does not say.
    public var costPerHour: Sourced<Double>?
    /// What a device file says of the device's timing, as a patch of a timing profile; who times it reads it.
    public var timing: JSONObject?
}

extension DeviceDescriptor {
    /// The vector peak for a format: its own, else that of FP32, else that of BF16; nil when none is known.
    public func vectorRate(_ type: ArithmeticType) -> Sourced<Double>? {
        vectorRates[type] ?? vectorRates[.fp32] ?? vectorRates[.bf16]
    }
}
