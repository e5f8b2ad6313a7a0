import EventEngine
import Hardware
import ReinforcementLearning
import Scenario
import Scheduling

/// How busy devices were over time, from what the workloads of a world did.
///
/// Replicas of serving are busy in their steps, training devices in their phases of computation, devices of batch jobs
/// while a job has them, whatever it runs there. Of jobs whose devices are known by node alone, all of the node share
/// the use; elastic jobs have no place at all and are left out.
struct DeviceUse {
    private(set) var devices: BusyBins
    private(set) var nodes: BusyBins
    private let layout: ClusterLayout

    init(_ layout: ClusterLayout, width: Nanoseconds) {
        self.layout = layout
        devices = BusyBins(things: layout.deviceCount, width: width)
        nodes = BusyBins(things: layout.nodeCount, width: width)
    }

    /// Adds all workloads of a world that has run.
    mutating func add(_ scenario: CheckedScenario, _ world: World, _ replicas: ReplicaUse) {
        var replica = 0
        for (index, plan) in scenario.plans.enumerated() {
            let isSubmitted = scenario.isSubmitted(.serving, index)
            for held in plan.configuration.pools.flatMap(\.replicas) {
                for device in held where !isSubmitted { devices.add(device.index, like: replicas.busy, replica) }
                replica += 1
            }
        }
        for (index, engine) in world.learning.enumerated() where !scenario.isSubmitted(.rl, index) { add(engine) }
        for (index, (engine, plan)) in zip(world.training, scenario.training).enumerated()
        where !scenario.isSubmitted(.training, index) {
            for (length, end) in zip(engine.outcome.stepNanoseconds, engine.outcome.stepEnds) {
                for device in plan.devices { devices.add(device.index, from: end - length, to: end) }
            }
        }
        for engine in world.scheduling {
            for run in engine.segments {
                for share in engine.shares(of: run) {
                    let count = layout.devices(of: NodeID(Int(share.node))).count
                    nodes.add(
                        Int(share.node), from: run.start, to: run.end, weight: Double(share.devices) / Double(count))
                }
            }
        }
        for engine in world.dividing {
            for index in engine.records.indices {
                for run in engine.runs(of: index) where !run.devices.isEmpty {
                    let weight = run.deviceCount / Double(run.devices.count)
                    for device in run.devices {
                        devices.add(device.index, from: run.start, to: run.end, weight: weight)
                    }
                }
            }
        }
    }

    /// Training devices compute in the phases of the training side. What the generating ones did in a step is known as
    /// a sum: it is spread over the step, on shared cards over the phase of generation.
    private mutating func add(_ engine: ReinforcementLearningEngine) {
        let placement = engine.configuration.placement
        let computing: [StepPhase] = [.reference, .values, .oldLogProbabilities, .updateCritic, .updateActor]
        let generating = placement.replicas.flatMap { $0 }
        for record in engine.stepRecords {
            var time = record.start, generation = record.start..<record.end
            for phase in StepPhase.allCases {
                let end = time + record.time(of: phase)
                if computing.contains(phase) {
                    for device in placement.trainDevices { devices.add(device.index, from: time, to: end) }
                }
                if phase == .rollout, placement.mode == .cocard { generation = time..<end }
                time = end
            }
            let span = Double(generation.upperBound - generation.lowerBound) * Double(generating.count)
            guard span > 0 else { continue }
            let share = min(1, Double(record.use.busyDeviceNanoseconds) / span)
            for device in generating {
                devices.add(device.index, from: generation.lowerBound, to: generation.upperBound, weight: share)
            }
        }
    }
}

/// How many devices of each node were held over time.
struct HeldDevices {
    /// Devices that are held from an instant on, by node; those of services all the time.
    private var counts: [[(time: Nanoseconds, held: Double)]]

    init(_ scenario: CheckedScenario, _ world: World) {
        let layout = world.machine.cluster.layout
        var changes: [[(time: Nanoseconds, change: Double)]] = Array(repeating: [], count: layout.nodeCount)
        func hold(_ devices: [DeviceID], _ each: Double = 1, _ start: Nanoseconds = 0, _ end: Nanoseconds = .max) {
            for device in devices {
                changes[layout.node(of: device).index] += [(start, each), (end, -each)]
            }
        }
        // Devices may be shared, between workloads and between the two sides of one. What a job starts is on the job's.
        var services: Set<DeviceID> = []
        for (index, plan) in scenario.plans.enumerated() where !scenario.isSubmitted(.serving, index) {
            services.formUnion(plan.configuration.pools.flatMap { $0.replicas.flatMap { $0 } })
        }
        for (index, engine) in world.learning.enumerated() where !scenario.isSubmitted(.rl, index) {
            let placement = engine.configuration.placement
            services.formUnion(placement.trainDevices + placement.replicas.flatMap { $0 })
        }
        for (index, plan) in scenario.training.enumerated() where !scenario.isSubmitted(.training, index) {
            services.formUnion(plan.devices)
        }
        hold(services.sorted())
        for engine in world.scheduling {
            for run in engine.segments {
                for share in engine.shares(of: run) {
                    changes[Int(share.node)] += [(run.start, Double(share.devices)), (run.end, -Double(share.devices))]
                }
            }
        }
        for engine in world.dividing {
            for index in engine.records.indices {
                for run in engine.runs(of: index) where !run.devices.isEmpty {
                    hold(run.devices, run.deviceCount / Double(run.devices.count), run.start, run.end)
                }
            }
        }
        counts = changes.map { list in
            var held = 0.0
            return list.sorted { ($0.time, $0.change) < ($1.time, $1.change) }.map { entry in
                held += entry.change
                return (entry.time, held)
            }
        }
    }

    /// Devices of a node that are held at an instant.
    func count(node: Int, at time: Nanoseconds) -> Double {
        let list = counts[node]
        var (low, high) = (0, list.count)
        while low < high {
            let middle = (low + high) / 2
            if list[middle].time <= time { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? list[low - 1].held : 0
    }
}
