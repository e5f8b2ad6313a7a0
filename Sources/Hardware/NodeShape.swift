import EventEngine

/// What finding a path needs of a node type, in trivially copyable form: a ``NodeDescriptor`` holds
/// many texts, and copying it for every transfer would cost a reference count for each.
struct NodeShape: Sendable {
    enum ScaleUp: Sendable {
        case mesh, switched, hostLink
        case packages(size: Int)
    }

    var scaleUp: ScaleUp
    var scaleUpLatency: Nanoseconds
    /// Latency within a package; that of the whole node where there are none.
    var packageLatency: Nanoseconds
    var networkLatency: Nanoseconds
    var hostLatency: Nanoseconds

    init(_ node: NodeDescriptor) {
        scaleUpLatency = node.scaleUpLatencyNanoseconds.value
        packageLatency = scaleUpLatency
        networkLatency = node.networkLatencyNanoseconds.value
        hostLatency = node.host.latencyNanoseconds.value
        switch node.scaleUp {
        case .mesh: scaleUp = .mesh
        case .switched: scaleUp = .switched
        case .hostLink: scaleUp = .hostLink
        case .packages(let packages):
            scaleUp = .packages(size: packages.devicesPerPackage)
            packageLatency = packages.packageLatencyNanoseconds.value
        }
    }
}
