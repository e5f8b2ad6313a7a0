import EventEngine
import Testing

@testable import TraceFormats

@Suite struct BlockChainTests {
    private func dense(_ requests: [[Int64]]) -> (blocks: [[Int32]], rechained: Int, count: Int) {
        var chain = BlockChain()
        let blocks = requests.map { ids in
            var blocks: [Int32] = []
            chain.append(ids, to: &blocks)
            return blocks
        }
        return (blocks, chain.rechained, chain.count)
    }

    @Test func numbersByAppearance() {
        let result = dense([[900, 12, 5], [900, 12, 7], [-3]])
        #expect(result.blocks == [[0, 1, 2], [0, 1, 3], [4]])
        #expect(result.rechained == 0)
        #expect(result.count == 5)
    }

    @Test func tellsEqualBlocksBehindDifferentOnesApart() {
        // 7 behind 1, behind 2, first, and behind itself: four chains. The third request repeats the second.
        let result = dense([[1, 7], [2, 7], [2, 7], [7, 7, 7]])
        #expect(result.blocks == [[0, 1], [2, 3], [2, 3], [4, 5, 6]])
        #expect(result.rechained == 4)
    }

    /// Two requests share a dense id exactly where their ids are equal up to there.
    @Test(arguments: [UInt64(1), 2, 3])
    func equalIDsMeanEqualPrefixes(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "test.chains")
        let scale: Int64 = seed == 2 ? 1_000_000_007 : 1
        let requests = (0..<60).map { _ in
            (0..<1 + random.uniform(below: 6)).map { _ in Int64(random.uniform(below: 4)) * scale - 1 }
        }
        let result = dense(requests)
        for (first, a) in zip(requests, result.blocks) {
            for (second, b) in zip(requests, result.blocks) {
                for i in a.indices {
                    for j in b.indices {
                        let arePrefixesEqual = i == j && first[...i] == second[...j]
                        #expect((a[i] == b[j]) == arePrefixesEqual)
                    }
                }
            }
        }
    }
}
