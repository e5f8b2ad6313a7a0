import Testing
import TraceFormats

@testable import Serving

/// The trace's prefix blocks as units of the cache.
@Suite struct PrefixUnitsTests {
    private func trace(unit: Int, _ chains: [[Int32]]) -> RequestTrace {
        var trace = RequestTrace(chains.map { (0, $0.count * unit, 1) })
        trace.blockTokens = unit
        trace.blockStart = chains.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        trace.blockIDs = chains.flatMap { $0 }
        return trace
    }

    @Test(arguments: [4, 16])
    func smallerOrEqualBlocksLeaveUnitsAsTheyAre(_ block: Int) {
        let units = PrefixUnits(trace: trace(unit: 16, [[0, 1, 2], [0, 3]]), blockTokens: block)
        #expect(units.tokens == 16)
        #expect(units.units == [0, 1, 2, 0, 3])
        #expect(units.start == [0, 3, 5])
    }

    /// The last block of a group is chained to all before it, so that it names the group.
    @Test func largerBlocksMakeGroups() {
        let units = PrefixUnits(trace: trace(unit: 16, [[0, 1, 2, 3, 4], [0, 1], [0, 1, 2]]), blockTokens: 32)
        #expect(units.tokens == 32)
        #expect(units.units == [1, 3, 4, 1, 1, 2])
        #expect(units.start == [0, 3, 4, 6])
    }

    @Test func aTraceWithoutBlocksHasNoUnits() {
        let units = PrefixUnits(trace: RequestTrace(count: 3, input: 5, output: 5), blockTokens: 16)
        #expect(units.tokens == 0)
        #expect(units.units.isEmpty)
        #expect(units.start == [0, 0, 0, 0])
    }

    @Test func unitsAndBlocksMustDivideEachOther() {
        #expect(PrefixUnits.fits(traceBlockTokens: 512, blockTokens: 16))
        #expect(PrefixUnits.fits(traceBlockTokens: 16, blockTokens: 512))
        #expect(PrefixUnits.fits(traceBlockTokens: 0, blockTokens: 7))
        #expect(!PrefixUnits.fits(traceBlockTokens: 512, blockTokens: 24))
    }
}
