import EventEngine
import Hardware
import JSONText
import ReinforcementLearning
import Scheduling
import Serving

/// A workload that a job starts: checked and bound to devices of a cluster that is empty. When its job has devices,
/// they take the places of these.
struct WorkloadTemplate: Sendable {
    var reference: WorkloadReference
    /// Its gang. Parts with the largest units come first, since they are the hardest to place.
    var gang: JobWorkload
    /// The devices that it is bound to, in the order of the gang.
    var devices: [DeviceID]

    /// Takes over what a binder has placed.
    /// - Parameter pieces: devices in rank order, by what must lie together.
    init(_ reference: WorkloadReference, pieces: [(devices: [DeviceID], unit: Int)], _ layout: ClusterLayout) {
        self.reference = reference
        // A sort that keeps the order of equal ones.
        let ordered = pieces.enumerated().sorted { (-$0.element.unit, $0.offset) < (-$1.element.unit, $1.offset) }
            .map(\.element).filter { !$0.devices.isEmpty }
        devices = ordered.flatMap(\.devices)
        gang = JobWorkload(
            name: reference.name,
            parts: ordered.map { piece in
                GangPart(
                    group: layout.group(of: layout.node(of: piece.devices[0])), devices: Int32(piece.devices.count),
                    unit: Int32(piece.unit))
            })
    }

    /// Where each device of the template is on a lease.
    func relocation(to leased: [DeviceID]) -> DeviceRelocation {
        DeviceRelocation(Dictionary(uniqueKeysWithValues: zip(devices, leased)))
    }
}

/// Devices that take the places of others. Only looked up, never walked.
struct DeviceRelocation: Sendable {
    private let places: [DeviceID: DeviceID]

    init(_ places: [DeviceID: DeviceID]) { self.places = places }

    /// The device in the place of another.
    func callAsFunction(_ device: DeviceID) -> DeviceID { places[device] ?? device }

    func callAsFunction(_ devices: [DeviceID]) -> [DeviceID] { devices.map { self($0) } }

    func callAsFunction(_ groups: [[DeviceID]]) -> [[DeviceID]] { groups.map { self($0) } }
}

extension ServingPlan {
    /// Devices of all replicas, pool by pool.
    var replicas: [[DeviceID]] { configuration.pools.flatMap(\.replicas) }

    /// Each pool, of which a replica lies on one node.
    var pieces: [(devices: [DeviceID], unit: Int)] {
        configuration.pools.map { ($0.replicas.flatMap { $0 }, $0.replicas.first?.count ?? 1) }
    }
}

extension TrainingPlan {
    /// All devices, of which a tensor-parallel group lies on one node.
    var pieces: [(devices: [DeviceID], unit: Int)] { [(devices, configuration.training.parallelism.tensor)] }
}

extension ReinforcementLearningPlan {
    /// Training devices and those that only generate; tensor-parallel groups of both kinds lie on one node.
    func pieces(devicesPerNode: Int) -> [(devices: [DeviceID], unit: Int)] {
        let placement = configuration.placement
        let own = placement.mode == .cocard ? [] : Array(placement.replicas.dropLast(placement.lentReplicas))
        let tensor = min(training?.parallelism.tensor ?? 1, devicesPerNode)
        let generates = placement.mode == .separated ? 1 : placement.replicas.last?.count ?? 1
        let count = placement.trainDevices.count
        let unit = [max(tensor, generates), generates, tensor].first { count.isMultiple(of: $0) } ?? 1
        return [(placement.trainDevices, unit), (own.flatMap { $0 }, own.first?.count ?? 1)]
    }
}

extension ReinforcementLearningConfiguration {
    /// The same workload on other devices.
    func relocated(_ relocation: DeviceRelocation) -> ReinforcementLearningConfiguration {
        var moved = self
        moved.placement.trainDevices = relocation(placement.trainDevices)
        moved.placement.replicas = relocation(placement.replicas)
        for pool in moved.serving.pools.indices {
            moved.serving.pools[pool].replicas = relocation(serving.pools[pool].replicas)
        }
        moved.reshard = reshard?.relocated(relocation)
        moved.lentReshard = lentReshard?.relocated(relocation)
        return moved
    }
}

extension ReshardPlan {
    fileprivate func relocated(_ relocation: DeviceRelocation) -> ReshardPlan {
        var moved = self
        for round in moved.rounds.indices {
            moved.rounds[round].sources = relocation(rounds[round].sources)
            moved.rounds[round].destinations = relocation(rounds[round].destinations)
        }
        if let swap { moved.swap?.devices = relocation(swap.devices) }
        return moved
    }
}
