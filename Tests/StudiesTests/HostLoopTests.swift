import HostServing
import JSONText
import ModelGraph
import Testing
import TraceFormats

@testable import Studies

/// The closed loop from end to end at a size that says nothing of speed: everything is there and fits together.
@Suite struct HostLoopTests {
    private static var plan: HostPlan {
        HostPlan(
            matrices: [(48, 32), (32, 96)], rows: [1, 4, 64, 72],
            heads: [.hostHeads(query: 4, keyValue: 2, size: 16)], decodes: [(1, 20), (3, 40)],
            prefills: [(8, 0), (20, 16)],
            poolNumbers: 1 << 18, model: model, batches: [1, 2], prompts: [5, 16], repetitions: 3)
    }

    private static let model = ModelDescriptor(
        name: "tiny", hiddenSize: 32, queryHeads: 4, keyValueHeads: 2, headSize: 16, intermediateSize: 48,
        vocabulary: 64,
        maximumContext: 512, weightType: .fp32, embeddingType: .fp32, keyValueType: .fp32,
        groups: [LayerGroup(attention: .full, feedForward: .dense, count: 1)],
        source: ModelSource(provenance: .assumed, text: "made for a test"))

    private static let served: JSONValue = [
        "name": "tiny-served", "hidden_size": 48, "query_heads": 4, "key_value_heads": 2, "head_size": 16,
        "intermediate_size": 64, "vocabulary": 80, "maximum_context": 1024, "weight_type": "fp32",
        "embedding_type": "fp32", "key_value_type": "fp32",
        "layer_groups": [["attention": "full", "feed_forward": "dense", "count": 1]],
        "provenance": "assumed", "source": "made for a test",
    ]

    private static func measured() throws -> HostMeasurements {
        try HostMeasurements(plan, timer: SteadyTimer(limit: .infinity, runs: 5, attempts: 1))
    }

    @Test func everyKindOfKernelAndStepIsMeasured() throws {
        let measured = try Self.measured()
        #expect(measured.kernels.map(\.kernel).filter { $0 == .gemm }.count == 8)
        #expect(measured.kernels.filter { $0.kernel == .decodeAttention }.count == 2)
        #expect(measured.kernels.filter { $0.kernel == .prefillAttention }.count == 2)
        #expect(measured.kernels.allSatisfy { $0.timing.median > 0 && $0.timing.seconds.count == 5 })
        // Batches of 1 and 2 that decode, prompts of 5 and 16.
        #expect(measured.steps.map { [$0.tokens, $0.logitRows] } == [[1, 1], [2, 2], [5, 1], [16, 1]])
        #expect(measured.steps.map(\.computedTokens) == [1, 2, 8, 16])
        #expect(
            measured.steps.allSatisfy { $0.elementwiseSeconds > 0 && $0.elementwiseSeconds < $0.timing.seconds.last! })
        #expect(try HostCalibration(measured).entries.map(\.kernel)
            == [.gemm, .prefillAttention, .decodeAttention, .elementwise])
    }

    @Test func theLoopCloses() throws {
        var options = HostValidation.Options()
        options.requests = 6
        options.model = Self.served
        options.timesKernels = true
        let validation = try HostValidation(device: HostCalibration(Self.measured()).file, options)
        #expect(validation.figures.map(\.metric) == HostValidation.metrics + ["steps"])
        #expect(validation.figures.allSatisfy { $0.predicted > 0 && $0.measured > 0 && $0.predicted.isFinite })
        #expect(validation.kernels.map(\.name) == [
            "gemm", "prefill_attention", "decode_attention", "elementwise", "between kernels", "steps",
        ])
        let lines = validation.table.split(separator: "\n")
        #expect(lines.count == 7)
        #expect(lines[0] == "arrival_s,first_token_s,last_token_s,input_tokens,output_tokens")
        #expect(validation.result.metrics().count == 10)
    }

    /// Requests of one's own are served as they come.
    @Test func aTraceOfOnesOwnIsServed() throws {
        var options = HostValidation.Options()
        options.model = Self.served
        var trace = RequestTrace()
        trace.arrivalNanoseconds = [0, 5_000_000_000]
        trace.inputTokens = [30, 200]
        trace.outputTokens = [3, 1]
        options.trace = trace
        let device = try HostCalibration(Self.measured()).file
        let run = try HostValidation(device: device, options).served
        #expect(run.requests.map(\.arrival) == [0, 5_000_000_000])
        #expect(run.answers.map(\.count) == [3, 1])
        trace.inputTokens = [30, 2000]
        options.trace = trace
        #expect(throws: (any Error).self) { try HostValidation(device: device, options) }
    }
}
