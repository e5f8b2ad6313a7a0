import Testing

@testable import JSONText

struct JSONTypeScalarsTests {
    private enum Role: String, CaseIterable { case mixed, prefill, decode }

    @Test func integralRealsAreIntegers() throws {
        #expect(try JSONDocument(text: "1e6").decode(.integer) == 1_000_000)
        #expect(try problemsFound("1.5") { $0.read(.integer) } == "1:1: expected an integer, found 1.5")
        #expect(try problemsFound("1e16") { $0.read(.integer) } == "1:1: expected an integer, found 1e+16")
    }

    @Test func integersAreNumbers() throws {
        #expect(try JSONDocument(text: "2").decode(.number) == 2)
        #expect(try problemsFound("\"2\"") { $0.read(.number) } == "1:1: expected a number, found \"2\"")
    }

    @Test func boundsAreInTheMessage() throws {
        #expect(
            try problemsFound("9") { $0.read(.integer(in: 1...8)) }
                == "1:1: expected an integer from 1 to 8, found 9")
        #expect(
            try problemsFound("0") { $0.read(.number(in: .above(0))) }
                == "1:1: expected a number above 0.0, found 0")
        #expect(
            try problemsFound("1") { $0.read(.number(in: 0..<1)) }
                == "1:1: expected a number of at least 0.0 and below 1.0, found 1")
    }

    @Test func otherScalars() throws {
        #expect(try JSONDocument(text: "true").decode(.bool))
        #expect(try problemsFound("1") { $0.read(.bool) } == "1:1: expected true or false, found 1")
        #expect(try problemsFound("[]") { $0.read(.string) } == "1:1: expected a string, found an array of 0")
        #expect(
            try problemsFound("\"\"") { $0.read(.name) }
                == "1:1: expected a string that is not empty, found \"\"")
        #expect(try JSONDocument(text: "[1]").decode(.any) == [1])
    }

    @Test func choicesProposeTheNearest() throws {
        #expect(try JSONDocument(text: "\"decode\"").decode(.choice(Role.self)) == .decode)
        #expect(
            try problemsFound("\"prefil\"") { $0.read(.choice(Role.self)) }
                == #"1:1: expected one of mixed, prefill, decode, found "prefil"; did you mean "prefill"?"#)
        #expect(
            try problemsFound("3") { $0.read(.choice(Role.self)) }
                == "1:1: expected one of mixed, prefill, decode, found 3")
    }

    @Test func registriesGiveWhatTheNameMeans() throws {
        let type = JSONType<Int>.choice(among: [("one", 1), ("two", 2)])
        #expect(try JSONDocument(text: "\"two\"").decode(type) == 2)
        #expect(type.standIn() == 1)
    }
}
