import EventEngine
import Hardware
import ModelGraph
import Testing
import Training

@testable import ReinforcementLearning

/// Weights on their way from training to rollout.
@Suite struct ReshardPlanTests {
    private static let weights: Int64 = 65_536_000_000

    private func machine(_ nodes: Int, type: String = "atlas-800t-a3") throws -> Machine {
        var specification = ClusterSpecification(
            nodeGroups: [NodeGroup(name: "n", node: try NodeType.named(type).resolved(), count: nodes)])
        specification.transferSetupNanoseconds = 0
        return try Machine(specification)
    }

    private func layout(
        devices: Int, tensor: Int, pipeline: Int, replica: Int, rollout: Range<Int>? = nil
    ) throws -> WeightLayout {
        try WeightLayout(
            training: TrainingParallelism(devices: devices, tensor: tensor, pipeline: pipeline),
            trainingDevices: (0..<devices).map { DeviceID($0) }, rolloutTensor: replica,
            rolloutDevices: (rollout ?? 0..<devices).map { DeviceID($0) }, weightBytes: Self.weights)
    }

    /// Runs the rounds one after the other over the cluster's links.
    private func duration(_ plan: ReshardPlan, on machine: Machine) throws -> Nanoseconds {
        var network = machine.network
        var now: Nanoseconds = 0
        for round in plan.rounds {
            let path = try round.path(on: machine.cluster)
            now += path.latencyNanoseconds
            network.start(bytesPerLane: round.bytesPerLane, path: path.links, token: 0, owner: 0, at: now)
            let next = network.nextCompletion
            now = try #require(next)
            network.completions(at: now) { _, _ in }
        }
        return now
    }

    /// Every shared device of PP4 gets the three quarters of its shard that it lacks, and no more.
    @Test func sharedCardsMoveTheMinimum() throws {
        let layout = try layout(devices: 32, tensor: 4, pipeline: 4, replica: 4)
        let plan = try ReshardPlan(.allGatherSwap, layout: layout)
        #expect(abs(Double(plan.receivedBytes) / 1e9 - 12.29) < 0.01)
        #expect(plan.rounds.count == 4)
        #expect(plan.totalBytes == plan.receivedBytes * 32)
        #expect(plan.redundantBytes == layout.trainingShardBytes)
        let swap = try #require(plan.swap)
        #expect(abs(Double(swap.bytesPerDevice) / 1e9 - 4.1) < 0.01)
        #expect(plan.peakBytes == layout.trainingShardBytes + layout.rolloutShardBytes + 512 << 20)
        let direct = try ReshardPlan(.shardToShard, layout: layout)
        #expect(direct.totalBytes == plan.totalBytes)
        #expect(direct.peakBytes < plan.peakBytes)
    }

    /// TP8 to TP4 leaves the training shard of 8.19 GB, which the swap gives back to keys and values.
    @Test func redundantMemoryOfASmallerTensorParallelism() throws {
        let layout = try layout(devices: 8, tensor: 8, pipeline: 1, replica: 4)
        let plan = try ReshardPlan(.allGatherSwap, layout: layout)
        #expect(abs(Double(plan.redundantBytes) / 1e9 - 8.19) < 0.01)
        #expect(plan.swap?.bytesPerDevice == plan.redundantBytes)
        #expect(plan.rounds.map(\.label) == ["gather"])
        #expect(plan.totalBytes == 8 * layout.trainingShardBytes)
    }

    /// Time of each method over switch ports of 196 GB/s: the bytes of the busiest port over its rate.
    @Test func durationsAreClosedForms() throws {
        let machine = try machine(4, type: "hgx-h20")
        let port = 450e9
        let node = machine.cluster.layout.groups[0].node
        guard case .switched(let rate) = node.scaleUp else { Issue.record("not a switch"); return }
        #expect(rate.value == port)
        // Within one node: TP4 PP2 to TP4, each stage's half shard to one other device.
        let inside = try layout(devices: 8, tensor: 4, pipeline: 2, replica: 4)
        let stages = try duration(try ReshardPlan(.allGatherSwap, layout: inside), on: machine)
        let half = Double(Self.weights) / 8 / port * 1e9
        #expect(abs(Double(stages) / (2 * half) - 1) < 0.001)
        // Both directions at once where pieces go straight.
        let straight = try duration(try ReshardPlan(.shardToShard, layout: inside), on: machine)
        #expect(abs(Double(straight) / half - 1) < 0.001)
    }

