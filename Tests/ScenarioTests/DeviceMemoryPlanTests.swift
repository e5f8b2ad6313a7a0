import Testing

@testable import Scenario

/// How a card's memory is divided, by hand.
@Suite struct DeviceMemoryPlanTests {
    private func plan(
        _ text: String = SmallScenario.text, pool: Int, variant: String = "base"
    ) throws -> DeviceMemoryPlan {
        try SmallScenario.document(text).checked(variant: variant).plans[0].pools[pool].memory
    }

    /// qwen3-8b: 36 layers x 8 key-value heads x 128 x 2 x 2 bytes are 147,456 bytes a token.
    @Test func keysAndValuesAreSpreadOverRanks() throws {
        let one = try plan(pool: 1), two = try plan(pool: 0)
        #expect(one.keyValueBytesPerToken == 147_456)
        #expect(two.keyValueBytesPerToken == 73_728)
        #expect(one.capacityBytes == 96_000_000_000)
        #expect(one.usableBytes == 86_400_000_000)
        #expect(two.weightBytes == (one.weightBytes + 1) / 2)
        #expect(one.blocks == (86_400_000_000 - one.weightBytes - 3_000_000_000) / (147_456 * 16))
        #expect(one.keyValueBytes == one.blocks * 16 * 147_456)
    }

    /// With more ranks than key-value heads a head is repeated.
    @Test func aHeadIsRepeatedWhenRanksAreMore() throws {
        let text = SmallScenario.replacing(
            "\"tensor_parallel\": 2, \"replicas\": 4", "\"tensor_parallel\": 8, \"replicas\": 1")
        let eight = try plan(text, pool: 0, variant: "together")
        #expect(eight.keyValueBytesPerToken == 147_456 / 8)
        let few = text.components(separatedBy: "qwen3-8b").joined(separator: "qwen2.5-7b")
            .components(separatedBy: "\"tensor_parallel\": 8").joined(separator: "\"tensor_parallel\": 4")
        // 28 layers x 4 heads x 128 x 2 x 2 bytes, one head a rank.
        #expect(try plan(few, pool: 0, variant: "together").keyValueBytesPerToken == 57_344 / 4)
    }

    @Test func anEightBitCacheHoldsAboutTwiceTheBlocks() throws {
        let text = SmallScenario.replacing("\"slo\":", "\"kv\": { \"dtype\": \"fp8\" }, \"slo\":")
        let wide = try plan(pool: 1), narrow = try plan(text, pool: 1)
        #expect(narrow.weightBytes == wide.weightBytes)
        #expect(Double(narrow.blocks) / Double(wide.blocks) > 1.9)
        #expect(narrow.blocks <= 2 * wide.blocks + 1)
    }
}
