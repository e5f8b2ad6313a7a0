import EventEngine
import Testing

@testable import Report

/// Busy time in slices of time, and values at their ends.
@Suite struct FlowUseTests {
    @Test(arguments: 0..<50) func slicesAddUpToTheWhole(_ seed: UInt64) {
        var random = RandomStream(seed: seed, name: "bins")
        let width = Int64(1 + random.uniform(below: 20))
        var bins = BusyBins(things: 2, width: width), inverse = BusyBins(things: 1, width: width)
        var time: Int64 = 0, busy: Int64 = 0
        for _ in 0..<30 {
            time += Int64(random.uniform(below: 10))
            let end = time + Int64(random.uniform(below: 60))
            bins.add(1, from: time, to: end)
            busy += end - time
            time = end
        }
        inverse.add(0, like: bins, 1)
        let slices = Int(time / width) + 1
        let shares = (0..<slices).map { bins.share(1, slices: $0..<($0 + 1)) }
        #expect(shares.allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(abs(shares.reduce(0, +) * Double(width) - Double(busy)) < 1e-6)
        #expect(abs(bins.share(1, slices: 0..<slices) - shares.reduce(0, +) / Double(slices)) < 1e-12)
        #expect(bins.share(0, slices: 0..<slices) == 0 && bins.share(1, slices: slices..<(slices + 3)) == 0)
        #expect((0..<slices).allSatisfy { inverse.share(0, slices: $0..<($0 + 1)) == shares[$0] })
    }

    @Test func weightsCountAsPartsOfAThing() {
        var bins = BusyBins(things: 1, width: 10)
        bins.add(0, from: 5, to: 20, weight: 0.5)
        bins.add(0, from: 10, to: 12, weight: 0.25)
        #expect(bins.share(0, slices: 0..<1) == 0.25 && bins.share(0, slices: 1..<2) == 0.55)
    }

    @Test func aGaugeHoldsItsLastValue() {
        var gauges = Gauges(things: 2, width: 10)
        gauges.set(0, 3, at: 1)
        gauges.set(0, 4, at: 9)
        gauges.set(0, 7, at: 31)
        #expect([-1, 0, 1, 2, 3, 9].map { gauges.value(0, endOf: $0) } == [0, 4, 4, 4, 7, 7])
        #expect(gauges.value(1, endOf: 5) == 0)
    }
}
