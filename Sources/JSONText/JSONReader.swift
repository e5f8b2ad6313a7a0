/// A value to decode, with its path and the diagnostics that collect what is wrong with it.
///
/// Reading never throws: a wrong value is recorded and a stand-in returned, so that one decoding
/// finds all problems. Call ``JSONDiagnostics/check()`` at the end (the `decode` of ``JSONDocument``
/// does) and use no decoded value when it throws.
public struct JSONReader {
    /// The value that is read.
    public let value: JSONValue
    /// Where the value stands in the whole.
    public let path: JSONPath
    /// Where problems go.
    public let diagnostics: JSONDiagnostics

    /// A reader of a value.
    public init(_ value: JSONValue, path: JSONPath = .root, diagnostics: JSONDiagnostics) {
        self.value = value
        self.path = path
        self.diagnostics = diagnostics
    }

    /// Reads the value as a type; a stand-in of that type after a problem.
    public func read<Value>(_ type: JSONType<Value>) -> Value {
        type.decode(self) ?? type.standIn()
    }

    /// Reads an object: `body` asks for its members, then members that nobody asked for are reported.
    /// When the value is not an object, that is reported, and `body` still gives a stand-in.
    public func object<Value>(_ body: (JSONObjectReader) -> Value) -> Value {
        let object = asObject()
        defer { object.finish() }
        return body(object)
    }

    /// A reader of the members; the caller calls ``JSONObjectReader/finish()`` when it has asked for
    /// all. When the value is not an object, that is reported, and the reader answers everything with
    /// stand-ins and reports nothing more.
    public func asObject() -> JSONObjectReader {
        if case .object(let members) = value { return JSONObjectReader(self, members) }
        reportExpected("an object")
        return JSONObjectReader(JSONReader(.null, path: path, diagnostics: .muted()), JSONObject())
    }

    /// Readers of the elements; empty, after a problem, when the value is not an array.
    public func elements() -> [JSONReader] {
        guard case .array(let elements) = value else {
            reportExpected("an array")
            return []
        }
        return elements.enumerated().map { index, element in
            JSONReader(element, path: path.appending(index: index), diagnostics: diagnostics)
        }
    }

    /// Records a problem of the value.
    public func fail(_ message: String, remedy: String? = nil) {
        diagnostics.report(path, message, remedy: remedy)
    }

    /// Records `expected …, found …`. `expected` has its article: "an integer of at least 1".
    public func reportExpected(_ expected: String, remedy: String? = nil) {
        fail("expected \(expected), found \(value.foundDescription)", remedy: remedy)
    }
}
