import EventEngine
import Testing

@testable import Studies

/// Steps of a run with known times: the model is a third too low, differently for prompts and answers.
struct KnownSteps {
    var features: [StepFeatures] = []
    var model: [Double] = []
    /// Times without noise.
    var truth: [Double] = []

    /// About 4000 steps of 64 sequences; 8 % hold a part of a prompt, and a good third of the time.
    init(seed: UInt64) {
        var random = RandomStream(seed: seed, name: "known steps")
        var context = 96_000.0
        for _ in 0..<3968 {
            context = min(192_000, max(19_200, context * random.lognormal(mu: 0, sigma: 0.03)))
            let hasPrefill = random.bernoulli(0.08)
            let prompt = hasPrefill ? min(8192, Int(random.lognormal(mu: 7.2, sigma: 0.8))) : 0
            let sequences = 40 + random.uniform(below: 25)
            features.append(StepFeatures(
                hasPrefill: hasPrefill, batch: Int64(sequences + (hasPrefill ? 1 + prompt / 4096 : 0)),
                tokens: Int64(sequences + prompt), keyValueTokens: Int64(context)))
            let linear = max(9e-3, Double(sequences + prompt) * 4.5e-5)
            let attention = context * 3e-8 + Double(prompt * prompt) * 2e-9
            model.append(linear + attention)
            truth.append(linear * (hasPrefill ? 1.35 : 1.7) + attention * 1.5 + 1.5e-3)
        }
    }

    /// What a machine would have taken: 5 % of scatter, and one step in 200 takes 1.5 to 4 times as long.
    func measured(seed: UInt64) -> [Double] {
        var random = RandomStream(seed: seed, name: "noise")
        return truth.map { time in
            let scattered = time * random.lognormal(mu: 0, sigma: 0.05)
            return random.bernoulli(0.005) ? scattered * (1.5 + 2.5 * random.uniform()) : scattered
        }
    }

    func estimate(_ measured: [Double], count: Int, seed: UInt64) throws -> (error: Double, holds: Bool) {
        let selection = StepSelection(
            of: features, times: model, count: count, strata: 12, seed: seed, name: "chat/mixed")
        var sizes = selection.strata.strata.map { _ in 0 }
        for step in features { sizes[try #require(selection.strata.index(of: step))] += 1 }
        let estimate = try #require(RatioEstimate(
            selection.chosen.map { .init(stratum: $0.stratum, model: model[$0.step], measured: measured[$0.step]) },
            sizes: sizes, seed: seed))
        let ratio = measured.reduce(0, +) / model.reduce(0, +)
        return (abs(estimate.ratio / ratio - 1), estimate.interval.contains(ratio))
    }
}

@Suite struct StepSamplingTests {
    /// Error and coverage of the extrapolated time against known truth, over 100 samples of each size.
    @Test(arguments: [32, 64])
    func errorsAreSmallAndIntervalsHoldTheTruth(count: Int) throws {
        let steps = KnownSteps(seed: 7)
        let bias = steps.model.reduce(0, +) / steps.truth.reduce(0, +) - 1
        #expect(abs(bias + 0.37) < 0.02)
        let trials = try (UInt64(0)..<100).map { seed in
            try steps.estimate(steps.measured(seed: seed), count: count, seed: seed)
        }
        let errors = trials.map(\.error).sorted()
        let bounds = [32: (0.02, 0.06), 64: (0.015, 0.041)]
        let (median, p95) = try #require(bounds[count])
        #expect(errors[50] <= median)
        #expect(errors[95] <= p95)
        #expect(Double(trials.count { $0.holds }) / 100 >= 0.92)
    }

    @Test func strataAreDisjointCoverAllAndTakeTheSameStepsAgain() throws {
        let steps = KnownSteps(seed: 3)
        let selection = StepSelection(
            of: steps.features, times: steps.model, count: 64, strata: 12, seed: 1, name: "chat/mixed")
        #expect(selection.strata.strata.count == 12)
        for step in steps.features {
            #expect(selection.strata.strata.count { $0.contains(step) } == 1)
        }
        // Sizes that no step of the run had fall somewhere, too.
        for size in [0, 1, 1 << 40] as [Int64] {
            for hasPrefill in [false, true] {
                let strange = StepFeatures(hasPrefill: hasPrefill, batch: size, tokens: size, keyValueTokens: size)
                #expect(selection.strata.index(of: strange) != nil)
            }
        }
        #expect(selection.chosen.count == 64)
        #expect(Set(selection.chosen.map(\.step)).count == 64)
        for stratum in 0..<12 { #expect(selection.chosen.count { $0.stratum == stratum } >= 4) }
        for item in selection.chosen {
            #expect(selection.strata.index(of: steps.features[item.step]) == item.stratum)
        }
        func again(_ seed: UInt64, _ name: String) -> StepSelection {
            StepSelection(of: steps.features, times: steps.model, count: 64, strata: 12, seed: seed, name: name)
        }
        #expect(again(1, "chat/mixed") == selection)
        #expect(again(2, "chat/mixed") != selection)
        #expect(again(1, "chat/other") != selection)
    }

    @Test func fewStepsAreAllTaken() {
        let features = (1...5).map { StepFeatures(hasPrefill: false, batch: Int64($0), tokens: 1, keyValueTokens: 9) }
        let selection = StepSelection(
            of: features, times: Array(repeating: 1, count: 5), count: 64, strata: 12, seed: 1, name: "")
        #expect(selection.chosen.map(\.step) == [0, 1, 2, 3, 4])
        let none = StepSelection(of: [], times: [], count: 64, strata: 12, seed: 1, name: "")
        #expect(none.chosen.isEmpty && none.strata.strata.isEmpty)
        #expect(StepSelection.allocation(of: 3, sizes: [9, 9, 9, 9], weights: [1, 1, 1, 1]).allSatisfy { $0 <= 1 })
        #expect(StepSelection.allocation(of: 20, sizes: [5, 100], weights: [100, 1]) == [5, 15])
    }

    /// A model that is right but for a factor leaves the floor alone.
    @Test func aFactorIsFoundExactly() throws {
        let samples = (1...32).map {
            RatioEstimate.Sample(stratum: $0 % 2, model: Double($0), measured: 1.5 * Double($0))
        }
        let estimate = try #require(RatioEstimate(samples, sizes: [100, 100]))
        #expect(abs(estimate.ratio - 1.5) < 1e-12)
        let least = 1.5 * RatioEstimate.floor(samples: 32)
        #expect(abs(estimate.interval.upperBound - 1.5 - least) < 1e-9)
        #expect(abs(1.5 - estimate.interval.lowerBound - least) < 1e-9)
        #expect(RatioEstimate([], sizes: []) == nil)
    }

    /// One straggler is cut down, two count.
    @Test func oneStragglerDoesNotDecide() throws {
        func ratio(stragglers: Int) throws -> Double {
            let samples = (0..<40).map {
                RatioEstimate.Sample(stratum: 0, model: 1, measured: $0 < stragglers ? 4 : 1)
            }
            return try #require(RatioEstimate(samples, sizes: [4000])).ratio
        }
        #expect(try ratio(stragglers: 1) == 1)
        #expect(abs(try ratio(stragglers: 2) - 1.15) < 1e-12)
    }
}
