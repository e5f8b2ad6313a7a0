import EventEngine
import Testing

@testable import Serving

/// The open-addressing table against a dictionary.
@Suite struct UnitIndexTests {
    /// Few distinct units make clusters, in which removal has to shift entries back.
    @Test(arguments: [20, 300, 100_000])
    func behavesAsADictionary(_ distinct: Int) {
        var random = RandomStream(seed: 1, name: "unit index \(distinct)")
        var index = UnitIndex()
        var twin: [Int32: Int32] = [:]
        for step in 0..<4_000 {
            let unit = Int32(random.uniform(below: distinct))
            #expect(index[unit] == twin[unit] ?? -1)
            if twin[unit] == nil {
                index.insert(unit, Int32(step))
                twin[unit] = Int32(step)
            } else if random.uniform(below: 2) == 0 {
                index.remove(unit)
                twin[unit] = nil
            }
        }
        for unit in 0..<Int32(min(distinct, 1_000)) { #expect(index[unit] == twin[unit] ?? -1) }
    }

    @Test func anEmptyIndexKnowsNothing() {
        let index = UnitIndex()
        #expect(index[0] == -1)
        #expect(index[.max] == -1)
    }
}
