import EventEngine
import JSONText
import Testing
import TraceFormats

@testable import Scheduling

/// A real cluster of 32 GPUs under two policies (Shockwave, NSDI 2023).
///
/// What the trace does not tell comes from Shockwave's own simulator: rounds of 120 s, divisions 1000 s apart, 20 s for
/// a restart, batch sizes by tables measured on these models, a fifth of the queue for AlloX.
@Suite(.enabled(if: realData("e2e/shockwave_physical") != nil, "real data not found: set SIMULATE_DATA"))
struct ShockwaveTests {
    private static let second: Nanoseconds = 1_000_000_000

    @Test(arguments: ["max_min_fairness", "allox"])
    func makespanAndMeanAreNearThoseOfTheRealCluster(policy: String) throws {
        let document = try JSONDocument(contentsOf: try #require(realData("e2e/shockwave_physical/\(policy).json")))
        let measured = try #require(document.value["jct_list_s"]?.arrayValue).compactMap(\.numberValue)
        let makespan = try #require(document.value["makespan_s"]?.numberValue)
        let scheduler = try run(policy == "allox" ? AlloX(fraction: 0.2) : LeastAttainedDivision())
        let times = scheduler.completionSeconds.compactMap { $0 }
        #expect(times.count == 120 && measured.count == 120)
        let end = TimeConversion.seconds(scheduler.records.compactMap(\.end).max() ?? 0)
        #expect(isWithin(0.05, end, makespan))
        #expect(isWithin(0.06, mean(times), mean(measured)))
        #expect(mean(zip(times, measured).map { abs($0 / $1 - 1) }) < 0.2)
    }

    @Test func adaptingJobsDoTheWorkThatTheRealClusterMeasured() throws {
        // Under AlloX jobs are rarely stopped, so that the rounds they ran tell how long their work took: GPU seconds.
        let document = try JSONDocument(contentsOf: try #require(realData("e2e/shockwave_physical/allox.json")))
        let schedule = try #require(document.value["per_round_schedule"]?.arrayValue)
        var measured = [Double](repeating: 0, count: 120)
        for round in schedule {
            for (job, devices) in round.objectValue ?? [:] {
                measured[try #require(Int(job))] += 120 * Double(devices.arrayValue?.count ?? 0)
            }
        }
        let predicted = try jobs().map { job in
            job.stages.reduce(0.0) { $0 + Double($1.steps) / $1.stepsPerSecond[0] } * Double(job.gang)
        }
        #expect(isWithin(0.04, predicted.reduce(0, +), measured.reduce(0, +)))
    }

    private func jobs() throws -> [RoundJob] {
        let folder = try #require(realData("jobs/shockwave"))
        let table = try ThroughputTable(path: folder + "/tacc_throughputs.json")
        let name = "/120_0.2_5_100_40_25_0,0.5,0.5_0.6,0.3,0.09,0.01_multigpu_dynamic.trace"
        return try GavelTrace.read(path: folder + name).enumerated().map {
            try RoundJob($1, name: "\($0)", kinds: ["v100"], table: table)
        }
    }

    private func run(_ policy: any DivisionPolicy) throws -> RoundScheduler {
        let configuration = RoundConfiguration(
            round: 120 * Self.second, endsEarly: false, leastTimeBetweenDivisions: 1000 * Self.second,
            restart: 20 * Self.second)
        return try RoundSimulation.run(
            try jobs(),
            on: RoundScheduler(
                cluster: RoundCluster(kinds: [.init(name: "v100", count: 32)]), policy: policy,
                configuration: configuration, random: RandomStream(seed: 1, name: "kinds")))
    }
}
