import EventEngine
import Foundation
import Testing
import TraceFormats

@testable import Scheduling

/// Gavel's simulator on its own trace of 96 jobs, with rounds of 360 s: the published means, and its results job by
/// job.
@Suite(.enabled(if: realData("jobs/gavel") != nil, "real data not found: set SIMULATE_DATA"))
struct GavelTests {
    private let mixed = [("v100", 8), ("p100", 16), ("k80", 24)]

    @Test func firstInFirstOutOn48AlikeCards() throws {
        let times = try run(
            [("v100", 48)], FirstInFirstOutDivision(knowsKinds: false, random: RandomStream(seed: 0, name: "kinds")))
        #expect(isWithin(0.01, mean(times), 10589.098))
        // Gavel hands the cards of a finished job to the head of its queue at once, even where they are too few; the
        // one job that profits there is the difference.
        let gavel = try reference("out_gavel_fifo_v100x48.csv")
        #expect(zip(times, gavel).filter { abs($0 - $1) < 0.001 }.count == 95)
    }

    @Test func leastAttainedServiceOn48AlikeCards() throws {
        #expect(isWithin(0.01, mean(try run([("v100", 48)], LeastAttainedDivision())), 9835.354))
    }

    @Test func leastAttainedServiceOnAMixedCluster() throws {
        // Gavel draws the order of the kinds in each round; its seed is one of many.
        let gavel = try reference("out_gavel_max_min_fairness-max_min_fairness.csv")
        #expect(isWithin(1e-5, mean(gavel), 19989.3))
        for seed: UInt64 in 1...5 {
            let times = try run(mixed, LeastAttainedDivision(), seed: seed)
            #expect(isWithin(0.03, mean(times), 19989.3))
            let errors = zip(times, gavel).map { abs($0 - $1) / $1 }
            #expect(mean(errors) < 0.1)
        }
    }

    @Test func knowingTheKindsPaysAsMuchAsItDoesForGavel() throws {
        let aware = try run(mixed, MaxMinFairness())
        let gavel = try reference("out_gavel_max_min_fairness-max_min_fairness_perf.csv")
        #expect(isWithin(0.05, mean(aware), 14622.8))
        #expect(mean(zip(aware, gavel).map { abs($0 - $1) / $1 }) < 0.03)
        let blind = mean(try run(mixed, LeastAttainedDivision()))
        #expect(isWithin(0.05, blind / mean(aware), 1.37))
        #expect(isWithin(0.05, mean(try run(mixed, MaxMinFairness(fillsWater: true))), 14622.8))
    }

    private func run(
        _ kinds: [(String, Int)], _ policy: any DivisionPolicy, seed: UInt64 = 1
    ) throws -> [Double] {
        let folder = try #require(realData("jobs/gavel"))
        let table = try ThroughputTable(path: folder + "/simulation_throughputs.json")
        let trace = try GavelTrace.read(path: folder + "/traces/physical_cluster/max_min_fairness.trace")
        let jobs = try trace.enumerated().map {
            try RoundJob($1, name: "\($0)", kinds: kinds.map(\.0), table: table)
        }
        let scheduler = RoundScheduler(
            cluster: RoundCluster(kinds: kinds.map { .init(name: $0.0, count: $0.1) }), policy: policy,
            configuration: RoundConfiguration(), random: RandomStream(seed: seed, name: "kinds"))
        let times = try RoundSimulation.run(jobs, on: scheduler).completionSeconds.compactMap { $0 }
        #expect(times.count == 96)
        return times
    }

    private func reference(_ file: String) throws -> [Double] {
        let folder = try #require(realData("derived/scheduling/gavel"))
        return try String(contentsOfFile: folder + "/" + file, encoding: .utf8).split(whereSeparator: \.isNewline)
            .compactMap { Double($0.split(separator: ",")[1]) }
    }
}

func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

/// Whether a value is within a relative bound of what it should be.
func isWithin(_ bound: Double, _ value: Double, _ expected: Double) -> Bool { abs(value / expected - 1) <= bound }

/// A file or folder of the real data; nil where there is none.
func realData(_ path: String) -> String? {
    let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path()
    let root = ProcessInfo.processInfo.environment["SIMULATE_DATA"] ?? package + "/../shared/data"
    return FileManager.default.fileExists(atPath: root + "/" + path) ? root + "/" + path : nil
}
