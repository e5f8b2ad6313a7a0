import Hardware
import JSONText
import Scheduling

/// Binds an autoscaler to the node groups of a cluster.
struct AutoscalingBinder {
    let specification: JobsSpecification
    let cluster: Cluster
    let diagnostics: JSONDiagnostics

    /// The autoscaler; nil where there is none, and after problems, which are reported.
    func bind() -> Autoscaling? {
        guard let scaling = specification.autoscaling else { return nil }
        if !specification.events.allSatisfy({ $0.action.cluster == nil }) {
            diagnostics.report(
                scaling.path, "nodes of virtual clusters do not come and go",
                remedy: "leave out autoscale, or the events of virtual clusters")
        }
        var types: [AutoscaledNodes] = []
        for group in scaling.nodes { if let type = bind(group, scaling) { types.append(type) } }
        var autoscaling = Autoscaling(nodeTypes: types.sorted { $0.group < $1.group })
        autoscaling.upscalingSpeed = scaling.upscalingSpeed
        autoscaling.maximumConcurrentLaunches = scaling.maximumConcurrentLaunches
        autoscaling.interval = scaling.interval
        return autoscaling
    }

    private func bind(_ group: AutoscaledGroup, _ scaling: AutoscalingSpecification) -> AutoscaledNodes? {
        let path = scaling.path.appending(key: "nodes").appending(key: group.name)
        guard let index = cluster.layout.group(named: group.name), specification.nodes.contains(group.name) else {
            diagnostics.report(
                path, isKey: true, "the workload schedules on no node group \(group.name)",
                remedy: Spelling.nearest(to: group.name, among: specification.nodes).map { "did you mean \"\($0)\"?" }
                    ?? "known are \(specification.nodes.joined(separator: ", "))")
            return nil
        }
        let count = cluster.layout.groups[index].count
        for (key, number) in [("min", group.minimum), ("max", group.maximum ?? count)] where number > count {
            diagnostics.report(
                path.appending(key: key), "\(group.name) has \(count) nodes",
                remedy: "raise cluster.nodes.\(group.name).count: it is the most that there may be")
        }
        let size = cluster.layout.groups[index].node.devicesPerNode
        if cluster.layout.nodes(ofGroup: index).contains(where: { cluster.freeDeviceCount(NodeID($0)) < size }) {
            diagnostics.report(
                path, isKey: true, "another workload holds devices of \(group.name), which cannot come and go",
                remedy: "give it a node group of its own")
        }
        return AutoscaledNodes(
            group: index, minimum: group.minimum, maximum: group.maximum ?? count, bootTime: group.bootTime,
            idleTimeout: group.idleTimeout, costPerHour: cluster.layout.groups[index].node.costPerHour)
    }
}
