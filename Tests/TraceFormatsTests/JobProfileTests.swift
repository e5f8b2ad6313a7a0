import EventEngine
import Testing

@testable import TraceFormats

/// Profiles of real clusters have the published figures, in closed form and in samples.
@Suite struct JobProfileTests {
    /// The lognormal run time of a size, cut off at the longest: how likely it is below a time, and its mean.
    private struct RunTime {
        let logMedian: Double
        let sigma: Double
        let longest: Double

        init(_ profile: JobProfile, devices: Int) {
            logMedian = profile.logMedian(devices: devices) - PortableMath.log(1e9)
            sigma = profile.sigma
            longest = profile.longestSeconds
        }

        func share(below seconds: Double) -> Double { Self.normal((PortableMath.log(seconds) - logMedian) / sigma) }

        var mean: Double {
            let cut = (PortableMath.log(longest) - logMedian) / sigma
            return PortableMath.exp(logMedian + sigma * sigma / 2) * Self.normal(cut - sigma)
                + longest * (1 - Self.normal(cut))
        }

        /// The normal distribution function, by the quantile's inverse.
        static func normal(_ x: Double) -> Double {
            var (low, high) = (0.0, 1.0)
            for _ in 0..<60 {
                let middle = (low + high) / 2
                if PortableMath.normalQuantile(min(max(middle, 0x1p-60), 1 - 0x1p-53)) < x {
                    low = middle
                } else {
                    high = middle
                }
            }
            return (low + high) / 2
        }
    }

    static let clusters = JobProfile.helios + JobProfile.acme

    @Test(arguments: clusters) func theModelHasThePublishedFigures(_ profile: JobProfile) {
        let sizes = profile.sizes
        func near(_ found: Double, _ published: Double) -> Bool { abs(found / published - 1) < 0.005 }
        #expect(abs(sizes.reduce(0) { $0 + $1.share } - 1) < 1e-12)
        #expect(near(sizes.reduce(0) { $0 + Double($1.size) * $1.share }, profile.meanDevices))
        let median = sizes.reduce(0) {
            $0 + $1.share * RunTime(profile, devices: $1.size).share(below: profile.medianSeconds)
        }
        #expect(abs(median - 0.5) < 0.002)
        #expect(near(sizes.reduce(0) { $0 + $1.share * RunTime(profile, devices: $1.size).mean }, profile.meanSeconds))
        let times = sizes.map { Double($0.size) * $0.share * RunTime(profile, devices: $0.size).mean }
        let all = times.reduce(0, +)
        #expect(near(all, profile.deviceSeconds / Double(profile.jobs)))
        // The papers' words: one-device jobs are most jobs and little of the device-time, large ones the reverse.
        #expect(profile.singleShare > 0.5 && profile.largeShare <= 0.1)
        #expect(times[0] / all < (profile.name.hasPrefix("acme") ? 0.02 : 0.16))
        #expect(times[3...].reduce(0, +) / all > 0.6)
        if profile.name == "acme-kalos" {
            let largest = zip(sizes, times).filter { $0.0.size >= 256 }.reduce(0) { $0 + $1.1 }
            #expect(abs(largest / all - 0.96) < 0.005)
        }
    }

    /// The row of all clusters together is none that was fitted: jobs, mean run time, mean devices, device-time.
    @Test func theMixtureHasTheFiguresOfHelios() {
        let jobs = JobProfile.helios.reduce(0) { $0 + $1.jobs }
        #expect(jobs == 1_580_464)
        func mean(_ value: (JobProfile) -> Double) -> Double {
            JobProfile.helios.reduce(0) { $0 + Double($1.jobs) * value($1) } / Double(jobs)
        }
        #expect(abs(mean { $0.meanSeconds } / 6651.681 - 1) < 0.001 && abs(mean { $0.meanDevices } / 3.716 - 1) < 0.001)
        let below = mean { profile in
            profile.sizes.reduce(0) { $0 + $1.share * RunTime(profile, devices: $1.size).share(below: 206) }
        }
        #expect(abs(below - 0.5) < 0.02)
    }

    @Test(arguments: [UInt64(1), 2]) func tracesHaveThem(_ seed: UInt64) throws {
        var configuration = JobProfileConfiguration(clusters: JobProfile.clusters(named: "helios-earth") ?? [])
        configuration.jobs = 40_000
        let trace = try JobGenerator.generate(configuration, seed: seed)
        let summary = JobTraceSummary(trace), earth = configuration.clusters[0]
        #expect(abs(Double(summary.sizes[0].jobs) / 40_000 - 0.9) < 0.005)
        #expect(abs(summary.durationSeconds.p50 / earth.medianSeconds - 1) < 0.06)
        // Long runs are rare and long: means of samples scatter.
        #expect(abs(summary.durationSeconds.mean / earth.meanSeconds - 1) < 0.15)
        #expect(abs(Double(trace.devices.reduce(0) { $0 + Int($1) }) / 40_000 / earth.meanDevices - 1) < 0.1)
        let days = Double(summary.spanNanoseconds) / 86_400e9
        #expect(abs(days / (40_000 / 427_148 * earth.days) - 1) < 0.05)
        let again = try JobGenerator.generate(configuration, seed: seed)
        #expect(again == trace)
    }

    @Test func submissionsFollowTheHours() {
        var arrivals = DailyArrivals(perDay: 24_000, seed: 5), counts = Array(repeating: 0, count: 24), last: Int64 = 0
        while true {
            let time = arrivals.next()
            #expect(time >= last)
            last = time
            guard time < 100 * 86_400_000_000_000 else { break }
            counts[Int(time / 3_600_000_000_000 % 24)] += 1
        }
        #expect(abs(JobProfile.hours.reduce(0, +) - 24) < 1e-9)
        for hour in 0..<24 { #expect(abs(Double(counts[hour]) / 100_000 / JobProfile.hours[hour] - 1) < 0.03) }
    }

    @Test func optionsDoWhatTheySay() throws {
        var configuration = JobProfileConfiguration(clusters: JobProfile.clusters(named: "acme") ?? [])
        configuration.jobs = 2000
        let mixed = try JobGenerator.generate(configuration, seed: 1)
        #expect(mixed.tenantNames == ["acme-seren", "acme-kalos"])
        #expect(abs(mixed.tenants.count { $0 == 1 } - 2000 * 19_907 / 683_720) < 25)
        configuration.speed = 4
        let faster = try JobGenerator.generate(configuration, seed: 1)
        #expect(faster.devices == mixed.devices && faster.durationNanoseconds == mixed.durationNanoseconds)
        #expect(faster.submitNanoseconds[1999] < mixed.submitNanoseconds[1999])
        configuration.largestGang = 8
        configuration.tenants = [("a", 1), ("b", 0)]
        let small = try JobGenerator.generate(configuration, seed: 1)
        #expect(small.devices.max() == 8 && Set(small.tenants) == [0] && small.tenantNames == ["a", "b"])
        #expect(JobProfile.clusters(named: "venus") == nil)
        #expect(JobProfile.names.allSatisfy { JobProfile.clusters(named: $0)?.isEmpty == false })
    }
}
