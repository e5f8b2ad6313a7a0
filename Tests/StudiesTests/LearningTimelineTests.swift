import EventEngine
import ReinforcementLearning
import Scenario
import Testing

/// What a timeline shows of rollout, and that showing it changes nothing.
@Suite struct LearningTimelineTests {
    /// All entries of a run, with the world at its end.
    private func recorded(
        _ scenario: CheckedScenario, _ level: TimelineLevel
    ) -> (world: World, entries: [TimelineEntry]) {
        var world = scenario.world(timeline: TimelineRecorder(level: level))
        var entries: [TimelineEntry] = []
        world.run(timeline: { recorder in
            entries += recorder.entries
            recorder.removeEntries()
        })
        return (world, entries)
    }

    /// Slices of every row are nested: none ends that has not begun, and all that began end.
    private func unbalancedRows(_ run: (world: World, entries: [TimelineEntry])) -> [String] {
        let tracks = run.world.machine.timeline.tracks
        var open = Array(repeating: 0, count: tracks.count), wrong: [String] = []
        for entry in run.entries where entry.track.index >= 0 {
            let track = Int(entry.track.index)
            if entry.kind == .begin { open[track] += 1 }
            if entry.kind == .end { open[track] -= 1 }
            if open[track] < 0, !wrong.contains(tracks[track].name) { wrong.append(tracks[track].name) }
        }
        return wrong + tracks.indices.filter { open[$0] > 0 }.map { tracks[$0].name }
    }

    /// Every sample that is submitted has a row of its own while it is on a replica.
    @Test(arguments: [
        [], [#"workloads.grpo.schedule={"kind":"async","rule":"areal","max_staleness":1}"#],
        ["workloads.grpo.schedule.oversample.samples=1.5"],
    ])
    func rolloutsHaveRows(settings: [String]) throws {
        let scenario = try LearningScenarios.small(settings).checked()
        var plain = scenario.world()
        plain.run()
        let run = recorded(scenario, .operator)
        #expect(run.world.learning[0].stepRecords.map(\.phases) == plain.learning[0].stepRecords.map(\.phases))
        #expect(run.world.events == plain.events)
        let request = run.world.machine.timeline.names.firstIndex(of: "request")
        let begun = run.entries.count { $0.kind == .begin && Int($0.name.index) == request }
        #expect(begun >= plain.learning[0].outcome(plain.machine).counts.finishedSamples)
        let decode = run.world.machine.timeline.names.firstIndex(of: "decode step")
        #expect(run.entries.contains { $0.kind == .begin && Int($0.name.index) == decode })
        #expect(run.world.machine.timeline.tracks.contains { $0.name == "grpo rollout" })
        #expect(unbalancedRows(run) == [])
    }

    /// Steps that are given up, because their requests lose KV or cores are shared out anew, end where they are.
    @Test func rowsOnSharedDevices() throws {
        let settings = ["workloads.grpo.rollout.memory_utilisation=0.948"]
        let scenario = try DeviceSharingTests.document(settings).checked()
        var plain = scenario.world()
        plain.run()
        let run = recorded(scenario, .step)
        #expect(run.world.serving[0].records.map { "\($0)" } == plain.serving[0].records.map { "\($0)" })
        #expect(run.world.sharing.uses == plain.sharing.uses)
        #expect(unbalancedRows(run) == [])
    }
}
