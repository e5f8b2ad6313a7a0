import Hardware
import ModelGraph
import Testing

@testable import Timing

/// Qwen2.5-32B in bf16 on four cards, against the closed form that published serving rates were checked with.
@Suite struct StepCostAnchorTests {
    private static func cost(on device: String) throws -> StepCostModel {
        try makeCost(makeOperators("qwen2.5-32b", tensor: 4), on: .named(device))
    }

    /// Prompts of 4,096 tokens, one in a step, in tokens per second and card.
    @Test(arguments: [("h20-96", 1808.0), ("ascend-910b2", 2775), ("ascend-910b3", 2380)])
    func prefillRate(device: String, reference: Double) throws {
        var cost = try Self.cost(on: device)
        let rate = 4096 / 4 / (Double(cost.duration(of: promptStep(tokens: 4096))) / 1e9)
        #expect(abs(rate / reference - 1) <= 0.05, "\(rate) tokens/s/card")
    }

    /// 199 sequences of 4,096 prompt tokens, halfway through 1,024 output tokens: 48.4 ms.
    @Test func decodeTime() throws {
        var cost = try Self.cost(on: "h20-96")
        let time = Double(cost.duration(of: decodeStep(sequences: 199, context: 4608))) / 1e6
        #expect(abs(time / 48.4 - 1) <= 0.05, "\(time) ms")
    }

    /// What makes the mixed cluster worth its while: Ascend computes prompts faster, and 376T faster than 313T.
    @Test func orderOfTheCards() throws {
        let times = try ["ascend-910b2", "ascend-910b3", "h20-96"].map { device in
            var cost = try Self.cost(on: device)
            return cost.duration(of: promptStep(tokens: 4096))
        }
        #expect(times == times.sorted())
        var h20 = try Self.cost(on: "h20-96")
        var ascend = try Self.cost(on: "ascend-910b2")
        let decode = decodeStep(sequences: 64, context: 4608)
        #expect(h20.duration(of: decode) < ascend.duration(of: decode))
    }
}
