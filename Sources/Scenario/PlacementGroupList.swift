import Scheduling
import TraceFormats

/// The placement groups of a workload of jobs, as its jobs come to be.
struct PlacementGroupList {
    private(set) var groups: [PlacementGroup] = []
    /// Groups that gangs of a size were cut into.
    private var cuts: [Int32: Int32] = [:]
    /// The first of the groups of a trace.
    private var firstOfTrace: Int32 = -1

    /// Adds a group and returns its index.
    mutating func add(_ group: PlacementGroup) -> Int32 {
        groups.append(group)
        return Int32(groups.count - 1)
    }

    /// The group of a traced job: its own, else its gang cut as the workload says; -1: a plain gang.
    mutating func group(of index: Int, in trace: JobTrace, cut: BundleCut?) -> Int32 {
        if !trace.placementGroupIndices.isEmpty, trace.placementGroupIndices[index] >= 0 {
            if firstOfTrace < 0 {
                firstOfTrace = Int32(groups.count)
                groups += trace.placementGroups.map { bundles in
                    PlacementGroup(bundles.devices.map { Bundle(devices: $0) }, bundles.strategy)
                }
            }
            return firstOfTrace + trace.placementGroupIndices[index]
        }
        let devices = trace.devices[index]
        guard let cut, devices > 0 else { return -1 }
        if let known = cuts[devices] { return known }
        let group = add(
            PlacementGroup(devices: devices, bundleDevices: Int32(clamping: cut.devices), cut.strategy))
        cuts[devices] = group
        return group
    }
}

extension SubmissionSpecification {
    /// The jobs that a submission stands for, each with its name: one, or as many as it has free tasks.
    /// - Parameters:
    ///   - name: what the submission is called.
    ///   - mask: the node groups of a device type.
    func jobs(
        _ name: String, _ groups: inout PlacementGroupList, mask: (String) -> UInt64
    ) -> [(job: Job, name: String)] {
        var job = job
        if gang.bundles.isEmpty, let tasks = gang.tasks {
            return (0..<tasks.count).map { (job, "\(name)/task/\($0)") }
        }
        guard !gang.bundles.isEmpty else { return [(job, name)] }
        let bundles = gang.bundles.flatMap { bundle in
            Array(
                repeating: Bundle(
                    devices: Int32(bundle.devices), nodeGroups: bundle.deviceType.map(mask) ?? .max,
                    holdsActor: bundle.holdsActor), count: bundle.count)
        }
        let group = PlacementGroup(bundles, gang.strategy)
        if let tasks = gang.tasks { job.duration = tasks.makespan(in: group) ?? 0 }
        job.placementGroup = groups.add(group)
        return [(job, name)]
    }
}
