import ModelGraph
import Testing
import Training

@testable import ReinforcementLearning

/// Memory of shared cards: Qwen2.5-32B on dies of 60.96 GiB at a utilisation of 0.85, TP4 PP4.
@Suite struct RolloutMemoryTests {
    private static let die = Int64(60.96 * 0x1p30)

    /// Rollout beside a training state that stays (`isOffloaded` false) or is offloaded.
    private func rollout(devices: Int, replica: Int = 4, isOffloaded: Bool) throws -> RolloutMemory {
        let model = try ModelDescriptor.named("qwen2.5-32b")
        let layout = try TrainingParallelism(devices: devices, tensor: 4, pipeline: 4)
        let state = TrainingMemory(model: model, parallelism: layout).stateBytes
        return RolloutMemory(
            capacityBytes: Self.die, utilisation: 0.85, model: model, tensorParallel: replica,
            residentBytes: isOffloaded ? 0 : state, activationBytes: 2 << 30)
    }

    /// Memory of the inference engine with the state offloaded over that with it resident.
    @Test(arguments: [(16, 196.3), (32, 79.1), (64, 49.5), (128, 38.1)])
    func inferenceMemoryGained(devices: Int, percent: Double) throws {
        let gain = try rollout(devices: devices, isOffloaded: true)
            .gain(over: rollout(devices: devices, isOffloaded: false))
        #expect(abs(gain * 100 - percent) < 0.1)
    }

    /// On 32 dies, in GiB and tokens of a replica.
    @Test(arguments: [(2, -3.6, 19.3), (4, 11.7, 34.6), (8, 19.3, 42.2)])
    func keysAndValues(replica: Int, resident: Double, offloaded: Double) throws {
        let without = try rollout(devices: 32, replica: replica, isOffloaded: false)
        let with = try rollout(devices: 32, replica: replica, isOffloaded: true)
        #expect(abs(Double(without.keyValueBytes) / 0x1p30 - resident) < 0.05)
        #expect(abs(Double(with.keyValueBytes) / 0x1p30 - offloaded) < 0.05)
        #expect(without.fits == (resident > 0))
        #expect(with.fits)
    }

    /// Tokens that a replica's cache holds: 158k with two dies, 191k and 566k with four.
    @Test func tokensOfAReplica() throws {
        #expect(try rollout(devices: 32, replica: 2, isOffloaded: false).tokensPerReplica == 0)
        #expect(try rollout(devices: 32, replica: 2, isOffloaded: true).tokensPerReplica / 1000 == 158)
        let without = try rollout(devices: 32, isOffloaded: false).tokensPerReplica
        let with = try rollout(devices: 32, isOffloaded: true).tokensPerReplica
        #expect(without / 1000 == 191)
        #expect(with / 1000 == 566)
        #expect(abs(Double(with) / Double(without) - 2.96) < 0.005)
    }

    /// The gain falls as copies share the optimizer's states, and never below that of weights and gradients.
    @Test func theGainFallsWithTheCards() throws {
        var last = Double.infinity
        for devices in [16, 32, 64, 128, 256, 1024] {
            let gain = try rollout(devices: devices, isOffloaded: true)
                .gain(over: rollout(devices: devices, isOffloaded: false))
            #expect(gain < last && gain > 0.28)
            last = gain
        }
    }

    /// What an offload leaves behind and captured graphs cost exactly their bytes of cache.
    @Test func residueAndGraphsTakeFromTheCache() throws {
        let model = try ModelDescriptor.named("qwen2.5-32b")
        func bytes(graph: Int64, residue: Int64) -> Int64 {
            RolloutMemory(
                capacityBytes: Self.die, utilisation: 0.85, model: model, tensorParallel: 4, graphBytes: graph,
                residueBytes: residue).keyValueBytes
        }
        #expect(bytes(graph: 0, residue: 0) - bytes(graph: 3 << 30, residue: 2 << 30) == 5 << 30)
    }
}
