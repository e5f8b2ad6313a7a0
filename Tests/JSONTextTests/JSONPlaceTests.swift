import Testing

@testable import JSONText

struct JSONPlaceTests {
    @Test func countsScalarsNotBytes() {
        let text = Array("aé漢😀\nb\te\u{301}x".utf8)
        #expect(JSONPosition(ofByte: 0, in: text).description == "1:1")
        #expect(JSONPosition(ofByte: 3, in: text).description == "1:3")
        #expect(JSONPosition(ofByte: 10, in: text).description == "1:5")
        #expect(JSONPosition(ofByte: 11, in: text).description == "2:1")
        #expect(JSONPosition(ofByte: text.count, in: text).description == "2:6")
        #expect(JSONPosition(ofByte: 999, in: text).description == "2:6")
    }

    @Test func leavesUnknownPartsOut() {
        #expect(JSONPlace().description == "")
        #expect(JSONPlace(file: "f").description == "f")
        #expect(JSONPlace(file: "f", line: 3).description == "f:3")
        #expect(JSONPlace(line: 3, column: 4).description == "3:4")
        #expect(JSONPlace(file: "f", position: JSONPosition(line: 3, column: 4)).description == "f:3:4")
        #expect(JSONPlace(file: "f", position: nil) == JSONPlace(file: "f"))
    }
}
