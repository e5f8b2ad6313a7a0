import EventEngine

/// Draws the times of arrival, the first at 0.
struct ArrivalSampler {
    private let process: ArrivalProcess
    private let scaleSeconds: Double
    private let tick: Int64
    private var stream: RandomStream
    private var time: Int64 = 0
    private var isFirst = true

    /// Checks the process. Times are rounded down to multiples of `tick` nanoseconds; 0 leaves them as they are.
    init(_ process: ArrivalProcess, tickNanoseconds tick: Int64, seed: UInt64) throws(GeneratorProblem) {
        self.process = process
        guard tick >= 0 else {
            throw GeneratorProblem(field: "tick", found: "\(tick) ns", remedy: "give 0 or more")
        }
        self.tick = tick
        stream = RandomStream(seed: seed, name: "requests.arrivals")
        switch process {
        case .poisson(let rate), .constant(let rate):
            scaleSeconds = try Self.meanGap(rate)
        case .gamma(let rate, let variation):
            try Self.check(variation, "coefficient of variation")
            scaleSeconds = try Self.meanGap(rate) * variation * variation
        case .weibull(let rate, let shape):
            try Self.check(shape, "shape")
            scaleSeconds = try Self.meanGap(rate) / PortableMath.gamma(1 + 1 / shape)
        case .closedLoop(let concurrency):
            try Self.check(Double(concurrency), "concurrency")
            scaleSeconds = 0
        }
    }

    /// The next time of arrival.
    mutating func next() throws(GeneratorProblem) -> Int64 {
        if isFirst {
            isFirst = false
            return 0
        }
        let gap = (gapSeconds() * 1e9).rounded(.toNearestOrEven)
        guard gap < 9e18, !time.addingReportingOverflow(Int64(gap)).overflow else {
            throw GeneratorProblem(
                field: "arrivals", found: "a time beyond 292 years", remedy: "use a higher rate or fewer requests")
        }
        time += Int64(gap)
        return tick > 0 ? time - time % tick : time
    }

    private mutating func gapSeconds() -> Double {
        switch process {
        case .poisson: stream.exponential(mean: scaleSeconds)
        case .gamma(_, let variation): stream.gamma(shape: 1 / (variation * variation), scale: scaleSeconds)
        case .weibull(_, let shape): stream.weibull(shape: shape, scale: scaleSeconds)
        case .constant: scaleSeconds
        case .closedLoop: 0
        }
    }

    private static func meanGap(_ rate: Double) throws(GeneratorProblem) -> Double {
        try check(rate, "rate per second")
        return 1 / rate
    }

    private static func check(_ value: Double, _ name: String) throws(GeneratorProblem) {
        guard value >= 1e-6, value <= 1e9 else {
            throw GeneratorProblem(field: "arrivals", found: "a \(name) of \(value)", remedy: "give a positive number")
        }
    }
}
