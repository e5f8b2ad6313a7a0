import EventEngine

/// The jobs of a real cluster as its operators summed them up, and a model of them that has the same figures.
///
/// **Published**, of jobs on accelerators: how many in the months of the trace, mean and median of their run times,
/// mean number of devices (the median is 1), device-time, longest run. Helios: Hu et al., SC 2021
/// (doi:10.1145/3458817.3476223), table `helios_cluster_summary.csv` of HeliosArtifact. Acme: Hu et al., NSDI 2024,
/// table `cluster_summary.csv` of AcmeTrace.
///
/// **Assumed**: the share of jobs on one device and on eight or more (after the words of the papers: most jobs ask for
/// one device, nine in ten on Earth, fewer than one in ten for eight or more), sizes that are powers of two up to the
/// largest, two of three small gangs asking for four, and how submissions follow the hours of a day (``hours``).
///
/// **Fitted**: the weights of large sizes decay geometrically so that the mean number of devices is met; the run time
/// of a job on g devices is lognormal with median `baseMedian` g^`growth` and one `sigma`, cut off at the longest run.
/// These three meet the published median, mean and device-time; a test works out all of it in closed form.
public struct JobProfile: Sendable, Equatable {
    /// Its name in scenarios, and that of its jobs' tenant where several profiles are mixed.
    public var name: String
    /// Jobs on devices, and the days in which they were submitted.
    public var jobs: Int
    /// Days in which the jobs were submitted.
    public var days: Double
    /// Run times in seconds, and devices of a job, on average.
    public var medianSeconds: Double
    /// Mean run time.
    public var meanSeconds: Double
    /// Longest run time.
    public var longestSeconds: Double
    /// Mean number of devices of a job.
    public var meanDevices: Double
    /// Device-seconds of all jobs.
    public var deviceSeconds: Double
    /// Shares of jobs on one device and on eight or more.
    public var singleShare: Double
    /// Share of jobs on eight or more devices.
    public var largeShare: Double
    /// The largest gang, a power of two.
    public var largestGang: Int
    /// Of the model: median in seconds on one device, growth with the size, spread of the logarithm.
    var baseMedian: Double
    var growth: Double
    var sigma: Double

    /// How many jobs are submitted in each hour of a day, against the mean: a night, and two meals. Assumed; the papers
    /// show such curves without numbers.
    public static let hours = [
        0.7, 0.5, 0.4, 0.35, 0.3, 0.3, 0.35, 0.5, 0.8, 1.2, 1.6, 1.6, 1.05, 1.2, 1.6, 1.7, 1.7, 1.6, 1.1, 1.2, 1.35,
        1.35,
        1.25, 0.95,
    ].map { $0 * 24 / 24.65 }

    /// Gang sizes with their shares of the jobs.
    public var sizes: [(size: Int, share: Double)] {
        let small = 1 - singleShare - largeShare
        var list = [(size: 1, share: singleShare), (size: 2, share: small / 3), (size: 4, share: small * 2 / 3)]
        let most = largestGang.trailingZeroBitCount - 3
        let known = list.reduce(0) { $0 + Double($1.size) * $1.share }
        let decay = Self.decay(mean: (meanDevices - known) / largeShare, most: most)
        let powers = (0...most).map { PortableMath.pow(decay, Double($0)) }
        let sum = powers.reduce(0, +)
        for (power, weight) in powers.enumerated() { list.append((8 << power, largeShare * weight / sum)) }
        return list
    }

    /// The ratio of neighbouring weights with which 8, 16, … 8 · 2^most have a mean.
    private static func decay(mean: Double, most: Int) -> Double {
        var (low, high) = (1e-6, 1e3)
        for _ in 0..<200 {
            let middle = (low * high).squareRoot()
            let powers = (0...most).map { PortableMath.pow(middle, Double($0)) }
            let found = powers.enumerated().reduce(0) { $0 + Double(8 << $1.offset) * $1.element } / powers.reduce(0, +)
            if found < mean { low = middle } else { high = middle }
        }
        return (low * high).squareRoot()
    }

    /// The logarithm of the median run time on so many devices, in nanoseconds.
    func logMedian(devices: Int) -> Double {
        PortableMath.log(baseMedian * 1e9) + growth * PortableMath.log(Double(devices))
    }
}

extension JobProfile {
    /// All names that scenarios may use: one cluster, or all of an operator.
    public static let names = ["helios", "acme"] + helios.map(\.name) + acme.map(\.name)

    /// The clusters behind a name; nil: there are none.
    public static func clusters(named name: String) -> [JobProfile]? {
        switch name {
        case "helios": helios
        case "acme": acme
        default: (helios + acme).first { $0.name == name }.map { [$0] }
        }
    }

    /// April to September 2020, four clusters of SenseTime with 1,000 to 2,100 accelerators each.
    static let helios = [
        heliosCluster(
            "helios-venus", jobs: 125_303, median: 204, mean: 13040.598, devices: 6.736, deviceSeconds: 12_345_612_528,
            single: 0.52, large: 0.09, model: (197.1, 0.0461, 2.9852)),
        heliosCluster(
            "helios-earth", jobs: 427_148, median: 234, mean: 5130.609, devices: 2.101, deviceSeconds: 11_439_202_755,
            single: 0.9, large: 0.04, model: (218.4, 0.3952, 2.4853)),
        heliosCluster(
            "helios-saturn", jobs: 698_896, median: 124, mean: 5252.927, devices: 4.01, deviceSeconds: 27_652_361_262,
            single: 0.52, large: 0.09, model: (98.95, 0.3263, 2.7574)),
        heliosCluster(
            "helios-uranus", jobs: 329_117, median: 280, mean: 9163.725, devices: 4.038, deviceSeconds: 26_560_434_699,
            single: 0.52, large: 0.09, model: (212.7, 0.398, 2.6583)),
    ]

    /// March to August 2023, two clusters of Shanghai AI Lab with more than 2,000 accelerators each.
    static let acme = [
        JobProfile(
            name: "acme-seren", jobs: 663_813, days: 184, medianSeconds: 122, meanSeconds: 1414.335,
            longestSeconds: 1_209_604, meanDevices: 5.68, deviceSeconds: 21_510_624_577, singleShare: 0.6,
            largeShare: 0.1, largestGang: 1024, baseMedian: 95.6, growth: 0.3908, sigma: 2.1741),
        JobProfile(
            name: "acme-kalos", jobs: 19_907, days: 184, medianSeconds: 124, meanSeconds: 1259.689,
            longestSeconds: 625_740, meanDevices: 26.77, deviceSeconds: 5_333_180_061, singleShare: 0.65,
            largeShare: 0.07, largestGang: 1024, baseMedian: 94.67, growth: 0.431, sigma: 1.9995),
    ]

    private static func heliosCluster(
        _ name: String, jobs: Int, median: Double, mean: Double, devices: Double, deviceSeconds: Double, single: Double,
        large: Double, model: (baseMedian: Double, growth: Double, sigma: Double)
    ) -> JobProfile {
        JobProfile(
            name: name, jobs: jobs, days: 183, medianSeconds: median, meanSeconds: mean, longestSeconds: 4_320_009,
            meanDevices: devices, deviceSeconds: deviceSeconds, singleShare: single, largeShare: large,
            largestGang: 256,
            baseMedian: model.baseMedian, growth: model.growth, sigma: model.sigma)
    }
}
