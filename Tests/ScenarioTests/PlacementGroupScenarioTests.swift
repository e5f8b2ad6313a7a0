import EventEngine
import JSONText
import Scheduling
import Testing

@testable import Scenario

/// Bundles and tasks from the text of a scenario to the runs of the scheduler.
@Suite struct PlacementGroupScenarioTests {
    @Test func aScenarioAsksForBundles() throws {
        let engine = try JobsScenario(
            """
            "policy": { "when_blocked": "skip" },
            "submit": [
              { "at": "0 s", "name": "apart", "bundles": [ { "devices": 2, "count": 2 } ], "strategy": "STRICT_SPREAD",
                "duration": "10 s" },
              { "at": "1 s", "name": "never", "bundles": [ { "devices": 3, "count": 2 } ], "strategy": "STRICT_PACK",
                "duration": "10 s" },
              { "at": "2 s", "name": "workers", "bundles": [ { "devices": 1, "actor": true }, { "devices": 2 } ],
                "tasks": { "count": 5, "duration": "4 s" } },
              { "at": "30 s", "name": "free", "tasks": { "count": 5, "devices": 4, "duration": "2 s" } } ]
            """
        ).run()
        // The bundles of the workers find room beside the first. Five tasks on two slots take three turns; free ones
        // are jobs of their own on two nodes.
        #expect(
            engine.spans == ["apart 0-10", "never", "workers 2-14"]
                + (0..<5).map {
                    "free/task/\($0) \(30 + $0 / 2 * 2)-\(32 + $0 / 2 * 2)"
                })
        #expect(engine.waits(1).last?.reason == .placementGroup)
    }

    /// The strategy of all gangs of a generator, by one key.
    @Test func generatedGangsAreCut() throws {
        let text = """
            "traffic": { "generate": { "jobs": 20, "arrivals": { "kind": "poisson", "rate_per_s": 0.01 },
              "devices": { "2": 1 }, "duration": { "median": "10 s", "p90": "20 s" } } }
            """
        let plain = try JobsScenario(text).run()
        let spread = try JobsScenario(text + #", "bundles": { "devices": 1, "strategy": "STRICT_SPREAD" }"#).run()
        #expect(plain.segments.allSatisfy { $0.shareCount == 1 })
        #expect(spread.segments.allSatisfy { $0.shareCount == 2 })
    }

    @Test func mistakesAreNamed() {
        func problem(_ submission: String) -> String {
            JobsScenario(#""submit": [ { "at": "0 s", \#(submission) } ]"#).problems.joined(separator: "; ")
        }
        #expect(problem(#""duration": "1 s""#).contains("the job asks for nothing (give devices, bundles or tasks)"))
        #expect(problem(#""devices": 1"#).contains("nothing says how long the job runs"))
        #expect(
            problem(#""devices": 3, "bundles": [ { "devices": 2 } ], "duration": "1 s""#)
                .contains("3 devices, but bundles of 2"))
        #expect(
            problem(#""bundles": [ { "devices": 2 } ], "strategy": "STRICT-PACK", "duration": "1 s""#)
                .contains("did you mean \"STRICT_PACK\"?"))
        #expect(
            problem(#""devices": 2, "strategy": "SPREAD", "duration": "1 s""#).contains("no effect without bundles"))
        #expect(
            problem(#""bundles": [ { "devices": 2, "actor": true } ], "tasks": { "count": 1, "duration": "1 s" }"#)
                .contains("no bundle without an actor has room"))
        #expect(
            problem(#""bundles": [ { "devices": 2, "device_type": "gpuu" } ], "duration": "1 s""#)
                .contains("no node group or device gpuu (did you mean \"gpu\"?)"))
        #expect(problem(#""tasks": { "count": 1, "duration": "1 s" }, "duration": "5 s""#).contains("the tasks say"))
    }
}
