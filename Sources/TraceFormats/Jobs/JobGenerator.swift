import EventEngine

/// What a generated trace of jobs is drawn from.
public struct JobGeneratorConfiguration: Sendable, Equatable {
    /// Number of jobs, at least one.
    public var jobs: Int
    /// When they are submitted; rates count jobs. Not `closedLoop`, which a trace cannot hold.
    public var arrivals: ArrivalProcess
    /// Gang sizes with their weights.
    public var devices: [(size: Int, weight: Double)]
    /// Lognormal durations by median and 90th percentile, in nanoseconds, cut off at the largest.
    public var medianDuration: Int64
    /// 90th percentile of the lognormal durations, in nanoseconds.
    public var p90Duration: Int64
    /// Where durations are cut off, in nanoseconds.
    public var largestDuration: Int64
    /// Tenants with their weights; empty: none.
    public var tenants: [(name: String, weight: Double)] = []

    /// A configuration; ranges are checked by the generator.
    public init(
        jobs: Int, arrivals: ArrivalProcess, devices: [(size: Int, weight: Double)], medianDuration: Int64,
        p90Duration: Int64, largestDuration: Int64 = .max / 4
    ) {
        self.jobs = jobs
        self.arrivals = arrivals
        self.devices = devices
        self.medianDuration = medianDuration
        self.p90Duration = p90Duration
        self.largestDuration = largestDuration
    }

    /// Equal in every part.
    public static func == (left: Self, right: Self) -> Bool {
        left.jobs == right.jobs && left.arrivals == right.arrivals && left.medianDuration == right.medianDuration
            && left.p90Duration == right.p90Duration && left.largestDuration == right.largestDuration
            && left.devices.elementsEqual(right.devices, by: ==) && left.tenants.elementsEqual(right.tenants, by: ==)
    }
}

/// Generates job traces: sizes, durations and tenants independent of each other.
public enum JobGenerator {
    /// Standard normal quantile of 0.9.
    private static let normalP90 = 1.2815515655446004

    /// A trace; a function of configuration and seed. Each column draws from a stream of its own.
    public static func generate(
        _ configuration: JobGeneratorConfiguration, seed: UInt64
    ) throws(GeneratorProblem) -> JobTrace {
        guard configuration.medianDuration > 0, configuration.p90Duration >= configuration.medianDuration else {
            throw GeneratorProblem(
                field: "duration", found: "a 90th percentile below the median",
                remedy: "give a median above 0 and a p90 of at least the median")
        }
        if case .closedLoop = configuration.arrivals {
            throw GeneratorProblem(
                field: "arrivals", found: "closed-loop", remedy: "jobs are submitted by a rate, e.g. poisson")
        }
        var arrivals = try ArrivalSampler(configuration.arrivals, tickNanoseconds: 0, seed: seed)
        let sizes = try WeightedChoice(configuration.devices.map(\.weight), field: "devices")
        let tenants = configuration.tenants.isEmpty
            ? nil : try WeightedChoice(configuration.tenants.map(\.weight), field: "tenants")
        var sizeStream = RandomStream(seed: seed, name: "jobs.devices")
        var timeStream = RandomStream(seed: seed, name: "jobs.duration")
        var tenantStream = RandomStream(seed: seed, name: "jobs.tenants")
        let mu = PortableMath.log(Double(configuration.medianDuration))
        let spread = Double(configuration.p90Duration) / Double(configuration.medianDuration)
        let sigma = PortableMath.log(spread) / normalP90
        var trace = JobTrace()
        trace.tenantNames = configuration.tenants.map(\.name)
        for index in 0..<configuration.jobs {
            trace.names.append("\(index)")
            trace.submitNanoseconds.append(try arrivals.next())
            trace.devices.append(Int32(configuration.devices[sizes.index(at: sizeStream.uniform())].size))
            let duration = timeStream.lognormal(mu: mu, sigma: sigma)
            let longest = Double(configuration.largestDuration)
            trace.durationNanoseconds.append(Int64(min(longest, max(1, duration.rounded(.toNearestOrEven)))))
            if let tenants { trace.tenants.append(Int32(tenants.index(at: tenantStream.uniform()))) }
        }
        return trace
    }
}

/// A choice among weights.
struct WeightedChoice {
    private var sums: [Double] = []

    init(_ weights: [Double], field: String) throws(GeneratorProblem) {
        var sum = 0.0
        for weight in weights {
            guard weight >= 0, weight.isFinite else {
                throw GeneratorProblem(field: field, found: "a weight of \(weight)", remedy: "give 0 or more")
            }
            sum += weight
            sums.append(sum)
        }
        guard sum > 0 else {
            throw GeneratorProblem(field: field, found: "no weight above 0", remedy: "give at least one")
        }
    }

    /// The index whose part of the unit interval holds a number.
    func index(at uniform: Double) -> Int {
        let target = uniform * sums[sums.count - 1]
        return min(sums.count - 1, sums.partitioningIndex { $0 > target })
    }
}
