import JSONText
import Testing

@testable import Studies

@Suite struct ChangedSettingTests {
    @Test func whatIsTheSameIsNotListed() {
        let value: JSONValue = ["a": ["b": [1, 2, ["c": "x"]], "d": .null], "e": 1]
        #expect(ChangedSetting.all(from: value, to: value).isEmpty)
        #expect(ChangedSetting.all(from: ["a": 1, "b": 2], to: ["b": 2.0, "a": 1.0]).isEmpty)
    }

    @Test func eachDifferenceIsNamedWithBothValues() {
        let first: JSONValue = ["a": ["b": 1, "gone": "x"], "list": [1, 2], "kept": true]
        let second: JSONValue = ["a": ["b": 2, "new": ["y": 1]], "list": [1, 3], "kept": true]
        #expect(ChangedSetting.all(from: first, to: second) == [
            ChangedSetting(path: ["a", "b"], first: 1, second: 2),
            ChangedSetting(path: ["a", "gone"], first: "x", second: nil),
            ChangedSetting(path: ["a", "new"], first: nil, second: ["y": 1]),
            ChangedSetting(path: ["list"], first: [1, 2], second: [1, 3]),
        ])
    }

    /// The other way round names the same paths with the sides exchanged.
    @Test func theDirectionOnlyExchangesTheSides() {
        let first: JSONValue = ["a": ["b": 1], "c": 2], second: JSONValue = ["a": "text", "c": 3]
        let forth = ChangedSetting.all(from: first, to: second)
        let back = ChangedSetting.all(from: second, to: first)
        #expect(forth.map { ChangedSetting(path: $0.path, first: $0.second, second: $0.first) } == back)
    }
}
