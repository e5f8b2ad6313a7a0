import EventEngine
import Hardware
import ModelGraph
import Testing

@testable import Timing

/// Surfaces of decode attention and experts change a step inside the range of their samples, and nothing outside it.
@Suite struct StepRefinementTests {
    /// Surfaces that say a constant share everywhere inside a box.
    private static func surface(_ low: [Double], _ high: [Double], _ logarithm: Double) -> ResidualSurface {
        // Two points far nearer than the length: the kernel is one between them.
        ResidualSurface(
            points: [low, high], lengths: low.map { _ in 1e5 }, weights: [logarithm / 2, logarithm / 2])
    }

    /// Grouped queries of 8B models at 64 to 8192 keys and 4 to 64 sequences.
    private static func attention(_ logarithm: Double = 0.2) throws -> ClassSurface {
        func point(_ context: Int64, _ sequences: Int) throws -> [Double] {
            try #require(ResidualSurface.coordinates(of: .decodeAttention(
                sequences: sequences, contextTokens: context * Int64(sequences),
                heads: AttentionHeads(query: 32, keyValue: 8, keySize: 128, valueSize: 128, storedPerToken: 2048))))
        }
        return ClassSurface(.decodeAttention, surface(try point(64, 4), try point(8192, 64), logarithm))
    }

    private static func cost(_ model: String, _ surfaces: [ClassSurface]) throws -> StepCostModel {
        let device = try DeviceDescriptor.named("h100")
        var profile = try ProfileRegistry.profile(for: "h100")
        profile.surfaces = surfaces
        let timer = OperatorTimer(device: device, scaleUpBytesPerSecond: scaleUp(device), profile: profile)
        return StepCostModel(
            operators: try makeOperators(model), timer: timer, host: profile.host, execution: .graphFull,
            maximumTokens: 8192, maximumSequences: 512)
    }

    private static func attentionTime(_ cost: StepCostModel, _ shape: StepShape) -> Double {
        Double(cost.breakdown(of: shape).parts.filter { $0.name == "attention" }.reduce(0) { $0 + $1.nanoseconds })
    }

    @Test func decodeAttentionFollowsItsSurface() throws {
        var plain = try Self.cost("llama-3.1-8b", []), refined = try Self.cost("llama-3.1-8b", [Self.attention()])
        let inside = decodeStep(sequences: 16, context: 1000)
        let ratio = Self.attentionTime(refined, inside) / Self.attentionTime(plain, inside)
        #expect(abs(ratio - PortableMath.exp(0.2)) < 1e-3)
        #expect(refined.duration(of: inside) > plain.duration(of: inside))
        #expect(refined.duration(of: inside) == refined.breakdown(of: inside).nanoseconds)
    }

    /// Contexts too short or too long, batches too small or too large, other heads, a cache of eight bits.
    @Test func outsideItsSamplesASurfaceChangesNothing() throws {
        var plain = try Self.cost("llama-3.1-8b", []), refined = try Self.cost("llama-3.1-8b", [Self.attention()])
        for (sequences, context) in [(16, 63), (16, 8193), (3, 1000), (65, 1000)] {
            let shape = decodeStep(sequences: sequences, context: context)
            #expect(refined.duration(of: shape) == plain.duration(of: shape), "\(sequences) of \(context)")
        }
        var random = RandomStream(seed: 4, name: "outside")
        for model in ["qwen3-0.6b", "deepseek-v3", "gpt-oss-20b"] {
            var plain = try Self.cost(model, []), refined = try Self.cost(model, [Self.attention()])
            for _ in 0..<10 {
                let shape = random.step(window: plain.window)
                #expect(refined.duration(of: shape) == plain.duration(of: shape), "\(model) \(shape)")
            }
        }
    }

    /// Between the places where a run tabulates the surface, it is nearly the surface.
    @Test func theTableIsTheSurface() throws {
        var random = RandomStream(seed: 5, name: "surface")
        let low = [PortableMath.log(64.0), PortableMath.log(8.0), 0, PortableMath.log(8.0), PortableMath.log(128.0)]
        let high = [
            PortableMath.log(8192.0), PortableMath.log(4096.0), 3, PortableMath.log(8.0), PortableMath.log(128.0),
        ]
        let points = [low, high] + (0..<60).map { _ in
            zip(low, high).map { $0 + random.uniform() * ($1 - $0) }
        }
        let surface = ResidualSurface(
            points: points, lengths: [2, 3, 3, 1, 1], weights: points.map { _ in 0.4 * (random.uniform() - 0.5) })
        let cost = try Self.cost("llama-3.1-8b", [ClassSurface(.decodeAttention, surface)])
        for sequences in [1, 7, 200] {
            let curve = try #require(cost.refinement.attentionRatios(sequences: sequences))
            for context in stride(from: 70.0, to: 8000, by: 331) {
                let exact = surface.factor(at: [
                    PortableMath.log(context), PortableMath.log(Double(8 * sequences)), PortableMath.log(4.0), low[3],
                    low[4],
                ])
                #expect(abs((curve.value(at: context) ?? 0) / exact - 1) < 0.004)
            }
        }
    }

    @Test func expertsFollowTheirSurface() throws {
        let operators = try makeOperators("qwen3-30b-a3b")
        let low = try #require(operators.expertNumbers(tokens: 8)),
            high = try #require(operators.expertNumbers(tokens: 512))
        let surface = ClassSurface(.groupedGemm, Self.surface(
            ResidualSurface.expertCoordinates(low), ResidualSurface.expertCoordinates(high), 0.3))
        var plain = try Self.cost("qwen3-30b-a3b", []), refined = try Self.cost("qwen3-30b-a3b", [surface])
        for tokens in [8, 100, 512] {
            let shape = promptStep(tokens: tokens)
            let padded = refined.execution.paddedTokens(tokens)
            guard padded <= 512 else { continue }
            #expect(refined.duration(of: shape) == refined.breakdown(of: shape).nanoseconds)
            for (one, other) in zip(plain.breakdown(of: shape).parts, refined.breakdown(of: shape).parts) {
                let ratio = Double(other.nanoseconds) / Double(one.nanoseconds)
                #expect(abs(ratio - (one.name.hasPrefix("expert_") ? PortableMath.exp(0.3) : 1)) < 1e-2, "\(one.name)")
            }
        }
        for tokens in [1, 2000] {
            #expect(refined.duration(of: promptStep(tokens: tokens)) == plain.duration(of: promptStep(tokens: tokens)))
        }
        // Other experts, or none.
        for model in ["mixtral-8x7b", "llama-3.1-8b"] {
            var plain = try Self.cost(model, []), refined = try Self.cost(model, [surface])
            #expect(refined.duration(of: promptStep(tokens: 100)) == plain.duration(of: promptStep(tokens: 100)))
        }
    }

    /// A surface that promises too much stops at what the device can do.
    @Test func noStepIsBelowItsFloor() throws {
        let refined = try Self.cost("llama-3.1-8b", [Self.attention(-9)])
        let shape = decodeStep(sequences: 16, context: 1000)
        let operation = refined.operators.decodeAttention(sequences: 16, contextTokens: 16_000, windowTokens: 16_000)[0]
        let floor = refined.timer.floorNanoseconds(of: operation) * Double(operation.repetitions)
        #expect(abs(Self.attentionTime(refined, shape) / floor - 1) < 1e-3)
    }
}
