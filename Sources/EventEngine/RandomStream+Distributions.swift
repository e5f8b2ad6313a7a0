/// Draws from the distributions that arrivals, lengths, durations and faults follow.
///
/// All but `gamma` take exactly one draw and are increasing functions of it (`bernoulli` of its
/// complement), so that two variants with the same seed see matching numbers even when their
/// parameters differ. Parameters out of range are programming errors.
extension RandomStream {
    /// True with probability `probability`, which lies in [0, 1].
    public mutating func bernoulli(_ probability: Double) -> Bool {
        precondition(probability >= 0 && probability <= 1, "a probability lies between 0 and 1")
        return uniform() < probability
    }

    /// Exponential: the gap to the next of independent events. `mean >= 0`.
    public mutating func exponential(mean: Double) -> Double {
        precondition(mean >= 0, "an exponential distribution has no negative mean")
        return -mean * PortableMath.log(1 - uniform())
    }

    /// Weibull: exponential for shape 1, early failures below it, wear above it. Both positive.
    ///
    /// The mean is `scale` times Γ(1 + 1/shape).
    public mutating func weibull(shape: Double, scale: Double) -> Double {
        precondition(shape > 0 && scale > 0, "shape and scale of a Weibull distribution are positive")
        return scale * PortableMath.pow(-PortableMath.log(1 - uniform()), 1 / shape)
    }

    /// Normal, by inversion of the distribution function. `standardDeviation >= 0`.
    public mutating func normal(mean: Double, standardDeviation: Double) -> Double {
        precondition(standardDeviation >= 0, "a standard deviation is not negative")
        return mean + standardDeviation * standardNormal()
    }

    /// Lognormal: exp of a normal with mean `mu` and standard deviation `sigma >= 0`.
    ///
    /// The median is exp(`mu`), the mean exp(`mu` + `sigma`^2/2).
    public mutating func lognormal(mu: Double, sigma: Double) -> Double {
        PortableMath.exp(normal(mean: mu, standardDeviation: sigma))
    }

    /// Gamma, with mean `shape` times `scale` and variance `shape` times `scale`^2. Both positive.
    ///
    /// Marsaglia and Tsang 2000 (doi:10.1145/358407.358414), by rejection: at least two draws, 2.1
    /// on average. A shape below one is raised by one and corrected by a power of a third draw.
    public mutating func gamma(shape: Double, scale: Double) -> Double {
        precondition(shape > 0 && scale > 0, "shape and scale of a gamma distribution are positive")
        if shape < 1 {
            let correction = PortableMath.pow(positiveUniform(), 1 / shape)
            return correction * gamma(shape: shape + 1, scale: scale)
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = standardNormal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let v = root * root * root
            let bound = 0.5 * x * x + d * (1 - v + PortableMath.log(v))
            if PortableMath.log(positiveUniform()) < bound { return scale * d * v }
        }
    }

    private mutating func standardNormal() -> Double {
        // Half a step up keeps clear of 0 and is symmetric about 1/2.
        PortableMath.normalQuantile(uniform() + 0x1p-54)
    }
}
