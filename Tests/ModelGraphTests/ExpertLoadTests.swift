import EventEngine
import Testing

@testable import ModelGraph

@Suite struct ExpertLoadTests {
    @Test func interpolatesRowsBetweenPoints() throws {
        let load = try #require(
            ExpertLoad([(tokens: 100, factor: 1.2), (tokens: 10, factor: 2), (tokens: 10, factor: 1)]))
        #expect(load.points.map(\.tokens) == [10, 100])
        #expect(load.factor(tokens: 1) == 1.5)
        #expect(load.factor(tokens: 10) == 1.5)
        // Rows of the busiest rank over the mean of one token: 15 at 10 tokens, 120 at 100, so 67.5 at 55.
        #expect(abs(load.factor(tokens: 55) - 67.5 / 55) < 1e-12)
        #expect(load.factor(tokens: 5000) == 1.2)
        #expect(ExpertLoad([]) == nil)
    }

    /// More tokens are never fewer rows, and no rank has less than the mean.
    @Test(arguments: UInt64(0)..<20)
    func rowsNeverFall(seed: UInt64) throws {
        var random = RandomStream(seed: seed, name: "expert load")
        let points = (0..<(1 + random.uniform(below: 12))).map { _ in
            (tokens: 1 + random.uniform(below: 300), factor: 0.9 + 3 * random.uniform())
        }
        let load = try #require(ExpertLoad(points))
        var before = 0.0
        for tokens in 1...400 {
            let factor = load.factor(tokens: tokens)
            #expect(factor >= 1)
            #expect(Double(tokens) * factor >= before - 1e-9)
            before = Double(tokens) * factor
        }
    }

    @Test func entersTheRowsOfSpreadExpertsAlone() throws {
        let model = try ModelDescriptor.named("qwen3-30b-a3b")
        for ranks in [1, 4] {
            var operators = StepOperators(model: model, parallelism: Parallelism(tensor: 4, expert: ranks))
            let before = operators.linear(tokens: 64)
            operators.expertLoad = ExpertLoad([(tokens: 64, factor: 1.5)])
            let after = operators.linear(tokens: 64)
            for (old, new) in zip(before, after) {
                guard case .groupedGemm(let rows, _, _, _) = old.shape, case .groupedGemm(let more, _, _, _) = new.shape
                else {
                    #expect(old == new || ranks > 1 && old.name == "expert_activation")
                    continue
                }
                #expect(more == (ranks > 1 ? 1.5 * rows : rows))
            }
        }
    }
}
