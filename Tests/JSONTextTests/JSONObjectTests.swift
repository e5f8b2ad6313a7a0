import Testing

@testable import JSONText

struct JSONObjectTests {
    @Test func keepsOrderAndReplacesInPlace() {
        var object: JSONObject = ["b": 1, "a": 2]
        object["c"] = 3
        object["b"] = 4
        #expect(object.keys == ["b", "a", "c"])
        #expect(object["b"] == 4)
        object["a"] = nil
        #expect(object.keys == ["b", "c"])
        #expect(object["a"] == nil)
        object["none"] = nil
        #expect(object.count == 2)
    }

    @Test func equalityRespectsOrder() {
        #expect(JSONObject([("a", 1), ("b", 2)]) == ["a": 1, "b": 2])
        #expect(JSONObject([("a", 1), ("b", 2)]) != ["b": 2, "a": 1])
    }

    @Test func normalisationFormsAreOneKey() {
        var object = JSONObject()
        object["\u{E9}"] = 1
        object["e\u{301}"] = 2
        #expect(object.count == 1)
    }

    /// Whatever its size, an object behaves as a plain list of members does.
    @Test(arguments: 0..<20) func behavesLikeAList(seed: Int) {
        var generator = SeededGenerator(seed: seed)
        var object = JSONObject()
        var list: [(String, JSONValue)] = []
        for step in 0..<400 {
            let key = "k\(Int.random(in: 0..<60, using: &generator))"
            if Int.random(in: 0..<3, using: &generator) == 0 {
                object[key] = nil
                list.removeAll { $0.0 == key }
            } else {
                object[key] = JSONValue(step)
                if let place = list.firstIndex(where: { $0.0 == key }) {
                    list[place].1 = JSONValue(step)
                } else {
                    list.append((key, JSONValue(step)))
                }
            }
        }
        #expect(object.map(\.key) == list.map(\.0))
        #expect(object.map(\.value) == list.map(\.1))
        for (key, value) in list { #expect(object[key] == value) }
    }
}
