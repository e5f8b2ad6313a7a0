import EventEngine
import Foundation
import JSONText
import Scheduling
import Testing

@testable import Scenario

/// Workloads of jobs whose policy divides the cluster, from the text of a scenario to what became of the jobs.
@Suite struct DividedJobsTests {
    private func scenario(
        _ workload: String, cluster: String = #"{ "a": { "type": "generic", "devices_per_node": 2, "count": 1 } }"#
    ) -> String {
        #"{ "schema": "simulate/1", "name": "test", "cluster": { "nodes": \#(cluster) }, "#
            + #""workloads": { "w": \#(workload) } }"#
    }

    private func run(_ text: String) throws -> DividingEngine {
        var world = try ScenarioDocument(JSONDocument(text: text, file: "test.json")).checked().world()
        world.run()
        return try #require(world.dividing.first)
    }

    private func problems(_ text: String) -> [String] {
        do throws(JSONProblems) {
            _ = try ScenarioDocument(JSONDocument(text: text, file: "test.json")).checked()
            return []
        } catch {
            return error.problems.map { "\($0.path): \($0.message)" }
        }
    }

    @Test func roundsPutEachJobWhereItIsFast() throws {
        let engine = try run(
            scenario(
                """
                { "kind": "jobs", "policy": { "rounds": { "divide": "max-min-fairness-filled", "round": "1 min" } },
                  "submit": [
                    { "at": "0 s", "name": "one", "devices": 1, "steps": 1200, "steps_per_s": { "f": 4, "s": 1 } },
                    { "at": "0 s", "name": "two", "devices": 1, "steps": 600, "steps_per_s": { "f": 1, "s": 2 } } ] }
                """,
                cluster: #"""
                    { "f": { "type": "generic", "devices_per_node": 1, "count": 1 },
                      "s": { "type": "generic", "devices_per_node": 1, "count": 1 } }
                    """#))
        #expect(engine.records.map(\.end) == [300_000_000_000, 300_000_000_000])
        let outcome = engine.outcome
        #expect(outcome.completed == 2 && outcome.preemptions == 0 && outcome.utilisation == 1)
        // Alone on the cluster they would have been as fast.
        #expect(outcome.finishTimeFairness?.max == 1)
    }

    @Test func elasticJobsTakeWhatIsFreeAndKeepDeadlines() throws {
        let engine = try run(
            scenario(
                """
                { "kind": "jobs",
                  "policy": { "elastic": { "divide": "deadline", "interval": "10 s", "restart": "0 s" } },
                  "submit": [ { "at": "0 s", "units": 100, "units_per_s": [1, 1.5], "deadline": "100 s" },
                              { "at": "0 s", "units": 100, "units_per_s": [1, 1.5], "deadline": "90 s" } ] }
                """))
        #expect(engine.records.map(\.isRejected) == [false, true])
        #expect(engine.outcome.rejected == 1 && engine.outcome.completed == 1)
    }

    @Test func tasksShareADevice() throws {
        let engine = try run(
            scenario(
                """
                { "kind": "jobs", "policy": { "fractions": { "placement": "fgd", "when_blocked": "block" } },
                  "submit": [ { "at": "0 s", "duration": "10 s", "device_share": 0.6, "devices": 1 },
                              { "at": "0 s", "duration": "10 s", "device_share": 0.4 },
                              { "at": "0 s", "duration": "5 s", "devices": 2 } ] }
                """))
        #expect(engine.records.map { $0.start.map { $0 / 1_000_000_000 } } == [0, 0, 10])
        #expect(engine.outcome.makespan == 15_000_000_000)
    }

    @Test(arguments: [
        (#"{ "rounds": { "divide": "las" }, "elastic": { "divide": "goodput" } }"#, "exclude each other"),
        (#"{ "rounds": { "divide": "lass" } }"#, "divide"),
        (#"{ "rounds": { "divide": "las", "match_fraction": 0.5 } }"#, "allox only"),
        (#"{ "rounds": { "divide": "las", "restart": "10 min" } }"#, "leaves no time"),
        (#"{ "rounds": { "divide": "las", "rounds": 3 } }"#, "unknown key"),
        (#"{ "elastic": { "divide": "goodput" } }"#, "steps"),
    ])
    func mistakesAreNamed(policy: String, expected: String) {
        let found = problems(
            scenario(
                """
                { "kind": "jobs", "policy": \(policy),
                  "submit": [ { "at": "0 s", "devices": 1, "steps": 10, "steps_per_s": { "a": 1 } } ] }
                """))
        #expect(found.contains { $0.contains(expected) }, "\(found)")
    }

    @Test func devicesThatFailAreRefused() {
        let text = scenario(
            """
            { "kind": "jobs", "policy": { "rounds": { "divide": "las" } },
              "submit": [ { "at": "0 s", "devices": 1, "steps": 10, "steps_per_s": { "a": 1 } } ] }
            """
        ).replacingOccurrences(
            of: #""name": "test","#,
            with: #""name": "test", "events": [ { "at": "1 s", "kind": "device-fails", "target": "a/0/0" } ],"#)
        #expect(problems(text).contains { $0.contains("does not hear") })
    }

    @Test func anotherWorkloadOfJobsIsRefused() {
        let jobs = #"""
            { "kind": "jobs", "policy": { "rounds": { "divide": "las" } },
              "submit": [ { "at": "0 s", "devices": 1, "steps": 10, "steps_per_s": { "a": 1 } } ] }
            """#
        let text = scenario(jobs).replacingOccurrences(of: #""w": "#, with: #""v": \#(jobs), "w": "#)
        #expect(problems(text).contains { $0.contains("needs some, too") }, "\(problems(text))")
    }

    @Test func aShippedScenarioShowsWhatKnowingTheKindsIsWorth() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().path()
        let document = try ScenarioDocument(contentsOf: folder + "/Scenarios/mixed-cards-in-rounds.json")
        func mean(_ variant: String) throws -> Double {
            var world = try document.checked(variant: variant).world()
            world.run()
            let outcome = try #require(world.dividing.first).outcome
            #expect(outcome.completed == 14)
            return try #require(outcome.completionTime).mean
        }
        #expect(try mean("knows-the-kinds") < mean(ScenarioDocument.baseName))
    }
}
