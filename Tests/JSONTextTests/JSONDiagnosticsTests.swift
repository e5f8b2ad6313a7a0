import Testing

@testable import JSONText

struct JSONDiagnosticsTests {
    @Test func asksTheCallerForPlaces() {
        let diagnostics = JSONDiagnostics { path, isKey in
            JSONPlace(file: isKey ? "keys" : "values", line: path.components.count)
        }
        #expect(!diagnostics.hasProblems)
        diagnostics.report(["a", "b"], "wrong", remedy: "mend it")
        diagnostics.report(["a"], isKey: true, "unknown")
        #expect(
            diagnostics.problems.map(\.description) == [
                "values:2: a.b: wrong; mend it", "keys:1: a: unknown",
            ])
        #expect {
            try diagnostics.check()
        } throws: {
            "\($0)" == "keys:1: a: unknown\nvalues:2: a.b: wrong; mend it"
        }
    }

    @Test func passesWithoutProblems() throws {
        try JSONDiagnostics { _, _ in JSONPlace() }.check()
    }

    @Test func keepsOnlySoMany() {
        let text = "[" + String(repeating: "\"x\",", count: 500) + "1]"
        #expect {
            try JSONDocument(text: text).decode(.array(of: .integer))
        } throws: {
            let problems = $0 as? JSONProblems
            return problems?.problems.count == JSONDiagnostics.limit && problems?.omitted == 300
        }
    }
}
