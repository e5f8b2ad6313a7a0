import EventEngine
import Hardware
import JSONText
import Metrics
import Scenario
import Serving

/// What sharing devices came to, for the results of both workloads; nothing where none are shared.
extension VariantRun {
    /// The shared replicas of a serving workload: what others left them.
    func sharing(servedBy index: Int) -> JSONValue? {
        guard let use = sharedUse(index) else { return nil }
        let plan = scenario.plans[index]
        let others = scenario.learning.indices.filter { learning in
            let theirs = Set(world.sharing.devices(learnedOnBy: learning))
            return world.sharing.devices(servedBy: index).contains { theirs.contains($0) }
        }
        return [
            "with": .array(others.map { .string(scenario.learning[$0].configuration.name) }),
            "devices": .array(names(world.sharing.devices(servedBy: index))),
            "core_shares": .object(JSONObject(plan.pools.filter { $0.lease.mode == .timeShared }.map {
                ($0.name, .real($0.lease.coreShare))
            })),
            "kv_blocks_per_replica": .init(use.blocks), "fewest_kv_blocks": .init(use.fewest),
            "kv_blocks_lost_mean": .real(use.lostMean), "kv_shrinks": .init(use.shrinks),
            "preemptions_for_memory": .init(use.preemptions), "slowed_share": .real(use.slowedShare),
            "definitions": .object(Self.servingDefinitions), "memory": .array(sharedMemory(servedBy: index)),
        ]
    }

    /// The shared devices of a reinforcement-learning workload.
    func sharing(learnedOnBy index: Int) -> JSONValue? {
        let devices = world.sharing.devices(learnedOnBy: index)
        guard !devices.isEmpty else { return nil }
        let others = scenario.plans.indices.filter { plan in
            world.sharing.devices(servedBy: plan).contains { devices.contains($0) }
        }
        let outcome = learning[index]
        return [
            "with": .array(others.map { .string(scenario.plans[$0].configuration.name) }),
            "devices": .array(names(devices)),
            "core_share": .real(scenario.learning[index].configuration.placement.coreShare),
            "passes_slowed_s": outcome.countedSteps > 0
                ? .real(outcome.slowedSeconds / Double(outcome.countedSteps)) : .null,
            "definitions": ["passes_slowed_s": "time per step that training passes took longer than alone"],
        ]
    }

    private static let servingDefinitions: JSONObject = [
        "fewest_kv_blocks": "the fewest KV blocks that a shared replica had at once",
        "kv_blocks_lost_mean": "KV blocks that a shared replica had less than alone, mean over replicas and time",
        "kv_shrinks": "times that KV of a replica was taken",
        "preemptions_for_memory": "requests computed again because their KV was taken; preemptions has them too",
        "slowed_share": "share of the computing time of shared replicas with a part of the cores",
    ]

    /// Summed over the shared replicas of a serving workload; nil without any.
    func sharedUse(
        _ index: Int
    ) -> (blocks: Int, fewest: Int, lostMean: Double, shrinks: Int, preemptions: Int, slowedShare: Double)? {
        let shared = world.sharing.sharedReplicas(servedBy: index)
        guard !shared.isEmpty, world.sharing.uses.indices.contains(index) else { return nil }
        let uses = shared.map { world.sharing.uses[index][$0.replica] }
        let blocks = shared.map(\.blocks).max() ?? 0
        let fewest = zip(shared, uses).map { $1.fewestBlocks ?? $0.blocks }.min() ?? blocks
        let time = seconds(world.now) * Double(shared.count)
        let busy = shared.reduce(Int64(0)) { $0 + world.serving[index].busyNanoseconds(of: $1.replica) }
        let slowed = uses.reduce(Int64(0)) { $0 + $1.slowedNanoseconds }
        return (
            blocks, fewest, time > 0 ? uses.reduce(0) { $0 + $1.lostBlockSeconds } / time : 0,
            uses.reduce(0) { $0 + $1.shrinks }, uses.reduce(0) { $0 + $1.preemptions },
            busy > 0 ? Double(slowed) / Double(busy) : 0
        )
    }

    /// Memory of shared devices by pool over time; devices with one history stand together.
    private func sharedMemory(servedBy index: Int) -> [JSONValue] {
        var groups: [(ledger: MemoryLedger, devices: [DeviceID])] = []
        for device in world.sharing.devices(servedBy: index) {
            let ledger = world.machine.cluster.memory.devices[device.index]
            if let known = groups.firstIndex(where: {
                $0.ledger.poolStates == ledger.poolStates && $0.ledger.timeline == ledger.timeline
            }) {
                groups[known].devices.append(device)
            } else {
                groups.append((ledger, [device]))
            }
        }
        return groups.map { group in
            var memory: JSONObject = ["devices": .array(names(group.devices))]
            memory["capacity_bytes"] = .integer(group.ledger.capacityBytes)
            for (key, value) in json(group.ledger).objectValue ?? [:] { memory[key] = value }
            return .object(memory)
        }
    }

    private func names(_ devices: [DeviceID]) -> [JSONValue] {
        devices.map { .string(world.machine.cluster.layout.name(of: $0)) }
    }

    /// All memory of shared devices is given back when all is done.
    func sharingChecks(servedBy index: Int) -> [ConservationCheck] {
        world.sharing.devices(servedBy: index).isEmpty ? [] : sharingChecks
    }

    var sharingChecks: [ConservationCheck] {
        world.sharing.heldBytes.map { [ConservationCheck(name: "shared_memory_held", expected: 0, found: $0)] } ?? []
    }
}
