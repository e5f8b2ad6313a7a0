import EventEngine
import Testing
import TraceFormats

@testable import Scheduling

@Suite(.enabled(if: realData("jobs/pollux") != nil, "real data not found: set SIMULATE_DATA"))
struct PolluxTests {
    private func steps() throws -> [String: [PolluxFormat.Step]] {
        let folder = try #require(realData("jobs/pollux")) + "/traces/"
        var steps: [String: [PolluxFormat.Step]] = [:]
        for name in PolluxWorkload.applications.keys {
            steps[name] = try ["placements", "scalability"].flatMap {
                try PolluxFormat.steps(path: folder + name + "/" + $0 + ".csv")
            }
        }
        return steps
    }

    @Test func measuredStepsGiveSpeedsThatGrowLessThanTheDevices() throws {
        for (name, application) in PolluxWorkload.applications {
            let model = try #require(
                GoodputModel(
                    steps: try steps()[name] ?? [], perNode: 4, limits: application.limits,
                    noiseScale: 10 * application.limits.initial))
            let speeds = model.speeds(upTo: 64)
            #expect(zip(speeds, speeds.dropFirst()).allSatisfy { $0 <= $1 })
            // A step of ncf takes as long as its synchronisation: more devices bring nothing.
            let range = name == "ncf" ? 1.0...1.0 : 2...12
            #expect(range.contains(speeds[16] / speeds[1]), "\(name)")
        }
    }

    @Test func aWorkloadRunsFasterWhereDevicesFollowTheGoodput() throws {
        let folder = try #require(realData("jobs/pollux"))
        let steps = try steps()
        let workload = try PolluxFormat.workload(path: folder + "/workload-1.csv")
        #expect(workload.count == 160)
        // The short kinds, so that a debug build does not run for days of training.
        let short = workload.filter { ["cifar10", "ncf"].contains($0.application) }
        let jobs = PolluxWorkload.jobs(short, steps: steps, noise: 10, upTo: 16)
        let records = ElasticSimulation.run(
            jobs, on: ElasticScheduler(devices: 64, policy: GoodputDivision()))
        let times = zip(jobs, records).compactMap { job, record in
            record.end.map { TimeConversion.seconds($0 - job.submitted) }
        }
        #expect(times.count == short.count)
        // On what their users asked for, at a fixed number of devices and with all of them free, they would take
        // longer.
        let asked = Dictionary(uniqueKeysWithValues: short.map { ($0.name, $0.replicas) })
        let alone = jobs.map { $0.work / $0.speeds[min(asked[$0.name] ?? 1, $0.speeds.count - 1)] }
        #expect(mean(times) < 0.9 * mean(alone))
    }
}
