import TraceFormats

/// A cluster and its requests from the lists of the `openb` trace.
public enum OpenB {
    /// The models of a list's nodes, in order of appearance.
    public static func models(of nodes: [OpenBFormat.Node]) -> [String] {
        var models: [String] = []
        for node in nodes where !models.contains(node.model) { models.append(node.model) }
        return models
    }

    /// The nodes as a cluster.
    public static func cluster(_ nodes: [OpenBFormat.Node]) -> FractionalCluster {
        let models = models(of: nodes)
        return FractionalCluster(
            nodes.map { node in
                FractionalCluster.Node(
                    cpuMilli: node.cpuMilli, memoryBytes: node.memoryMiB << 20, devices: node.gpus,
                    model: models.firstIndex(of: node.model) ?? 0)
            })
    }

    /// What a pod asks for; it accepts no node where the cluster has none of its models.
    public static func request(_ pod: OpenBFormat.Pod, models: [String]) -> FractionalRequest {
        let mask = models.indices.reduce(UInt64(0)) { pod.models.contains(models[$1]) ? $0 | 1 << UInt64($1) : $0 }
        return FractionalRequest(
            cpuMilli: pod.cpuMilli, memoryBytes: pod.memoryMiB << 20, devices: Int32(pod.gpus),
            deviceMilli: Int32(pod.gpuMilli), models: pod.models.isEmpty ? .max : mask)
    }
}
