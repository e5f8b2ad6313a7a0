import Testing

@testable import JSONText

struct JSONValueTests {
    @Test func accessorsAnswerOnlyForTheirKind() {
        #expect(JSONValue.integer(3).integerValue == 3)
        #expect(JSONValue.integer(3).numberValue == 3)
        #expect(JSONValue.real(3).integerValue == nil)
        #expect(JSONValue.real(2.5).numberValue == 2.5)
        #expect(JSONValue.string("a").stringValue == "a")
        #expect(JSONValue.bool(true).boolValue == true)
        #expect(JSONValue.null.isNull)
        #expect(JSONValue.null.objectValue == nil)
        #expect(JSONValue.string("3").numberValue == nil)
    }

    @Test func integersAndRealsDiffer() {
        #expect(JSONValue(1) != JSONValue(1.0))
        #expect(JSONValue(1) == 1)
        #expect(JSONValue(1.0) == 1.0)
    }

    @Test func subscriptsReachInside() {
        let value: JSONValue = ["pools": [["name": "a"], .null, true]]
        #expect(value["pools"]?[0]?["name"] == "a")
        #expect(value["pools"]?[1] == .null)
        #expect(value["pools"]?[3] == nil)
        #expect(value["pools"]?[-1] == nil)
        #expect(value["pool"] == nil)
        #expect(value[0] == nil)
    }

    @Test func literalsKeepTheOrderOfMembers() {
        let value: JSONValue = ["b": 1, "a": 2.5, "c": ["x", .null, false]]
        #expect(JSONWriter.compact.text(of: value) == #"{"b":1,"a":2.5,"c":["x",null,false]}"#)
    }
}
