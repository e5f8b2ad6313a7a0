/// One piece of work that was measured several times.
public struct RepeatedTiming: Sendable, Equatable {
    /// What was measured, for people.
    public var name: String
    /// Seconds of each time, ascending.
    public let seconds: [Double]

    /// - Precondition: at least one measurement.
    public init(name: String, seconds: [Double]) {
        precondition(!seconds.isEmpty, "a timing needs a measurement")
        self.name = name
        self.seconds = seconds.sorted()
    }

    /// Middle of the measured seconds; of an even number, the mean of the middle two.
    public var median: Double { (seconds[(seconds.count - 1) / 2] + seconds[seconds.count / 2]) / 2 }

    /// The value that nine tenths do not exceed.
    public var p90: Double { seconds[max(0, (seconds.count * 9 + 9) / 10 - 1)] }

    /// p90 over median: 1 on a machine that does nothing else.
    public var spread: Double { p90 / median }
}

/// A measurement that did not settle, so that a fit to it would be one to noise.
public struct UnsteadyMachine: Error, Sendable, Equatable, CustomStringConvertible {
    /// The best of the attempts.
    public var timing: RepeatedTiming
    /// Largest p90 over median that was allowed.
    public var limit: Double
    /// Attempts that were made.
    public var attempts: Int

    public var description: String {
        func number(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
        return "\(timing.name): p90 is \(number(timing.spread)) times the median of \(timing.seconds.count) runs, in "
            + "the best of \(attempts) attempts, where \(number(limit)) is allowed; something else uses this machine: "
            + "stop it, or allow more with --spread"
    }
}

/// A machine that became slower or faster between its calibration and the end of a run that is held against it.
public struct ChangedPace: Error, Sendable, Equatable, CustomStringConvertible {
    /// Time of kernels measured again over that of the calibration, their median.
    public var ratio: Double
    /// Largest ratio that was allowed, of the larger to the smaller.
    public var limit: Double

    public var description: String {
        let percent = Int(((ratio - 1) * 100).rounded())
        return "kernels of the calibration take \(percent > 0 ? "+" : "")\(percent) % when they are measured "
            + "again after the run; something else uses this machine, so that the comparison would say nothing: "
            + "stop it and run again, or allow more with --spread"
    }
}

/// Measures until the spread is narrow enough, or refuses.
public struct SteadyTimer: Sendable {
    /// Largest p90 over median.
    public var limit: Double
    /// Runs of each attempt.
    public var runs: Int
    /// Attempts before it refuses.
    public var attempts: Int

    public init(limit: Double = 1.2, runs: Int = 15, attempts: Int = 20) {
        (self.limit, self.runs, self.attempts) = (limit, runs, attempts)
    }

    /// The first attempt that is steady.
    /// - Parameter sample: seconds of one run. It is called once more at first, to warm up.
    /// - Throws: ``UnsteadyMachine`` with the best attempt where none is, or what `sample` throws.
    public func measure(_ name: String, _ sample: () throws -> Double) throws -> RepeatedTiming {
        _ = try sample()
        var best: RepeatedTiming?
        for _ in 0..<max(1, attempts) {
            var seconds: [Double] = []
            for _ in 0..<max(1, runs) { seconds.append(try sample()) }
            let timing = RepeatedTiming(name: name, seconds: seconds)
            if timing.spread <= limit { return timing }
            if timing.spread < best?.spread ?? .infinity { best = timing }
        }
        throw UnsteadyMachine(
            timing: best ?? RepeatedTiming(name: name, seconds: [0]), limit: limit, attempts: attempts)
    }
}
