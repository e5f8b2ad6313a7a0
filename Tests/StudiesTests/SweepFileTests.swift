import JSONText
import Testing

@testable import Studies

@Suite struct SweepFileTests {
    private func axes(_ text: String) throws -> [SweepAxis] {
        let text = "{\"schema\": \"simulate-sweep/1\", \"base\": \"s.json\", \(text)}"
        return try SweepFile(JSONDocument(text: text, file: "sweep.json")).specification.axes
    }

    @Test(arguments: [
        ("[1, 2.5, \"a\"]", [1, 2.5, "a"]), (#"{ "range": [2, 8, 2] }"#, [2, 4, 6, 8]),
        (#"{ "range": [1, 3] }"#, [1, 2, 3]), (#"{ "range": [3, 0, -2] }"#, [3, 1]),
        (#"{ "range": [0.1, 0.3, 0.1] }"#, [0.1, 0.2, 0.3]), (#"{ "log": [0.25, 4, 5] }"#, [0.25, 0.5, 1.0, 2.0, 4.0]),
        (#"{ "log": [1, 8, 7], "whole": true }"#, [1, 2, 3, 4, 6, 8]),
    ] as [(String, [JSONValue])])
    func anAxis(text: String, values: [JSONValue]) throws {
        #expect(try axes("\"axes\": { \"a.b\": \(text) }") == [SweepAxis(["a", "b"], values)])
    }

    @Test func settingsThatMoveTogether() throws {
        let zipped = try axes(#""zip": [{ "a": [1, 2], "b": ["x", "y"] }]"#)
        #expect(zipped.map(\.count) == [2])
        #expect(zipped[0].settings(at: 1).map(\.text) == ["a=2", "b=\"y\""])
    }

    @Test(arguments: [
        (#""axes": { "a": [] }"#, "list of values"), (#""axes": { "a": { "range": [1, 2, -1] } }"#, "no values"),
        (#""axes": { "a": { "log": [0, 2, 3] } }"#, "no values"), (#""axis": {}"#, "did you mean"),
        (#""axes": { "a": [1] }, "zip": [{ "a": [1] }]"#, "varied twice"), (#""where": "a ==""#, "ends too early"),
        (#""zip": [{ "a": [1, 2], "b": [1] }]"#, "differ in number"), (#""sample": { "kind": "r3", "n": 5 }"#, "r2"),
        (#""objectives": ["cost"]"#, "min:metric"), (#""axes": { "a..b": [1] }"#, "a..b"),
    ])
    func aMistakeIsNamed(text: String, message: String) throws {
        let error = #expect(throws: JSONProblems.self) { try axes(text) }
        let description = error?.description ?? ""
        #expect(description.contains(message), "\(description)")
        #expect(description.hasPrefix("sweep.json:1:"), "\(description)")
    }

    @Test(arguments: [
        ("2048,8192", [2048, 8192]), ("least-kv", ["least-kv"]), ("\"a,b\",c", ["a,b", "c"]),
        ("[1,2],{\"x\":[3,4]}", [[1, 2], ["x": [3, 4]]]), ("50 ms,true", ["50 ms", true]),
    ] as [(String, [JSONValue])])
    func commasOfTheCommandLine(text: String, values: [JSONValue]) {
        #expect(SweepValues.split(text) == values)
    }

    @Test(arguments: [
        ("a.n + 2 * a.m == 8", true), ("(a.n + 2) * a.m == 8", false), ("a.s == 'x' and not a.n > 2", true),
        ("a.s != \"x\" or a.n / 2 < 1.5", true), ("-a.n == 0 - 2", true), ("a[\"k-l\"] >= 1", true),
        ("a.n - 1 - 1 == 0", true), ("true and false", false),
    ])
    func aCondition(text: String, holds: Bool) throws {
        let scenario: JSONValue = ["a": ["n": 2, "m": 3, "s": "x", "k-l": 1]]
        #expect(try SweepCondition(parsing: text).holds(for: scenario) == holds)
    }

    @Test(arguments: ["a +", "(a", "a b", "'x", "a ==", "1x < 2", "&a"])
    func aBrokenCondition(text: String) {
        #expect(throws: JSONProblem.self) { try SweepCondition(parsing: text) }
    }

    @Test(arguments: ["a.missing == 1", "a.s < 2", "a.n", "not a.n"])
    func aConditionThatCannotBeEvaluated(text: String) throws {
        let condition = try SweepCondition(parsing: text)
        #expect(throws: JSONProblem.self) { try condition.holds(for: ["a": ["n": 2, "s": "x"]]) }
    }

    @Test func theFrontIsWhatNothingBeats() {
        #expect(ParetoFront.indices(of: [[1, 5], [2, 4], [2, 3], [3, 1], [1, 5], [0, 0]]) == [0, 1, 3])
        #expect(ParetoFront.indices(of: []) == [])
        #expect(ParetoFront.indices(of: [[1], [3], [3]]) == [1])
    }

    @Test func objectivesKnowTheirDirection() throws {
        #expect(try SweepObjective(parsing: "ttft_s.p99").isMaximised == false)
        #expect(try SweepObjective(parsing: "output_tokens_per_s_per_device").isMaximised)
        #expect(try SweepObjective(parsing: "max:prefix_blocks_hit").isMaximised)
        #expect(try SweepObjective(parsing: "cost_per_hour").isMaximised == false)
        let one: JSONValue = [
            "metrics": ["chat": ["ttft_s": ["p99": 2.5], "devices": 4]], "cluster": ["power_w": 9.5, "devices": 8],
        ]
        #expect(try SweepObjective(parsing: "power_w").value(in: one) == 9.5)
        #expect(try SweepObjective(parsing: "devices").value(in: one) == 4, "a workload's own before the cluster's")
        #expect(try SweepObjective(parsing: "ttft_s.p99").value(in: one) == 2.5)
        #expect(try SweepObjective(parsing: "chat.ttft_s.p99").value(in: one) == 2.5)
        #expect(try SweepObjective(parsing: "ttft_s.p50").value(in: one) == nil)
    }
}
