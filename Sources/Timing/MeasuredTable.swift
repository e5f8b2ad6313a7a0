import JSONText

/// Kernels of one model on one device at one tensor-parallel degree as a profiler measured them in the engine.
///
/// Times are in nanoseconds, of one launch on one rank. What is measured refines the formulas inside the measured
/// range and is never used outside it; see ``MeasuredRatios``.
public struct MeasuredTable: Sendable {
    /// Measured kernels of one kind: at so many tokens (or sequences) so many nanoseconds.
    struct Kernel: Sendable {
        /// The operator's name in ``StepOperators``.
        var name: String
        var points: [(size: Int, nanoseconds: Double)]
    }

    /// One attention launch: a prompt chunk behind its prior context, and decoding sequences of a mean context.
    struct Attention: Sendable {
        var chunkTokens: Int
        var priorContext: Int
        var sequences: Int
        var context: Int
        var nanoseconds: Double
    }

    /// The folder that it was read from, as it was named.
    public var source: String
    /// FNV-1a over the files' bytes, which names the data in a result.
    public var hash: UInt64
    var kernels: [Kernel]
    var attention: [Attention]

    /// The same table with all times multiplied, as if the device had been so much slower.
    public func scaled(by factor: Double) -> MeasuredTable {
        var scaled = self
        for kernel in scaled.kernels.indices {
            for point in scaled.kernels[kernel].points.indices {
                scaled.kernels[kernel].points[point].nanoseconds *= factor
            }
        }
        for place in scaled.attention.indices { scaled.attention[place].nanoseconds *= factor }
        return scaled
    }

    /// Launches that were measured.
    public var count: Int { kernels.reduce(attention.count) { $0 + $1.points.count } }
}
