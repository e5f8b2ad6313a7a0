import Testing

@testable import EventEngine

@Suite struct TimelineRecorderTests {
    @Test func nothingIsRecordedWhenOff() {
        #expect(!TimelineRecorder.off.records(.job))
        #expect(!TimelineRecorder.off.records(.job, from: 0, to: 1))
    }

    @Test func aLevelIncludesThoseBeforeIt() {
        let levels: [TimelineLevel] = [.job, .request, .step, .operator]
        for level in levels {
            let recorder = TimelineRecorder(level: level)
            #expect(levels.filter(recorder.records) == levels.filter { $0 <= level })
            #expect(TimelineLevel(named: level.name) == level)
        }
        #expect(TimelineLevel(named: "steps") == nil)
    }

    @Test func onlyTheWindowIsOfInterest() {
        let recorder = TimelineRecorder(level: .step, window: 10..<20)
        #expect(recorder.records(.step, from: 0, to: 10) && recorder.records(.step, from: 19, to: 30))
        #expect(recorder.records(.step, from: 0, to: 100))
        #expect(!recorder.records(.step, from: 0, to: 9) && !recorder.records(.step, from: 20, to: 30))
        #expect(!recorder.records(.operator, from: 12, to: 13))
    }

    @Test func equalTextsHaveOneName() {
        var recorder = TimelineRecorder(level: .step)
        let (one, other, again) = (recorder.name("a"), recorder.name("b"), recorder.name("a"))
        #expect(one == again && one != other)
        #expect(recorder.names == ["a", "b"])
    }

    @Test func aCounterIsRecordedWhenItChanges() {
        var recorder = TimelineRecorder(level: .step)
        let track = recorder.counter("queue", unit: "requests", in: recorder.group("g"))
        for (time, value) in [(0, 0.0), (1, 0), (2, 3), (3, 3), (4, 0)] {
            recorder.count(track, value, at: Int64(time))
        }
        #expect(recorder.entries.map(\.time) == [0, 2, 4])
        #expect(recorder.entries.map { Double(bitPattern: UInt64(bitPattern: $0.value)) } == [0, 3, 0])
    }

    @Test func whatOverlapsTakesTheFirstFreeRow() {
        var recorder = TimelineRecorder(level: .step)
        var lanes = TimelineLanes("row", in: recorder.group("g"))
        let first = lanes.take(&recorder), second = lanes.take(&recorder)
        #expect(first != second)
        lanes.give(first)
        #expect(lanes.take(&recorder) == first)
        let third = lanes.take(&recorder)
        lanes.give(second)
        lanes.give(first)
        #expect(lanes.take(&recorder) == first && lanes.take(&recorder) == second && third != second)
        #expect(recorder.tracks.map(\.name) == ["g", "row 1", "row 2", "row 3"])
    }

    /// A loaded link is told of whenever rates are shared anew; its busy time is that of the statistics.
    @Test func loadsOfLinksAddUpToTheirStatistics() {
        var random = RandomStream(seed: 5, name: "loads")
        var network = FlowNetwork()
        network.recordsLoads = true
        let links = (0..<4).map { network.addLink(name: "link \($0)", bytesPerSecond: 1e9) }
        var moved = [0.0, 0, 0, 0], load = [0.0, 0, 0, 0], since = [Int64](repeating: 0, count: 4)
        var busy = [Int64](repeating: 0, count: 4), flows = [Int32](repeating: 0, count: 4)
        var now: Int64 = 0
        for step in 0..<200 {
            if step < 150 {
                let pair = [links[random.uniform(below: 2)], links[2 + random.uniform(below: 2)]]
                network.start(
                    bytesPerLane: Int64(1 + random.uniform(below: 1_000_000)), path: pair.map { LinkUse(link: $0) },
                    token: 0, owner: 0, at: now)
            }
            let next = network.nextCompletion
            network.takeLoads { entry in
                let link = Int(entry.link)
                moved[link] += load[link] * Double(entry.time - since[link]) / 1e9
                if flows[link] > 0 { busy[link] += entry.time - since[link] }
                (load[link], since[link], flows[link]) = (entry.bytesPerSecond, entry.time, entry.flows)
                #expect(entry.bytesPerSecond <= 1e9 && (entry.flows > 0) == (entry.bytesPerSecond > 0))
            }
            guard let next else { break }
            now = next
            network.completions(at: now) { _, _ in }
        }
        for (link, statistics) in network.linkStatistics(at: now).enumerated() {
            #expect(busy[link] == statistics.busyNanoseconds)
            #expect(abs(moved[link] - Double(statistics.bytesCarried)) < 1000)
            #expect(statistics.bytesCarried > 0)
        }
    }
}
