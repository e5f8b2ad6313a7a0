import Testing

@testable import EventEngine

@Suite struct FlowUnitsTests {
    @Test func durationsAreRoundedUpExactly() {
        let rate = FlowUnits.rate(bytesPerSecond: 1e9)
        #expect(FlowUnits.nanoseconds(moving: 0, at: rate) == 0)
        #expect(FlowUnits.nanoseconds(moving: 1, at: rate) == 1)
        #expect(FlowUnits.nanoseconds(moving: 7 * FlowUnits.amountPerByte, at: rate) == 7)
        #expect(FlowUnits.nanoseconds(moving: 7 * FlowUnits.amountPerByte + 1, at: rate) == 8)
    }

    @Test func whatNeverEndsHasNoDuration() {
        #expect(FlowUnits.nanoseconds(moving: 1, at: 0) == nil)
        #expect(FlowUnits.nanoseconds(moving: Int128(Int64.max) * 5, at: 4) == nil)
    }

    @Test(arguments: [1, 3.3, 1e9 / 3, 50e9, 0x1p52])
    func ratesAreRoundedDownByLessThanAUnit(bytesPerSecond: Double) {
        let rate = FlowUnits.bytesPerSecond(rate: FlowUnits.rate(bytesPerSecond: bytesPerSecond))
        #expect(rate <= bytesPerSecond && bytesPerSecond - rate < 1.0 / 1024)
    }
}
