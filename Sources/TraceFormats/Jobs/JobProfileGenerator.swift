import EventEngine

/// A trace like that of a real cluster.
public struct JobProfileConfiguration: Sendable, Equatable {
    /// The clusters whose jobs are mixed, as their numbers of jobs are.
    public var clusters: [JobProfile]
    /// How many jobs; nil: as many as were published.
    public var jobs: Int?
    /// How many times as fast they come, hours of the day kept.
    public var speed = 1.0
    /// Sizes beyond it are left out, others drawn more often; nil: none are.
    public var largestGang: Int?
    /// Tenants with their weights; empty: each cluster is a tenant where there are several.
    public var tenants: [(name: String, weight: Double)] = []

    /// The jobs of some clusters.
    public init(clusters: [JobProfile]) { self.clusters = clusters }

    /// Equal in every part.
    public static func == (left: Self, right: Self) -> Bool {
        left.clusters == right.clusters && left.jobs == right.jobs && left.speed == right.speed
            && left.largestGang == right.largestGang && left.tenants.elementsEqual(right.tenants, by: ==)
    }
}

extension JobGenerator {
    /// A trace; a function of configuration and seed. Run times are whole seconds, as in the traces that it imitates.
    public static func generate(
        _ configuration: JobProfileConfiguration, seed: UInt64
    ) throws(GeneratorProblem) -> JobTrace {
        let clusters = configuration.clusters
        let choice = try WeightedChoice(clusters.map { Double($0.jobs) }, field: "profile")
        let tenants = configuration.tenants.isEmpty
            ? nil : try WeightedChoice(configuration.tenants.map(\.weight), field: "tenants")
        let sizes = clusters.map { cluster in
            cluster.sizes.filter { $0.size <= configuration.largestGang ?? .max }
        }
        var sizeChoices: [WeightedChoice] = []
        for list in sizes { sizeChoices.append(try WeightedChoice(list.map(\.share), field: "max_devices")) }
        let count = configuration.jobs ?? clusters.reduce(0) { $0 + $1.jobs }
        let perDay = clusters.reduce(0) { $0 + Double($1.jobs) / $1.days }
        var arrivals = DailyArrivals(perDay: perDay * configuration.speed, seed: seed)
        var clusterStream = RandomStream(seed: seed, name: "jobs.clusters")
        var sizeStream = RandomStream(seed: seed, name: "jobs.devices")
        var timeStream = RandomStream(seed: seed, name: "jobs.duration")
        var tenantStream = RandomStream(seed: seed, name: "jobs.tenants")
        var trace = JobTrace()
        let isMixed = tenants == nil && clusters.count > 1
        trace.tenantNames = tenants != nil ? configuration.tenants.map(\.name) : isMixed ? clusters.map(\.name) : []
        for index in 0..<count {
            let cluster = choice.index(at: clusterStream.uniform())
            let size = sizes[cluster][sizeChoices[cluster].index(at: sizeStream.uniform())].size
            trace.names.append("\(index)")
            trace.submitNanoseconds.append(arrivals.next())
            trace.devices.append(Int32(size))
            let time = timeStream.lognormal(
                mu: clusters[cluster].logMedian(devices: size), sigma: clusters[cluster].sigma) / 1e9
            let whole = min(clusters[cluster].longestSeconds, max(1, time.rounded(.toNearestOrEven)))
            trace.durationNanoseconds.append(Int64(whole) * 1_000_000_000)
            if let tenants {
                trace.tenants.append(Int32(tenants.index(at: tenantStream.uniform())))
            } else if isMixed {
                trace.tenants.append(Int32(cluster))
            }
        }
        return trace
    }
}

/// Independent submissions at a rate that changes with the hour of the day; time zero is midnight.
struct DailyArrivals {
    private static let hour = 3.6e12

    /// Submissions per nanosecond, on average over a day.
    private let rate: Double
    private var stream: RandomStream
    /// The hour under way, counted from zero, and how far it has gone, in nanoseconds.
    private var hours: Int64 = 0
    private var inside = 0.0

    init(perDay: Double, seed: UInt64) {
        rate = perDay / (24 * Self.hour)
        stream = RandomStream(seed: seed, name: "jobs.arrivals")
    }

    /// The instant of the next one.
    mutating func next() -> Int64 {
        var left = stream.exponential(mean: 1)
        while true {
            let present = rate * JobProfile.hours[Int(hours % 24)]
            let room = (Self.hour - inside) * present
            guard left >= room else {
                inside += left / present
                return hours * 3_600_000_000_000 + Int64(inside.rounded(.toNearestOrEven))
            }
            left -= room
            hours += 1
            inside = 0
        }
    }
}