    /// Between nodes the NICs rule: a broadcast moves all bytes through each, shards only their part.
    @Test func separateCardsOverTheNetwork() throws {
        let machine = try machine(4, type: "hgx-h20")
        let network = machine.cluster.layout.groups[0].node.networkBytesPerSecond.value * 0.85
        let layout = try layout(devices: 16, tensor: 4, pipeline: 4, replica: 4, rollout: 16..<32)
        #expect(!layout.sharesDevices)
        let broadcast = try ReshardPlan(.fullBroadcast, layout: layout)
        let whole = Double(Self.weights) / network * 1e9
        let time = try duration(broadcast, on: machine)
        // The gather on one rank comes on top: what lies on the other node comes through its NIC.
        #expect(Double(time) > whole && Double(time) < 2.1 * whole)
        let stages = try duration(try ReshardPlan(.perStageBroadcast, layout: layout), on: machine)
        #expect(Double(stages) > whole * 0.2 && Double(stages) < Double(time))
        let shards = try ReshardPlan(.shardToShard, layout: layout)
        #expect(abs(Double(shards.receivedBytes) - Double(Self.weights) / 4) < 1)
        // 16 trainers, one copy, four replicas: each trainer sends its shard four times.
        let out = 4 * Double(layout.trainingShardBytes) / network * 1e9
        #expect(abs(Double(try duration(shards, on: machine)) / out - 1) < 0.01)
        #expect(broadcast.redundantBytes == 0 && shards.peakBytes == layout.rolloutShardBytes)
    }

    /// Whatever the layouts, every rollout device gets its whole shard, from devices that hold it.
    @Test func everyDeviceGetsItsShard() throws {
        for (tensor, pipeline, replica) in [(4, 4, 2), (4, 4, 8), (8, 1, 4), (2, 4, 8), (1, 1, 4), (4, 1, 4)] {
            let layout = try layout(devices: 16, tensor: tensor, pipeline: pipeline, replica: replica, rollout: 16..<32)
            let plan = try ReshardPlan(.shardToShard, layout: layout)
            var received = [Int64](repeating: 0, count: 32)
            for destination in plan.rounds[0].destinations {
                received[destination.index] += plan.rounds[0].bytesPerLane
            }
            for device in 16..<32 {
                #expect(abs(received[device] - layout.rolloutShardBytes) <= Int64(16))
            }
        }
    }

    /// Smaller buckets take more set-ups and less memory.
    @Test func buckets() throws {
        let layout = try layout(devices: 32, tensor: 4, pipeline: 4, replica: 4)
        let small = try ReshardPlan(.fullBroadcast, layout: layout, bucketBytes: 64 << 20)
        let large = try ReshardPlan(.fullBroadcast, layout: layout, bucketBytes: 1 << 30)
        #expect(small.peakBytes < large.peakBytes)
        #expect(small.rounds[1].buckets == 977 && large.rounds[1].buckets == 62)
    }

    /// Host copies go over each device's own link, pinned or not, and fill the hosts.
    @Test func hostCopies() throws {
        let machine = try machine(2)
        let devices = (0..<32).map { DeviceID($0) }
        for (isPinned, rate) in [(true, 20e9), (false, 1.7e9)] {
            let copy = HostCopy(devices: devices, direction: .toHost, bytesPerDevice: 4_096_000_000, isPinned: isPinned)
            let path = copy.path(on: machine.cluster)
            var network = machine.network
            network.start(bytesPerLane: copy.bytesPerDevice, path: path.links, token: 0, owner: 0, at: 0)
            let next = network.nextCompletion
            let time = try #require(next)
            #expect(abs(Double(time) / (4.096e9 / rate * 1e9) - 1) < 1e-6)
            #expect(copy.hostBytes(machine.cluster.layout).map(\.bytes) == [65_536_000_000, 65_536_000_000])
        }
    }

    /// Layouts and methods that cannot be say why.
    @Test func problems() throws {
        #expect(throws: ParallelismProblem.self) {
            try WeightLayout(
                training: TrainingParallelism(tensor: 4), trainingDevices: (0..<4).map { DeviceID($0) },
                rolloutTensor: 6, rolloutDevices: (4..<10).map { DeviceID($0) }, weightBytes: 1)
        }
        let layout = try layout(devices: 16, tensor: 4, pipeline: 4, replica: 4, rollout: 16..<32)
        #expect(throws: ReshardProblem.needsSharedCards(.allGatherSwap)) {
            try ReshardPlan(.allGatherSwap, layout: layout)
        }
    }
}
