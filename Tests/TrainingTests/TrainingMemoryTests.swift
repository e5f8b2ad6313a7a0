import ModelGraph
import Testing

@testable import Training

/// Bytes of a training state and of activations.
@Suite struct TrainingMemoryTests {
    static let qwen = try? ModelDescriptor.named("qwen2.5-32b")

    private func memory(
        devices: Int, _ sharding: StateSharding = .optimizer, precision: TrainingPrecision = TrainingPrecision()
    ) throws -> TrainingMemory {
        let layout = try TrainingParallelism(devices: devices, tensor: 4, pipeline: 4)
        return TrainingMemory(
            model: try #require(Self.qwen), parallelism: layout, sharding: sharding, precision: precision)
    }

    /// Qwen2.5-32B on 32 dies, TP4 PP4 DP2: 4.10, 8.19, 12.29 and together 24.58 GB.
    @Test func statesOf32BillionWeightsOn32Dies() throws {
        let memory = try memory(devices: 32)
        #expect(abs(Double(memory.parameterBytes) / 1e9 - 4.10) < 0.005)
        #expect(abs(Double(memory.gradientBytes) / 1e9 - 8.19) < 0.005)
        #expect(abs(Double(memory.optimizerBytes) / 1e9 - 12.29) < 0.005)
        #expect(abs(Double(memory.stateBytes) / 1e9 - 24.58) < 0.01)
        #expect(abs(Double(memory.stateBytes) / 0x1p30 - 22.89) < 0.01)
        #expect(memory.gatheredBytes == 0)
    }

    /// 18 bytes a parameter with fp32 gradients, 16 with bf16; each stage of sharding divides what it shards.
    @Test func shardingDividesWhatItShards() throws {
        let model = try #require(Self.qwen)
        let weights = Double(model.parameters.total) / 16
        let cases: [(StateSharding, Double)] = [(.none, 18), (.optimizer, 12), (.gradients, 10), (.parameters, 9)]
        for (sharding, bytes) in cases {
            let state = Double(try memory(devices: 32, sharding).stateBytes)
            #expect(abs(state / (weights * bytes) - 1) < 1e-6, "\(sharding)")
        }
        let small = try memory(devices: 32, .none, precision: TrainingPrecision(gradientBytes: 2))
        #expect(abs(Double(small.stateBytes) / (weights * 16) - 1) < 1e-6)
    }

    /// Fully sharded over 32 dies: 16 P / N = 16.4 GB, and one gathered layer of 0.98 GB.
    @Test func fullyShardedStateAndItsGatheredLayer() throws {
        let model = try #require(Self.qwen)
        let memory = TrainingMemory(
            model: model, parallelism: TrainingParallelism(data: 32), sharding: .parameters,
            precision: TrainingPrecision(gradientBytes: 2))
        #expect(abs(Double(memory.stateBytes) / 1e9 - 16.4) < 0.05)
        #expect(memory.gatheredBytes == model.embeddingParameters * 2)
    }

    /// Expert parallelism spreads experts over copies; nothing is held twice or lost.
    @Test func expertsAreHeldOnce() throws {
        let model = try ModelDescriptor.named("qwen3-30b-a3b")
        for expert in [1, 2, 8] {
            let layout = try TrainingParallelism(devices: 16, tensor: 2, expert: expert)
            let memory = TrainingMemory(model: model, parallelism: layout)
            let experts = Double(model.expertParameters), dense = Double(model.parameters.total) - experts
            let held = dense + experts / Double(expert)
            #expect(abs(Double(memory.parameterBytes) - held) <= 4)
            // The optimizer's states are held once over all 16 devices, whatever the layout.
            let share = Double(memory.optimizerBytes) * 16 / (12 * Double(model.parameters.total))
            #expect(abs(share - 1) < 1e-6)
        }
    }

    /// A frozen model is its weights.
    @Test func aReferenceModelHasNoStates() throws {
        let layout = try TrainingParallelism(devices: 32, tensor: 4, pipeline: 4)
        let memory = TrainingMemory(model: try #require(Self.qwen), parallelism: layout, frozen: true)
        #expect(memory.stateBytes == memory.parameterBytes)
    }

    /// Llama-3.1-8B by hand: width 4096, 32 heads of 128, 8 key-value heads, 14336 wide.
    @Test func activationsOfALayerByHand() throws {
        let model = try ModelDescriptor.named("llama-3.1-8b")
        let group = model.groups[0]
        // Norm inputs, queries, keys and values, attention output, sums of 32 heads, gate and up.
        let selective: Double = [8192, 4096, 2048, 4096, 64, 28672].reduce(0, +)
        #expect(ActivationMemory.values(of: group, in: model, .selective) == selective)
        #expect(ActivationMemory.values(of: group, in: model, .none) == selective + 2 * 4096 + 14336)
        #expect(ActivationMemory.values(of: group, in: model, .full) == 4096)
        let memory = ActivationMemory(
            model: model, parallelism: TrainingParallelism(tensor: 2, pipeline: 4), recompute: .selective)
        #expect(memory.bytesPerToken == 2 * selective * 32 / 2 / 4)
        #expect(memory.logitBytesPerToken == 8 * 128_256 / 2)
    }

    /// More recomputation, more tensor parallelism and smaller micro-batches never take more memory.
    @Test func activationsShrinkWithEveryRemedy() throws {
        for name in ["llama-3.1-8b", "qwen2.5-32b", "qwen3-30b-a3b", "deepseek-v3"] {
            let model = try ModelDescriptor.named(name)
            for tensor in [1, 2, 4] {
                let layout = TrainingParallelism(tensor: tensor, pipeline: 2)
                let bytes = [Recomputation.none, .selective, .full].map {
                    ActivationMemory(model: model, parallelism: layout, recompute: $0)
                        .updateBytes(tokens: 4096, inFlight: 2)
                }
                #expect(bytes[0] >= bytes[1] && bytes[1] >= bytes[2])
                let memory = ActivationMemory(model: model, parallelism: layout, recompute: .selective)
                let half = memory.updateBytes(tokens: 2048, inFlight: 2)
                #expect(2 * half <= memory.updateBytes(tokens: 4096, inFlight: 2) + 2)
                let wider = ActivationMemory(
                    model: model, parallelism: TrainingParallelism(tensor: tensor * 2, pipeline: 2),
                    recompute: .selective)
                #expect(wider.bytesPerToken < memory.bytesPerToken)
            }
        }
    }

    /// A layout that does not divide its devices says what would.
    @Test func layoutsThatDoNotDivide() {
        #expect(throws: ParallelismProblem.devices(24, multipleOf: 16)) {
            try TrainingParallelism(devices: 24, tensor: 4, pipeline: 4)
        }
        #expect(throws: ParallelismProblem.expert(3, replicas: 8)) {
            try TrainingParallelism(devices: 16, tensor: 2, expert: 3)
        }
    }
}
