import Testing

@testable import ModelGraph

@Suite struct LayerGroupTests {
    @Test(arguments: [(0, 0), (1, 1), (127, 127), (128, 128), (129, 128), (1_000_000, 128)])
    func aWindowKeepsAtMostItsSize(context: Int, cached: Int) {
        #expect(AttentionKind.window(128).cachedTokens(context: context) == cached)
        #expect(AttentionKind.full.cachedTokens(context: context) == context)
        #expect(AttentionKind.mla.cachedTokens(context: context) == context)
    }

    @Test func latentSizes() {
        let latent = LatentAttention(
            queryRank: 1536, keyValueRank: 512, nopeHeadSize: 128, ropeHeadSize: 64, valueHeadSize: 128)
        #expect(latent.queryKeyHeadSize == 192)
        #expect(latent.cachedValues == 576)
    }
}
