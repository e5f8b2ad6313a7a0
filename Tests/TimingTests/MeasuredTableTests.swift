import EventEngine
import Foundation
import Hardware
import JSONText
import ModelGraph
import Testing

@testable import Timing

/// Measured kernels refine the formulas inside what was measured, and nowhere else.
@Suite struct MeasuredTableTests {
    private static let operators = try? makeOperators("llama-3.1-8b")
    private static let sizes = [1, 8, 64, 512]

    /// Every operator of the model measured as `factor` times the formula.
    private static func table(
        factor: Double, _ operators: StepOperators, _ timer: OperatorTimer
    ) -> MeasuredTable {
        let names = ["qkv_proj", "o_proj", "gate_up_proj", "down_proj", "norm", "activation", "rotary_and_cache",
                     "embedding", "lm_head", "sampling", "final_norm"]
        let kernels = names.map { name in
            MeasuredTable.Kernel(name: name, points: sizes.compactMap { size in
                (operators.linear(tokens: size) + operators.head(rows: size)).first { $0.name == name }
                    .map { (size: size, nanoseconds: factor * timer.nanoseconds(of: $0)) }
            })
        }
        var attention: [MeasuredTable.Attention] = []
        for chunk in [0, 16, 512] { for prior in chunk > 0 ? [0, 1024] : [0] { for sequences in [0, 1, 64] {
            for context in sequences > 0 ? [16, 4096] : [0] where chunk + sequences > 0 {
                let keys = Int64(sequences * context)
                let list = operators.prefillAttention(
                    chunk > 0 ? [PrefillChunk(tokens: chunk, priorContext: prior)] : [])
                    + operators.decodeAttention(sequences: sequences, contextTokens: keys, windowTokens: keys)
                attention.append(MeasuredTable.Attention(
                    chunkTokens: chunk, priorContext: prior, sequences: sequences, context: context,
                    nanoseconds: factor * list.reduce(0) { $0 + timer.nanoseconds(of: $1) }))
            }
        } } }
        return MeasuredTable(source: "test", hash: 0, kernels: kernels, attention: attention)
    }

    private func model(factor: Double) throws -> (plain: StepCostModel, refined: StepCostModel) {
        let operators = try #require(Self.operators), device = try DeviceDescriptor.named("a100")
        let timer = try makeTimer(device)
        var host = try ProfileRegistry.profile(for: "a100").host
        host.stepNanoseconds.value = 0
        host.replayNanoseconds.value = 0
        func cost(_ measured: MeasuredRatios?) -> StepCostModel {
            StepCostModel(
                operators: operators, timer: timer, host: host, execution: .graphFull, maximumTokens: 2048,
                maximumSequences: 256, measured: measured)
        }
        let ratios = try MeasuredRatios(
            Self.table(factor: factor, operators, timer), operators: operators, timer: timer)
        return (cost(nil), cost(ratios))
    }

    private static let inside: [StepShape] = [
        decodeStep(sequences: 32, context: 1000), promptStep(tokens: 500),
        StepShape(chunks: [PrefillChunk(tokens: 200, priorContext: 512)], decodeSequences: 40,
                  decodeContextTokens: 40 * 700, logitRows: 41),
        StepShape(chunks: [PrefillChunk(tokens: 100, priorContext: 0), PrefillChunk(tokens: 300, priorContext: 600)],
                  decodeSequences: 3, decodeContextTokens: 3 * 100, logitRows: 4),
    ]

    @Test(arguments: inside)
    func insideTheTableItsFactorHolds(_ shape: StepShape) throws {
        var (plain, refined) = try model(factor: 1.5)
        let ratio = Double(refined.duration(of: shape)) / Double(plain.duration(of: shape))
        #expect(abs(ratio - 1.5) < 0.002, "\(ratio)")
    }

