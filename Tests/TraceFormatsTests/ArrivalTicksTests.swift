import EventEngine
import Testing

@testable import TraceFormats

@Suite struct ArrivalTicksTests {
    @Test(arguments: [
        ([], 0), ([0], 0), ([0, 0, 0], 0), ([0, 10, 21, 35], 0),
        ([0, 0, 1000, 1000, 1999, 3000, 3000], 1000),
        // A clock of 1 s with pauses: gaps 1 1 1 2 300.
        ([0, 0, 1, 2, 2, 3, 5, 305], 1),
    ] as [([Int64], Int64)])
    func findsTheTick(times: [Int64], expected: Int64) {
        #expect(ArrivalTicks.tickNanoseconds(of: times) == expected)
    }

    @Test(arguments: [
        ([0, 0, 0, 9, 9, 18], [0, 3, 6, 9, 13, 18], 3),
        // The last tick is as wide as the tick; behind a pause, requests stay within one tick.
        ([0, 0, 10, 10, 500, 500], [0, 5, 10, 15, 500, 505], 3),
        ([0, 0, 0], [0, 0, 0], 0),
        ([0, 5, 9], [0, 5, 9], 0),
        // Six in two nanoseconds: some stay.
        ([0, 0, 0, 0, 0, 0, 2], [0, 0, 0, 1, 1, 1, 2], 3),
    ] as [([Int64], [Int64], Int)])
    func spreadsEvenly(times: [Int64], expected: [Int64], moved: Int) {
        var spread = times
        #expect(ArrivalTicks.spread(&spread).requestsMoved == moved)
        #expect(spread == expected)
    }

    /// Order stays, nobody leaves the interval up to the next time, the first of a tick stays.
    @Test(arguments: UInt64(1)...20)
    func keepsOrderAndIntervals(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "test.ticks")
        var times: [Int64] = [0]
        for _ in 0..<300 {
            let step = random.bernoulli(0.6) ? 0 : Int64(1 + random.uniform(below: seed.isMultiple(of: 2) ? 3 : 5000))
            times.append(times[times.count - 1] + step)
        }
        var spread = times
        let report = ArrivalTicks.spread(&spread)
        #expect(zip(spread, spread.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(zip(times, spread).filter { $0 != $1 }.count == report.requestsMoved)
        for index in times.indices {
            #expect(spread[index] >= times[index])
            if index == 0 || times[index - 1] < times[index] { #expect(spread[index] == times[index]) }
            if let next = times[index...].first(where: { $0 > times[index] }) { #expect(spread[index] < next) }
        }
    }
}
