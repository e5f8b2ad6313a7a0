import EventEngine
import Hardware
import ModelGraph
import Testing

@testable import Timing

/// The tabulated step against the plain one, to the nanosecond.
@Suite struct StepCostModelTests {
    private static let devices = ["h20-96", "ascend-910b2", "a100"]

    @Test(arguments: Models.all, ExecutionMode.allCases)
    func theFastPathEqualsThePlainOne(model: String, execution: ExecutionMode) throws {
        var random = RandomStream(seed: 10, name: model + execution.rawValue)
        for name in Self.devices {
            let operators = try makeOperators(
                model, tensor: 1 << random.uniform(below: 4), keyValueType: random.cacheType())
            // Small tables, so that some steps lie beyond them.
            var cost = try makeCost(operators, on: .named(name), execution, maximumTokens: 2048)
            for _ in 0..<12 {
                let shape = random.step(window: operators.window)
                #expect(cost.duration(of: shape) == Self.plainDuration(of: shape, cost), "\(name) \(shape)")
                #expect(cost.duration(of: shape) == cost.breakdown(of: shape).nanoseconds, "\(name) \(shape)")
            }
        }
    }

    /// The definition: all operators, the linear ones at the padded size, beside the host.
    private static func plainDuration(of shape: StepShape, _ cost: StepCostModel) -> Int64 {
        let operators = cost.operators
        let padded = cost.execution.paddedTokens(shape.tokens)
        var list = operators.step(shape)
        list.replaceSubrange(..<operators.linear(tokens: shape.tokens).count, with: operators.linear(tokens: padded))
        let launch = cost.host.launchNanoseconds(cost.execution, tokens: shape.tokens, layers: operators.model.layers)
        return max(cost.timer.duration(of: list), launch)
            + cost.host.overheadNanoseconds(sequences: shape.logitRows, newTokens: shape.tokens)
    }

    @Test(arguments: Models.all)
    func aCostFollowsGrowingContexts(model: String) throws {
        var random = RandomStream(seed: 11, name: model)
        for execution in ExecutionMode.allCases {
            let operators = try makeOperators(model, tensor: 2)
            var cost = try makeCost(operators, on: .named("h20-96"), execution)
            let window = operators.window
            let sequences = 1 + random.uniform(below: 256)
            let chunks = (0..<random.uniform(below: 3)).map { _ in random.chunk() }
            let step = cost.decodeCost(
                sequences: sequences, chunkTokens: chunks.reduce(0) { $0 + $1.tokens }, logitRows: sequences,
                prefillAttention: cost.prefillAttention(chunks))
            var contexts = (0..<sequences).map { _ in 1 + random.length() }
            for _ in 0..<20 {
                let all = contexts.reduce(0, +), windowed = contexts.reduce(0) { $0 + min($1, window ?? $1) }
                let squares = contexts.reduce(Int64(0)) { $0 + Int64($1 * $1) }
                let shape = StepShape(
                    chunks: chunks, decodeSequences: sequences, decodeContextTokens: Int64(all),
                    decodeWindowTokens: Int64(windowed), decodeSquaredContext: squares, logitRows: sequences)
                let time = step.duration(
                    contextTokens: Int64(all), windowTokens: Int64(windowed), squaredContext: Double(squares))
                #expect(time == cost.duration(of: shape))
                let growth = 1 + random.length()
                for index in contexts.indices { contexts[index] += growth }
            }
        }
    }

    @Test func theOrderOfQuestionsDoesNotMatter() throws {
        let operators = try makeOperators("deepseek-v3", tensor: 8)
        var random = RandomStream(seed: 12, name: "order")
        let shapes = (0..<30).map { _ in random.step(window: nil) }
        var cost = try makeCost(operators, on: .named("h800"))
        let forward = shapes.map { cost.duration(of: $0) }
        var other = try makeCost(operators, on: .named("h800"))
        #expect(shapes.reversed().map { other.duration(of: $0) } == forward.reversed())
    }

    /// A chunk's pace is that of its linear layers.
    @Test func prefillPace() throws {
        let operators = try makeOperators("llama-3.1-8b")
        var cost = try makeCost(operators, on: .named("h100"))
        let linear = cost.timer.duration(of: operators.linear(tokens: 1000))
        #expect(cost.prefillPace(tokens: 1000) == Double(linear) / 1000)
        #expect(cost.prefillPace(tokens: 0) == cost.prefillPace(tokens: 1))
    }

    @Test func theWindowIsThatOfTheModel() throws {
        #expect(try makeCost(makeOperators("gpt-oss-20b"), on: .named("h100")).window == 128)
        #expect(try makeCost(makeOperators("llama-4-scout"), on: .named("h100")).window == 8192)
        #expect(try makeCost(makeOperators("llama-3.1-8b"), on: .named("h100")).window == nil)
    }
}

extension RandomStream {
    fileprivate mutating func cacheType() -> DataType { [.bf16, .fp8, .int8][uniform(below: 3)] }
}
