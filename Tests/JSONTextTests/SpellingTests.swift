import Testing

@testable import JSONText

struct SpellingTests {
    @Test(arguments: [
        ("replica", "replicas"), ("maxBatchTokens", "max_batch_tokens"), ("MODEL", "model"),
        ("tensor-paralel", "tensor_parallel"),
        ("modle", "model"), ("xyz", nil), ("", nil), ("n", nil),
    ])
    func findsTheNearest(word: String, expected: String?) {
        let known = ["model", "replicas", "max_batch_tokens", "tensor_parallel", "x"]
        #expect(Spelling.nearest(to: word, among: known) == expected)
    }

    @Test func theFirstOfEquallyNearOnesWins() {
        #expect(Spelling.nearest(to: "cat", among: ["hat", "bat"]) == "hat")
    }

    @Test(arguments: [
        ("", "", 0), ("abc", "", 3), ("", "ab", 2), ("kitten", "sitting", 3), ("ab", "ba", 1),
        ("ca", "abc", 3), ("abcd", "acbd", 1),
    ])
    func distances(left: String, right: String, expected: Int) {
        #expect(Spelling.distance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == expected)
    }

    @Test(arguments: 0..<100) func distanceIsSymmetricAndBounded(seed: Int) {
        var generator = SeededGenerator(seed: seed)
        let left = Array(JSONValue.randomText(&generator).unicodeScalars)
        let right = Array(JSONValue.randomText(&generator).unicodeScalars)
        let distance = Spelling.distance(left, right)
        #expect(distance == Spelling.distance(right, left))
        #expect(distance <= max(left.count, right.count))
        #expect(distance >= abs(left.count - right.count))
        #expect((distance == 0) == (left == right))
    }
}