    @Test func outsideTheTableTheFormulaHolds() throws {
        var (plain, refined) = try model(factor: 1.5)
        // More tokens than measured, a chunk smaller than measured behind more context, longer contexts.
        let far = StepShape(
            chunks: [PrefillChunk(tokens: 1500, priorContext: 5000)], decodeSequences: 600,
            decodeContextTokens: 600 * 9000, logitRows: 601)
        #expect(plain.duration(of: far) == refined.duration(of: far))
        // Attention alone lies outside: linear operators keep the factor.
        let long = decodeStep(sequences: 32, context: 9000), short = decodeStep(sequences: 32, context: 4000)
        let attention = try #require(Self.operators).decodeAttention(
            sequences: 32, contextTokens: 32 * 9000, windowTokens: 32 * 9000)
        let timer = try makeTimer("a100")
        let linear = plain.duration(of: long) - timer.duration(of: attention)
        let expected = 1.5 * Double(linear) + Double(timer.duration(of: attention))
        #expect(abs(Double(refined.duration(of: long)) / expected - 1) < 0.001)
        #expect(Double(refined.duration(of: short)) > 1.49 * Double(plain.duration(of: short)))
    }

    /// No table makes a device faster than it can be.
    @Test(arguments: inside)
    func noTableGoesBelowTheFloor(_ shape: StepShape) throws {
        var (_, refined) = try model(factor: 0.001)
        let timer = try makeTimer("a100")
        let padded = StepShape(
            chunks: shape.chunks, decodeSequences: shape.decodeSequences,
            decodeContextTokens: shape.decodeContextTokens, logitRows: shape.logitRows)
        let list = try #require(Self.operators).step(padded)
        let floor = list.reduce(0.0) { sum, operation in
            operation.operatorClass == .prefillAttention || operation.operatorClass == .decodeAttention
                ? sum : sum + timer.floorNanoseconds(of: operation) * Double(operation.repetitions)
        }
        #expect(Double(refined.duration(of: shape)) >= floor * 0.9999)
    }

    /// A table that is slower throughout makes the steps slower by as much.
    @Test(arguments: inside)
    func aScaledTableScalesTheStep(_ shape: StepShape) throws {
        let operators = try #require(Self.operators), timer = try makeTimer("a100")
        var host = try ProfileRegistry.profile(for: "a100").host
        host.stepNanoseconds.value = 0
        host.replayNanoseconds.value = 0
        let table = Self.table(factor: 2, operators, timer)
        let times = try [1.0, 1.25].map { factor in
            var cost = StepCostModel(
                operators: operators, timer: timer, host: host, execution: .graphFull, maximumTokens: 2048,
                maximumSequences: 256,
                measured: try MeasuredRatios(table.scaled(by: factor), operators: operators, timer: timer))
            return Double(cost.duration(of: shape))
        }
        #expect(abs(times[1] / times[0] - 1.25) < 0.002)
    }

    @Test func aTableOfAnotherModelIsRefused() throws {
        let operators = try makeOperators("deepseek-v3"), timer = try makeTimer("h100")
        let llama = try #require(Self.operators)
        #expect(throws: MeasuredTableMismatch.self) {
            try MeasuredRatios(Self.table(factor: 1, llama, timer), operators: operators, timer: timer)
        }
    }

    @Test func filesAreReadAndMistakesNamed() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        try write("dense.csv", "layer,tokens,time_us\r\nqkv_proj,1,2.5\r\nqkv_proj,2,3\r\nact_fn,1,1\r\n")
        try write("per_sequence.csv", "layer,sequences,time_us\nlm_head,1,700\n")
        try write("attention.csv", "prefill_chunk,kv_prefill,n_decode,kv_decode,time_us\n0,0,1,16,9.5\n")
        let table = try MeasuredTable(folder: folder)
        #expect(table.count == 5)
        #expect(table.kernels.map(\.name) == ["qkv_proj", "activation", "lm_head"])
        #expect(table.kernels[0].points.map(\.nanoseconds) == [2500, 3000])
        #expect(table.attention[0].nanoseconds == 9500)

        func problem(_ name: String, _ text: String) throws -> String {
            try write(name, text)
            let error = #expect(throws: FileProblem.self) { try MeasuredTable(folder: folder) }
            return "\(error?.description ?? "")"
        }
        #expect(
            try problem("dense.csv", "layer,tokens,time_us\nwarp,1,2\n").contains("dense.csv:2: unknown layer warp"))
        #expect(try problem("dense.csv", "layer,token,time_us\nact_fn,1,2\n").contains("did you mean token?"))
        #expect(try problem("dense.csv", "layer,tokens,time_us\nact_fn,1,-2\n").contains("microseconds above 0"))
        #expect(try problem("dense.csv", "layer,tokens,time_us\n").contains("holds no measurements"))
    }
}
