/// What a trace holds, in numbers: the answer of `simulate trace inspect`.
public struct TraceSummary: Sendable, Equatable {
    /// Requests of the trace, failures not among them.
    public var requests: Int
    /// Rows that the format marks as failed.
    public var failures: Int
    /// First to last arrival.
    public var durationNanoseconds: Int64
    /// Gaps per second: `(requests - 1) / duration`; 0 where all arrive at once.
    public var requestsPerSecond: Double
    /// Standard deviation over mean of the gaps between arrivals: 0 for a clock, 1 for a Poisson process, more for
    /// bursts. Coarse ticks raise it. 0 where all arrive at once.
    public var gapCoefficientOfVariation: Double
    /// Different times of arrival.
    public var distinctArrivals: Int
    /// The tick that timestamps were rounded to (see ``ArrivalTicks``); 0: none.
    public var tickNanoseconds: Int64
    /// The most requests that arrive at one time.
    public var mostArrivalsAtOnce: Int
    /// Lengths of prompts.
    public var inputTokens: TokenDistribution
    /// Lengths of answers.
    public var outputTokens: TokenDistribution
    /// Conversations; nil where the trace knows none.
    public var sessions: Int?
    /// Nil where the trace knows no blocks.
    public var prefixReuse: PrefixReuse?
    /// What a user of the trace should know before trusting a result.
    public var lints: [TraceLint]

    /// Mean requests per time of arrival.
    public var arrivalsPerTick: Double { distinctArrivals == 0 ? 0 : Double(requests) / Double(distinctArrivals) }

    /// Walks over a trace a few times; time in proportion to n log n in requests and linear in blocks.
    public init(_ trace: RequestTrace) {
        let times = trace.arrivalNanoseconds
        requests = trace.count
        failures = trace.failures
        durationNanoseconds = times.last ?? 0
        let seconds = Double(durationNanoseconds) / 1e9
        requestsPerSecond = seconds > 0 ? Double(times.count - 1) / seconds : 0
        gapCoefficientOfVariation = Self.gapVariation(times)
        tickNanoseconds = ArrivalTicks.tickNanoseconds(of: times)
        (distinctArrivals, mostArrivalsAtOnce) = Self.runs(times)
        inputTokens = TokenDistribution(trace.inputTokens)
        outputTokens = TokenDistribution(trace.outputTokens)
        sessions = trace.sessionIDs.map { Int($0.max() ?? -1) + 1 }
        prefixReuse = PrefixReuse(trace)
        lints = []
        lints = TraceLint.all(of: trace, self)
    }

    private static func gapVariation(_ times: [Int64]) -> Double {
        guard let last = times.last, last > 0 else { return 0 }
        let mean = Double(last) / Double(times.count - 1)
        var squares = 0.0
        for (earlier, later) in zip(times, times.dropFirst()) {
            let deviation = Double(later - earlier) - mean
            squares += deviation * deviation
        }
        return (squares / Double(times.count - 1)).squareRoot() / mean
    }

    /// How many different times there are, and how often the most frequent one occurs.
    private static func runs(_ times: [Int64]) -> (distinct: Int, longest: Int) {
        var (distinct, longest, length) = (0, 0, 0)
        for index in times.indices {
            let isNew = index == 0 || times[index] != times[index - 1]
            length = isNew ? 1 : length + 1
            if isNew { distinct += 1 }
            longest = max(longest, length)
        }
        return (distinct, longest)
    }
}
