import ReinforcementLearning
import Scenario
import Testing

/// Shared cards against cards of their own, on the shipped scenario: where sharing pays and where it does not.
@Suite struct SharedCardsTests {
    /// Half the cards at equal step time, and so twice the throughput of a card, against separated synchronous cards.
    @Test func sharedCardsDoubleTheThroughputOfACard() throws {
        let shared = try LearningScenarios.run(), separated = try LearningScenarios.run(variant: "separated-32+32")
        let ratio = shared.tokensPerSecondPerDevice / separated.tokensPerSecondPerDevice
        #expect((1.90...2.03).contains(ratio), "\(ratio)")
        let times = (shared.stepTime?.mean ?? 0) / (separated.stepTime?.mean ?? 1)
        #expect(abs(times - 1) <= 0.05, "\(times)")
        #expect(shared.devices == 32 && separated.devices == 64)
        // The magnitudes of the published sketch: 142.7 s and 141.6 s.
        #expect(abs((shared.stepTime?.mean ?? 0) / 142.7 - 1) < 0.05)
        #expect(abs((separated.stepTime?.mean ?? 0) / 141.6 - 1) < 0.05)
    }

    /// The same cards divided in two lose less than half.
    @Test func theSameCardsSeparatedLoseLess() throws {
        let shared = try LearningScenarios.run(), separated = try LearningScenarios.run(variant: "separated-16+16")
        let ratio = shared.tokensPerSecondPerDevice / separated.tokensPerSecondPerDevice
        #expect((1.6...1.8).contains(ratio), "\(ratio)")
    }

    /// Against training that overlaps with generation little or nothing is gained.
    @Test func oneStepOffCardsComeClose() throws {
        let shared = try LearningScenarios.run(), off = try LearningScenarios.run(variant: "one-step-off-32+32")
        let ratio = shared.tokensPerSecondPerDevice / off.tokensPerSecondPerDevice
        #expect((1.0...1.3).contains(ratio), "\(ratio)")
        let balanced = try LearningScenarios.run(variant: "one-step-off-tp2")
        let sharedBalanced = try LearningScenarios.run(variant: "cocard-tp2")
        let second = sharedBalanced.tokensPerSecondPerDevice / balanced.tokensPerSecondPerDevice
        #expect((1.0...1.13).contains(second), "\(second)")
        #expect(off.staleness.maximum == 1 && off.staleness.meanByToken == 1)
        #expect(try LearningScenarios.run(variant: "separated-32+32").staleness.maximum == 0)
    }

    /// Copies to pageable host memory cost the headline.
    @Test func pageableMemoryLosesTheHeadline() throws {
        let separated = try LearningScenarios.run(variant: "separated-32+32")
        let pageable = try LearningScenarios.run(variant: "pageable")
        let ratio = pageable.tokensPerSecondPerDevice / separated.tokensPerSecondPerDevice
        #expect((1.70...1.82).contains(ratio), "\(ratio)")
    }

    /// With a long tail shared cards wait for it with all cards, separate ones with half.
    @Test func sharedCardsLoseWithALongTail() throws {
        let shared = try LearningScenarios.run(variant: "dapo-tail-cocard-64")
        let off = try LearningScenarios.run(variant: "dapo-tail-one-step-off-32+32")
        let ratio = shared.tokensPerSecondPerDevice / off.tokensPerSecondPerDevice
        #expect((0.8..<1.0).contains(ratio), "\(ratio)")
    }

    /// The dearer the swap, the smaller the gain.
    @Test func theGainFallsWithTheCostOfSwaps() throws {
        let separated = try LearningScenarios.run(variant: "separated-32+32")
        let gains = try [20.0, 10, 5, 2].map { rate in
            let shared = try LearningScenarios.run(
                LearningScenarios.shipped, ["cluster.nodes.a3.pinned_bandwidth=\(rate) GB/s"])
            return shared.tokensPerSecondPerDevice / separated.tokensPerSecondPerDevice
        }
        for (dearer, cheaper) in zip(gains.dropFirst(), gains) { #expect(dearer < cheaper, "\(gains)") }
    }
}
