/// The maker of a device.
public enum DeviceVendor: String, Sendable, CaseIterable {
    case nvidia, huawei, amd, intel
    /// No accelerator: a thread of the machine that the simulator runs on.
    case host

    /// Whether public kernel measurements tie this vendor's peak figures to achieved speed.
    ///
    /// Dense kernel tables exist for several generations of NVIDIA alone; for the others a few
    /// points at most. Decides the spread of `datasheet` values, see
    /// ``Provenance/logStandardDeviation(vendorEverMeasured:)``.
    public var isEverMeasured: Bool { self == .nvidia }
}

/// What the cores of a device are called and how they divide.
public enum CoreKind: String, Sendable, CaseIterable {
    /// NVIDIA streaming multiprocessors: matrix and vector work share each of them.
    case streamingMultiprocessor = "sm"
    /// AMD compute units: matrix and vector work share each of them.
    case computeUnit = "cu"
    /// Ascend: matrix cores (AIC) beside vector cores (AIV), two resources with no register path.
    case matrixAndVector = "aic-aiv"
    /// A thread of a general processor.
    case thread
    /// Gaudi: matrix engines (MME) beside tensor processor cores (TPC).
    case engineAndProcessor = "mme-tpc"

    /// Whether matrix and vector cores are separate resources of the device.
    public var isSplit: Bool { self == .matrixAndVector || self == .engineAndProcessor }
}

/// How many cores a device has.
public struct CoreCounts: Sendable, Equatable {
    /// What they are.
    public var kind: CoreKind
    /// Matrix cores, or the shared cores where the kind is not split.
    public var matrix: Sourced<Int>
    /// Vector cores; nil exactly where the kind is not split.
    public var vector: Sourced<Int>?

    /// Core counts of a device; `vector` belongs to a split kind alone.
    public init(kind: CoreKind, matrix: Sourced<Int>, vector: Sourced<Int>?) {
        self.kind = kind
        self.matrix = matrix
        self.vector = vector
    }
}
