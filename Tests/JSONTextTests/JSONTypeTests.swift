import Testing

@testable import JSONText

struct JSONTypeTests {
    @Test func mapsValuesAndStandIns() throws {
        let doubled = JSONType<Int>.integer(in: 1...).map { 2 * $0 }
        #expect(try JSONDocument(text: "4").decode(doubled) == 8)
        #expect(doubled.standIn() == 2)
        #expect(doubled.expected == "an integer of at least 1")
    }

    @Test func checksSeeOnlyGoodValues() throws {
        let even = JSONType<Int>.integer.checked { $0 % 2 == 0 ? nil : "\($0) is odd" }
        #expect(try problemsFound("3") { $0.read(even) } == "1:1: 3 is odd")
        #expect(try problemsFound("\"x\"") { $0.read(even) } == "1:1: expected an integer, found \"x\"")
        #expect(try problemsFound("4") { $0.read(even) } == "")
    }

    @Test func callersBuildTheirOwn() throws {
        // A name or a number, as a device may be given by name or inline.
        let type = JSONType<String>(expected: "a name or a number", standIn: "") { (value: JSONValue) in
            value.stringValue ?? value.integerValue.map { "#\($0)" }
        }
        #expect(try JSONDocument(text: "7").decode(type) == "#7")
        #expect(try problemsFound("true") { $0.read(type) } == "1:1: expected a name or a number, found true")
    }
}
