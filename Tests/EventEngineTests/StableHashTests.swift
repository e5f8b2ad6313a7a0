import EventEngine
import Testing

@Suite struct StableHashTests {
    /// From the authors' own list of test vectors (test_fnv.c).
    @Test(
        arguments: [
            ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c),
            ("foobar", 0x8594_4171_f739_67e8),
        ] as [(String, UInt64)])
    func thePublishedVectorsHold(text: String, expected: UInt64) {
        #expect(StableHash.fnv1a64(text) == expected)
        #expect(StableHash.fnv1a64(Array(text.utf8)) == expected)
    }

    @Test func aHashCanBeContinued() {
        let first = StableHash.fnv1a64([102, 111, 111])
        #expect(StableHash.fnv1a64([98, 97, 114], continuing: first) == StableHash.fnv1a64("foobar"))
    }
}
