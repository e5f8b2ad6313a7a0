import Testing

@testable import JSONText

struct JSONTypeContainersTests {
    private struct Point: Equatable {
        var x: Int
        var y: Int
    }

    private static let text = #"{"points": [{"x": 1, "y": 2}, {"x": 3}]}"#

    private static func point(_ object: JSONObjectReader) -> Point {
        Point(x: object.required("x", .integer), y: object.optional("y", .integer, default: 0))
    }

    @Test func nests() throws {
        let points = try JSONDocument(text: Self.text).decode { reader in
            reader.object { $0.required("points", .array(of: .object(Self.point))) }
        }
        #expect(points == [Point(x: 1, y: 2), Point(x: 3, y: 0)])
    }

    @Test func findsProblemsInside() throws {
        let found = try problemsFound(#"[{"x": "a"}, {"y": 2, "z": 1}, null, 4]"#) {
            $0.read(.array(of: .object("a point", Self.point)))
        }
        #expect(
            found == """
                1:8: [0].x: expected an integer, found "a"
                1:14: [1].x: missing; expected an integer
                1:23: [1].z: unknown key; known keys are x, y
                1:32: [2]: expected a point, found null
                1:38: [3]: expected a point, found 4
                """)
    }

    @Test func standInsOfObjectsReportNothing() throws {
        let found = try problemsFound("{}") { reader in
            reader.object { #expect($0.required("p", .object(Self.point)) == Point(x: 1, y: 0)) }
        }
        #expect(found == "1:1: p: missing; expected an object")
    }

    @Test func countsAreBounded() throws {
        #expect(try JSONDocument(text: "[1, 2]").decode(.array(of: .integer, count: 2...2)) == [1, 2])
        #expect(
            try problemsFound("[]") { $0.read(.array(of: .integer, count: 1...)) }
                == "1:1: expected an array with a number of elements of at least 1, found an array of 0")
    }

    @Test func membersKeepOrder() throws {
        let members = try JSONDocument(text: #"{"b": 1, "n": null, "a": 2}"#).decode(.members(of: .integer))
        #expect(members.map(\.name) == ["b", "a"])
        #expect(members.map(\.value) == [1, 2])
        #expect(
            try problemsFound("[]") { $0.read(.members(of: .integer)) }
                == "1:1: expected an object, found an array of 0")
        #expect(
            try problemsFound(#"{"b": ""}"#) { $0.read(.members(of: .integer)) }
                == "1:7: b: expected an integer, found \"\"")
    }
}
