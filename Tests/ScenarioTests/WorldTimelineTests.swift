import EventEngine
import Testing

@testable import Scenario

/// A timeline of a whole world: links beside workloads.
@Suite struct WorldTimelineTests {
    private func checked(until: String? = nil) throws -> CheckedScenario {
        try SmallScenario.document(settings: until.map { ["until=\($0)"] } ?? []).checked()
    }

    @Test func theResultIsThatOfARunWithout() throws {
        for until in [nil, "300 ms"] {
            let scenario = try checked(until: until)
            var plain = scenario.world(), recorded = scenario.world(timeline: TimelineRecorder(level: .operator))
            plain.run()
            recorded.run()
            #expect(recorded.serving[0].records.map { "\($0)" } == plain.serving[0].records.map { "\($0)" })
            #expect(recorded.events == plain.events && recorded.now == plain.now)
            #expect(recorded.machine.network.linkStatistics(at: plain.now)
                == plain.machine.network.linkStatistics(at: plain.now))
        }
    }

    /// The buffer is emptied as it fills, and what was taken out is complete.
    @Test func linksAreBusyAsTheirStatisticsSay() throws {
        var world = try checked().world(timeline: TimelineRecorder(level: .operator))
        var entries: [TimelineEntry] = [], rounds = 0
        world.run(timeline: { recorder in
            entries += recorder.entries
            recorder.removeEntries()
            rounds += 1
        })
        #expect(rounds > 0 && world.machine.timeline.entries.isEmpty)
        let tracks = world.machine.timeline.tracks
        var busy = Array(repeating: Nanoseconds(0), count: tracks.count)
        for entry in entries {
            if entry.kind == .begin { busy[Int(entry.track.index)] -= entry.time }
            if entry.kind == .end { busy[Int(entry.track.index)] += entry.time }
        }
        var used = 0
        for statistics in world.machine.network.linkStatistics(at: world.now) {
            let track = tracks.firstIndex { $0.name == statistics.name } ?? 0
            #expect(busy[track] == statistics.busyNanoseconds, "\(statistics.name)")
            used += busy[track] > 0 ? 1 : 0
        }
        #expect(used >= 4)
        // The workload's own row is there from its start to its end.
        #expect(busy[tracks.firstIndex { $0.name == "workload" } ?? 0] == world.now)
    }
}
