import Testing

@testable import JSONText

/// The description of the problems of a decoding; empty when there are none.
func problemsFound<Value>(_ text: String, _ body: (JSONReader) -> Value) throws -> String {
    let document = try JSONDocument(text: text)
    do {
        _ = try document.decode(body)
        return ""
    } catch {
        return error.description
    }
}

struct JSONReaderTests {
    @Test func elementsKnowTheirPlaces() throws {
        let found = try problemsFound("[1,\n [2, 3]]") { reader in
            for element in reader.elements() where element.path == [1] {
                element.elements().last?.fail("odd", remedy: "make it even")
            }
        }
        #expect(found == "2:6: [1][1]: odd; make it even")
    }

    @Test func reportsWrongContainersOnce() throws {
        let found = try problemsFound(#"{"a": 3, "b": {}}"#) { reader in
            reader.object { object in
                object.child("a")?.object { inner in
                    #expect(inner.required("x", .integer) == 1)
                    #expect(inner.optional("y", .string) == nil)
                }
                #expect(object.child("b")?.elements().count == 0)
            }
        }
        #expect(found == "1:7: a: expected an object, found 3\n1:15: b: expected an array, found an object")
    }

    @Test func readsTheRootAsAType() throws {
        #expect(try JSONDocument(text: "3").decode(.integer(in: 1...)) == 3)
        #expect(
            try problemsFound("0") { $0.read(.integer(in: 1...)) }
                == "1:1: expected an integer of at least 1, found 0")
    }

    @Test func shortensLongTexts() throws {
        let found = try problemsFound("\"\(String(repeating: "x", count: 100))\"") { $0.read(.integer) }
        #expect(found == "1:1: expected an integer, found \"\(String(repeating: "x", count: 57))…")
    }
}
