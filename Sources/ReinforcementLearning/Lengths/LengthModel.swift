import EventEngine

/// Lengths of responses as training goes on, before the cap.
public struct LengthDrift: Sendable, Equatable {
    /// Mean response length at some steps, in tokens, ascending by step; between them it goes straight, outside
    /// it stays. Empty for no drift.
    public var curve: [(step: Int, mean: Double)]

    /// No drift.
    public init() { curve = [] }

    /// A curve through these means.
    public init(curve: [(step: Int, mean: Double)]) { self.curve = curve.sorted { $0.step < $1.step } }

    /// The mean at a step; `mean` where there is no curve.
    public func mean(at step: Int, otherwise mean: Double) -> Double {
        guard let first = curve.first, let last = curve.last else { return mean }
        if step <= first.step { return first.mean }
        if step >= last.step { return last.mean }
        let after = curve.firstIndex { $0.step > step } ?? curve.count - 1
        let (from, to) = (curve[after - 1], curve[after])
        let share = Double(step - from.step) / Double(to.step - from.step)
        return from.mean + share * (to.mean - from.mean)
    }

    /// Whether two drifts are alike.
    public static func == (left: LengthDrift, right: LengthDrift) -> Bool {
        left.curve.elementsEqual(right.curve) { $0.step == $1.step && $0.mean == $1.mean }
    }
}

/// Response lengths with a heavy tail that prompts share.
///
/// `length = exp(mu + sigma (c g + sqrt(1 - c^2) e))`, `g` drawn once for a prompt (how hard it is), `e` for
/// every sample, both standard normal: `c` is the correlation of a sample with its prompt, and two samples of
/// one prompt correlate by its square, in logarithms. `mu = ln mean - sigma^2/2`, so that `mean` is that of the
/// uncut distribution. Longer responses are cut at the cap, as an engine cuts them.
public struct ResponseLengths: Sendable, Equatable {
    /// Mean before the cap, in tokens.
    public var mean: Double
    /// Standard deviation of the logarithm: 0.6 with short caps, 1.0 for reasoning.
    public var sigma: Double
    /// Correlation of a sample's logarithm with its prompt's, 0 to 1.
    public var groupCorrelation: Double
    /// The most tokens an engine lets a response have.
    public var cap: Int
    /// Change of the mean with every step, in tokens.
    public var driftPerStep: Double
    /// Means at given steps, in place of `mean` and `driftPerStep`.
    public var drift: LengthDrift

    /// A distribution; `sigma` zero makes every response as long as the mean.
    public init(
        mean: Double, sigma: Double = 0, groupCorrelation: Double = 0, cap: Int, driftPerStep: Double = 0,
        drift: LengthDrift = LengthDrift()
    ) {
        self.mean = mean
        self.sigma = sigma
        self.groupCorrelation = groupCorrelation
        self.cap = cap
        self.driftPerStep = driftPerStep
        self.drift = drift
    }

    /// The mean of the uncut distribution at a step, at least one token.
    public func mean(atStep step: Int) -> Double {
        max(1, drift.mean(at: step, otherwise: mean + driftPerStep * Double(step)))
    }

    /// Appends the lengths of one prompt's samples.
    func draw(_ samples: Int, step: Int, _ stream: inout RandomStream, into lengths: inout [Int32]) {
        let mu = PortableMath.log(mean(atStep: step)) - sigma * sigma / 2
        let group = sigma * groupCorrelation * stream.normal(mean: 0, standardDeviation: 1)
        let own = sigma * (1 - groupCorrelation * groupCorrelation).squareRoot()
        for _ in 0..<samples {
            let length = stream.lognormal(mu: mu + group, sigma: own)
            lengths.append(Int32(min(Double(cap), max(1, length.rounded(.toNearestOrEven)))))
        }
    }
}

/// Prompt lengths: the same for all, or lognormal.
public struct PromptLengths: Sendable, Equatable {
    /// Mean before the cap, in tokens.
    public var mean: Double
    /// Standard deviation of the logarithm; zero for prompts of one length.
    public var sigma: Double
    /// The longest prompt.
    public var cap: Int

    /// A distribution.
    public init(mean: Double, sigma: Double = 0, cap: Int) {
        self.mean = mean
        self.sigma = sigma
        self.cap = cap
    }

    func draw(_ stream: inout RandomStream) -> Int32 {
        let mu = PortableMath.log(max(1, mean)) - sigma * sigma / 2
        let length = stream.lognormal(mu: mu, sigma: sigma)
        return Int32(min(Double(cap), max(1, length.rounded(.toNearestOrEven))))
    }
}
