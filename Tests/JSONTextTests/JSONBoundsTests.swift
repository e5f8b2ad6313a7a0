import Testing

@testable import JSONText

struct JSONBoundsTests {
    private func bounds<Bound>(_ range: some JSONRange<Bound>) -> JSONBounds<Bound> { range.bounds }

    @Test func readAsInAMessage() {
        #expect(bounds(1...).description == "of at least 1")
        #expect(bounds(...8).description == "of at most 8")
        #expect(bounds(1...8).description == "from 1 to 8")
        #expect(bounds(0..<8).description == "of at least 0 and below 8")
        #expect(bounds(..<8).description == "below 8")
        #expect(bounds(.above(0)).description == "above 0")
        #expect(bounds(.above(0, through: 1)).description == "above 0 and of at most 1")
        #expect(JSONBounds<Int>().description == "")
    }

    /// Bounds contain what the range contains.
    @Test func containWhatTheRangeContains() {
        for value in -2...10 {
            #expect(bounds(1...).contains(value) == (1...).contains(value))
            #expect(bounds(...8).contains(value) == (...8).contains(value))
            #expect(bounds(1...8).contains(value) == (1...8).contains(value))
            #expect(bounds(0..<8).contains(value) == (0..<8).contains(value))
            #expect(bounds(..<8).contains(value) == (..<8).contains(value))
            #expect(bounds(.above(0, through: 1)).contains(value) == (value == 1))
            #expect(JSONBounds<Int>().contains(value))
        }
    }

    @Test func standInsAreWithin() {
        #expect(bounds(...(-3)).standIn == -3)
        #expect(bounds(5...).standIn == 5)
        #expect(bounds(..<1).standIn == 0)
        #expect(bounds(.above(5)).standIn == 6)
        #expect(bounds(.above(0.0, through: 0.5)).standIn == 0.5)
        #expect(bounds(0...).standIn == 1)
        #expect(JSONBounds<Int>().standIn == 1)
    }
}
