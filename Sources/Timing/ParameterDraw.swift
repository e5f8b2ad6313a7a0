import EventEngine

/// One seeded set of timing parameters out of several: what a device could be, given how well it is known.
///
/// Every parameter is multiplied by `exp(sd z)`. `sd` is the standard deviation that the parameter's
/// provenance gives its logarithm, and `z` a standard normal number that depends on nothing but the seed,
/// the number of the draw and the parameter's name: whatever shares a parameter shares its draw (common
/// random numbers), and a new parameter changes no other's.
public struct ParameterDraw: Sendable, Equatable {
    /// Seed of all draws that belong together.
    public var seed: UInt64
    /// Which of them this is, from 0.
    public var index: Int

    /// The draw of this number among those of a seed.
    public init(seed: UInt64, index: Int) {
        self.seed = seed
        self.index = index
    }

    /// What the draw multiplies a parameter with; 1 when its standard deviation is 0.
    /// - Parameters:
    ///   - parameter: the full name, such as `h20.gemm.compute_efficiency`.
    ///   - logStandardDeviation: of the parameter's logarithm, common to all its uses.
    public func factor(of parameter: String, logStandardDeviation: Double) -> Double {
        var stream = RandomStream(seed: seed, name: "draws.\(index).\(parameter)")
        return PortableMath.exp(stream.normal(mean: 0, standardDeviation: logStandardDeviation))
    }
}
