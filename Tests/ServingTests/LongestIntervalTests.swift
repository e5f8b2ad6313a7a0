import EventEngine
import Testing

@testable import Serving

/// The stack of falling durations against looking at all of them.
@Suite struct LongestIntervalTests {
    @Test func findsTheLongestSinceAnyTick() {
        var random = RandomStream(seed: 1, name: "longest interval")
        for _ in 0..<40 {
            var longest = LongestInterval()
            var durations: [Nanoseconds] = []
            for tick in 1...(1 + random.uniform(below: 60)) {
                let duration = Int64(random.uniform(below: 30))
                longest.record(duration, tick: Int64(tick))
                durations.append(duration)
                for start in 0...tick {
                    #expect(longest.longest(after: Int64(start)) == durations.dropFirst(start).max() ?? 0)
                }
            }
        }
    }

    @Test func isEmptyAfterRemovingAll() {
        var longest = LongestInterval()
        longest.record(7, tick: 1)
        #expect(longest.longest(after: 0) == 7)
        longest.removeAll()
        #expect(longest.longest(after: 0) == 0)
    }
}
