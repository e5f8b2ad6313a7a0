import EventEngine
import Hardware
import ReinforcementLearning
import Serving

extension DeviceSharing {
    /// Serving takes its memory, before anything happens.
    mutating func start(_ machine: inout Machine) {
        guard !isEmpty else { return }
        residentPool = Array(repeating: -1, count: deviceCount)
        keyValuePool = residentPool
        for shared in replicas {
            for device in shared.devices {
                // The same history whether a timeline is recorded or not.
                machine.cluster.memory[device].keepTimeline(limit: Self.timelineLimit)
                let resident = machine.cluster.memory[device].addPool("\(shared.name)/weights")
                let keyValue = machine.cluster.memory[device].addPool("\(shared.name)/kv_cache")
                residentPool[device.index] = resident
                keyValuePool[device.index] = keyValue
                hold(shared.residentBytes, resident, device, at: 0, &machine)
                hold(Int64(shared.allBlocks) * shared.blockBytes, keyValue, device, at: 0, &machine)
                machine.cluster.memory[device].makeElastic(
                    pool: keyValue, floorBytes: Int64(shared.fewestBlocks) * shared.blockBytes)
            }
        }
    }

    /// Brings replicas and passes in line with what happened in this instant.
    func settle(
        _ serving: inout [ServingEngine], _ learning: inout [ReinforcementLearningEngine], at now: Nanoseconds,
        _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        for shared in replicas {
            let blocks = blocks(of: shared, machine)
            for device in shared.devices {
                hold(Int64(blocks) * shared.blockBytes, keyValuePool[device.index], device, at: now, &machine)
            }
            serving[shared.engine].resize(shared.replica, to: blocks, at: now, &queue, &machine)
        }
        shareCores(&serving, &learning, at: now, &queue, &machine)
    }

    /// Blocks for which there is room on all devices of a replica.
    private func blocks(of shared: SharedReplica, _ machine: borrowing Machine) -> Int {
        var blocks = shared.allBlocks
        for device in shared.devices {
            let held = machine.cluster.memory.devices[device.index].usedBytes(pool: keyValuePool[device.index])
            let room = machine.cluster.memory.devices[device.index].freeBytes + held
            blocks = min(blocks, Int(room / shared.blockBytes))
        }
        return blocks
    }

    /// Lets a pool hold so many bytes, no more and no less.
    private func hold(
        _ bytes: Int64, _ pool: Int, _ device: DeviceID, at now: Nanoseconds, _ machine: inout Machine
    ) {
        let more = bytes - machine.cluster.memory.devices[device.index].usedBytes(pool: pool)
        if more < 0 { machine.cluster.memory[device].release(-more, pool: pool, at: now) }
        guard more > 0 else { return }
        do {
            try machine.cluster.memory[device].reserve(more, pool: pool, at: now)
        } catch {
            preconditionFailure("serving takes no more than is free: \(error)")
        }
    }

    private func shareCores(
        _ serving: inout [ServingEngine], _ learning: inout [ReinforcementLearningEngine], at now: Nanoseconds,
        _ queue: inout EventQueue, _ machine: inout Machine
    ) {
        for shared in replicas {
            let isSlowed = shared.trains && learning[shared.learning].isTrainingPassUnderWay
                || shared.rolloutReplicas.contains { learning[shared.learning].isGenerating($0) }
            serving[shared.engine].setCoreShare(
                isSlowed ? shared.coreShare : 1, of: shared.replica, at: now, &queue, &machine)
        }
        for index in learning.indices {
            let isSlowed = replicas.contains {
                $0.learning == index && $0.trains && serving[$0.engine].isComputing($0.replica)
            }
            learning[index].setTrainingCoreShare(isSlowed ? learningShares[index] : 1, at: now, &queue)
        }
        for rollout in rollouts {
            let isSlowed = replicas.contains {
                $0.learning == rollout.learning && $0.rolloutReplicas.contains(rollout.replica)
                    && serving[$0.engine].isComputing($0.replica)
            }
            learning[rollout.learning].setRolloutCoreShare(
                isSlowed ? learningShares[rollout.learning] : 1, of: rollout.replica, at: now, &queue, &machine)
        }
    }

    /// Serving gives its memory back, at the end of everything.
    mutating func close(
        _ serving: [ServingEngine], isDone: Bool, at now: Nanoseconds, _ machine: inout Machine
    ) {
        uses = serving.map { $0.sharedUse(at: now) }
        for shared in replicas {
            for device in shared.devices {
                hold(0, keyValuePool[device.index], device, at: now, &machine)
                hold(0, residentPool[device.index], device, at: now, &machine)
            }
        }
        guard isDone else { return }
        heldBytes = devices.reduce(0) { $0 + machine.cluster.memory.devices[$1.index].usedBytes }
    }
}
