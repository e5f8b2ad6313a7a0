import EventEngine
import Hardware
import JSONText
import Scheduling
import Testing

@testable import Scenario

/// Runs and waits of jobs that divide the cluster.
@Suite struct DividedRunsTests {
    private func engine(_ workload: String, until: String? = nil) throws -> DividingEngine {
        let cut = until.map { #""until": "\#($0)", "# } ?? ""
        let text = """
            { "schema": "simulate/1", "name": "test", \(cut)
              "cluster": { "nodes": { "a": { "type": "generic", "devices_per_node": 2, "count": 1 } } },
              "workloads": { "w": \(workload) } }
            """
        var world = try ScenarioDocument(JSONDocument(text: text, file: "test.json")).checked().world()
        world.run()
        return try #require(world.dividing.first)
    }

    private let second: Int64 = 1_000_000_000

    /// `1-10 order 2`: seconds, reason and blocker, -1 for none.
    private func text(_ wait: DividedWait) -> String {
        "\(wait.start / second)-\(wait.end / second) \(wait.reason.rawValue) \(wait.blocker ?? -1)"
    }

    /// From submission to end a job runs or waits, one after the other, and its runs are what its record sums up.
    private func checkBooks(_ engine: DividingEngine) {
        for (index, record) in engine.records.enumerated() {
            let runs = engine.runs(of: index), waits = engine.waits(of: index)
            let parts = (runs.map { ($0.start, $0.end) } + waits.map { ($0.start, $0.end) }).sorted { $0 < $1 }
            if record.isRejected {
                #expect(parts.isEmpty)
                continue
            }
            #expect(parts.first.map(\.0) ?? record.submitted == record.submitted)
            for (before, after) in zip(parts, parts.dropFirst()) { #expect(before.1 == after.0 && before.0 < before.1) }
            #expect(runs.reduce(0) { $0 + $1.end - $1.start } == record.attained)
            if let end = record.end { #expect(parts.last?.1 == end) }
        }
    }

    @Test func tasksWaitBehindOthersAndThenForDevices() throws {
        let tasks = #"""
            [{ "at": "0 s", "name": "first", "duration": "10 s" }, { "at": "1 s", "name": "wide", "devices": 2, "duration": "5 s" },
             { "at": "2 s", "name": "late", "duration": "1 s" }]
            """#
        let blocked = try engine(
            #"{ "kind": "jobs", "policy": { "fractions": { "placement": "best-fit", "when_blocked": "block" } }, "#
                + #""submit": \#(tasks) }"#)
        checkBooks(blocked)
        #expect(blocked.waits(of: 1).map(text) == ["1-10 devices -1"])
        // Nobody goes ahead of the wide task; the late one needs a device of its own only after it.
        #expect(blocked.waits(of: 2).map(text) == ["2-10 order 1", "10-15 devices -1"])
        let skipping = try engine(
            #"{ "kind": "jobs", "policy": { "fractions": { "placement": "best-fit", "when_blocked": "skip" } }, "#
                + #""submit": \#(tasks) }"#)
        checkBooks(skipping)
        #expect(skipping.waits(of: 2).isEmpty && skipping.waits(of: 1).map(text) == ["1-10 devices -1"])
        #expect(blocked.runs(of: 1).first?.deviceCount == 2 && blocked.runs(of: 1).first?.devices.count == 2)
    }

    @Test func elasticJobsWaitForTheNextDivision() throws {
        let elastic = try engine(
            #"""
            { "kind": "jobs", "policy": { "elastic": { "divide": "deadline", "interval": "10 s", "restart": "1 s" } },
              "submit": [ { "at": "3 s", "units": 100, "units_per_s": [1, 1.5], "deadline": "400 s" },
                          { "at": "4 s", "units": 100, "units_per_s": [1, 1.5], "deadline": "400 s" } ] }
            """#)
        checkBooks(elastic)
        #expect(elastic.waits(of: 0).first.map(text) == "3-10 next-division -1")
        #expect(elastic.waits(of: 1).first.map(text) == "4-10 next-division -1")
    }

    @Test func roundsGiveDevicesByTurns() throws {
        let rounds = try engine(
            #"""
            { "kind": "jobs", "policy": { "rounds": { "divide": "las", "round": "10 s" } },
              "submit": [ { "at": "0 s", "devices": 2, "steps": 30, "steps_per_s": { "a": 1 } },
                          { "at": "0 s", "devices": 2, "steps": 30, "steps_per_s": { "a": 1 } } ] }
            """#)
        checkBooks(rounds)
        let waits = (0..<2).flatMap { rounds.waits(of: $0) }
        #expect(!waits.isEmpty && waits.allSatisfy { $0.reason == .division })
        let runs = (0..<2).flatMap { rounds.runs(of: $0) }
        #expect(runs.allSatisfy { $0.devices.map(\.index) == [0, 1] })
    }

    @Test(arguments: ["7 s", "25 s"]) func booksHoldWhereTheRunIsCut(_ until: String) throws {
        checkBooks(try engine(
            #"{ "kind": "jobs", "policy": { "fractions": { "placement": "random" } }, "#
                + #""submit": [{ "at": "0 s", "duration": "20 s", "devices": 2 }, "#
                + #"{ "at": "0 s", "duration": "20 s" }, { "at": "6 s", "duration": "20 s" }] }"#,
            until: until))
        checkBooks(try engine(
            #"""
            { "kind": "jobs", "policy": { "elastic": { "divide": "goodput", "interval": "10 s" } },
              "submit": [ { "at": "3 s", "units": 100, "units_per_s": [1, 1.5] }, { "at": "4 s", "units": 100, "units_per_s": [1, 1.5] } ] }
            """#, until: until))
    }
}
