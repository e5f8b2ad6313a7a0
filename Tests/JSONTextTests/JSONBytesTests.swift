import Testing

@testable import JSONText

struct JSONBytesTests {
    @Test func scalarsHaveOneForm() {
        var bytes: [UInt8] = []
        bytes.appendJSON(true)
        bytes.appendJSON(false)
        bytes.appendJSON(Int64.min)
        bytes.appendJSON(2.0)
        bytes.appendJSON("")
        #expect(String(decoding: bytes, as: UTF8.self) == "truefalse-92233720368547758082.0\"\"")
    }

    /// Every control character, the quote and the backslash come back through libjansson.
    @Test func allASCIISurvives() throws {
        for byte in UInt8(0)..<128 {
            let text = String(UnicodeScalar(byte))
            var bytes: [UInt8] = []
            bytes.appendJSON(text)
            #expect(try Jansson.parse(bytes).get() == .string(text))
        }
    }
}
