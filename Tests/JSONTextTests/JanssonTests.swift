import Testing

@testable import JSONText

struct JanssonTests {
    private func failure(_ text: String) -> Jansson.Failure? {
        if case .failure(let failure) = Jansson.parse(Array(text.utf8)) { failure } else { nil }
    }

    @Test func kindsOfFailure() {
        #expect(failure("{\"a\": 1, \"a\": 2}")?.kind == .duplicateKey)
        #expect(failure("[1")?.kind == .endOfText)
        #expect(failure("")?.kind == .endOfText || failure("")?.kind == .other)
        #expect(failure(String(repeating: "[", count: 3000))?.kind == .tooDeep)
        #expect(failure("[x]")?.kind == .other)
        #expect(failure("[]") == nil)
    }

    @Test func pointsBehindTheToken() {
        #expect(failure("[ tru]") == Jansson.Failure(kind: .other, message: "invalid token", endOffset: 5))
    }

    @Test func keepsTheOrderOfMembers() throws {
        var generator = SeededGenerator(seed: 1)
        let keys = (0..<1000).map { "k\($0)" }.shuffled(using: &generator)
        let text = "{" + keys.map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        #expect(try Jansson.parse(Array(text.utf8)).get().objectValue?.keys == keys)
    }

    @Test func integersAndRealsStayApart() throws {
        let text = "[1, 1.0, 1e0, -9223372036854775808, 9223372036854775807, 5e-324]"
        let value = try Jansson.parse(Array(text.utf8)).get()
        #expect(value == [1, 1.0, 1.0, .integer(.min), .integer(.max), .real(.leastNonzeroMagnitude)])
    }
}
