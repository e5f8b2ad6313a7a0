import EventEngine
import Hardware
import Testing

@testable import Scenario

@Suite struct MemoryRowsTests {
    /// Whatever pools do, the timeline shows each change and ends with what they hold.
    @Test func everyChangeOfAPoolIsShown() throws {
        var machine = try SmallScenario.document().checked().world(timeline: TimelineRecorder(level: .step)).machine
        let device = DeviceID(3)
        let pool = machine.cluster.memory[device].addPool("test pool")
        var expected: [(time: Int64, bytes: Double)] = []
        var random = RandomStream(seed: 1, name: "memory"), held: Int64 = 0
        for step in 1...200 {
            let time = Int64(step) * 1000
            if held > 0, random.uniform(below: 2) == 0 {
                machine.cluster.memory[device].release(held, pool: pool, at: time)
                held = 0
            } else {
                try machine.cluster.memory[device].reserve(1 << 20, pool: pool, at: time)
                held += 1 << 20
            }
            expected.append((time, Double(held)))
        }
        MemoryRows.record(&machine)
        let name = machine.cluster.layout.name(of: device) + " test pool"
        let track = try #require(machine.timeline.tracks.firstIndex { $0.name == name })
        let shown = machine.timeline.entries.filter { $0.track.index == Int32(track) }
        #expect(shown.map(\.time) == expected.map(\.time))
        #expect(shown.map { Double(bitPattern: UInt64(bitPattern: $0.value)) } == expected.map(\.bytes))
        #expect(machine.timeline.tracks[track].content == .counter(unit: "B"))
    }
}
