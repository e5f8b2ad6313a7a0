import EventEngine

/// Places tasks on nodes that share their devices, one by one.
///
/// Scores are kept per kind of request and reckoned anew only for nodes that have changed since, so that a placement
/// costs a scan of small numbers instead of the fragmentation of every node.
public struct FractionalScheduler: Sendable {
    /// The nodes and what is free of them.
    public private(set) var cluster: FractionalCluster
    /// The policy.
    public let policy: FractionalPolicy
    private let mix: RequestMix
    private var random: RandomStream
    private var kinds: [FractionalRequest: Int] = [:]
    private var scores: [ScoreList] = []
    /// Nodes in the order in which they changed.
    private var changes: [Int32] = []

    /// What is known of one kind of request.
    private struct ScoreList: Sendable {
        /// By node; -1 where it does not fit.
        var scores: [Int32]
        var devices: [Int32]
        /// Changes up to here have been taken in.
        var seen: Int
    }

    /// A scheduler of an idle cluster.
    /// - Parameters:
    ///   - mix: what fragmentation is measured against.
    ///   - random: decides for the policy `random`.
    public init(
        _ cluster: FractionalCluster, policy: FractionalPolicy, mix: RequestMix = RequestMix([]), random: RandomStream
    ) {
        self.cluster = cluster
        self.policy = policy
        self.mix = mix
        self.random = random
    }

    /// Places a request and takes its resources; nil where no node has room.
    public mutating func place(_ request: FractionalRequest) -> FractionalPlace? {
        let kind = refreshed(request)
        guard let node = policy == .random ? anyNode(kind) : bestNode(kind) else { return nil }
        let place = FractionalPlace(node: node, devices: devices(request, kind, on: node))
        cluster.take(request, place)
        changes.append(Int32(node))
        return place
    }

    /// Gives back the resources of a request that was placed.
    public mutating func release(_ request: FractionalRequest, _ place: FractionalPlace) {
        cluster.release(request, place)
        changes.append(Int32(place.node))
    }

    /// The fragmentation of the whole cluster, in thousandths of devices.
    public func fragmentMilli() -> Double {
        cluster.nodes.indices.reduce(0) { sum, node in
            sum + mix.fragmentMilli(
                cpuFree: cluster.cpuFree[node], free: cluster.free[cluster.start[node]..<cluster.start[node + 1]],
                model: cluster.nodes[node].model)
        }
    }

    private func bestNode(_ kind: Int) -> Int? {
        var (best, score): (Int?, Int32) = (nil, -1)
        scores[kind].scores.withUnsafeBufferPointer { scores in
            for node in 0..<scores.count where scores[node] > score { (best, score) = (node, scores[node]) }
        }
        return best
    }

    private mutating func anyNode(_ kind: Int) -> Int? {
        let count = scores[kind].scores.count { $0 >= 0 }
        guard count > 0 else { return nil }
        var left = random.uniform(below: count)
        for (node, score) in scores[kind].scores.enumerated() where score >= 0 {
            if left == 0 { return node }
            left -= 1
        }
        return nil
    }

    /// The devices of the node for the request: idle ones in order for whole devices, for a fraction the policy's.
    private mutating func devices(_ request: FractionalRequest, _ kind: Int, on node: Int) -> [Int32] {
        let free = cluster.freeMilli(node)
        let fitting = free.indices.filter { free[$0] >= request.deviceMilli }
        guard request.isFraction else { return fitting.prefix(Int(request.devices)).map(Int32.init) }
        switch policy {
        case .random: return [Int32(fitting[random.uniform(below: fitting.count)])]
        case .fragmentationGradientDescent: return [scores[kind].devices[node]]
        // The fullest device that fits.
        default: return [Int32(fitting.min { (free[$0], $0) < (free[$1], $1) } ?? 0)]
        }
    }

    /// The number of the request's kind, with scores that are up to date.
    private mutating func refreshed(_ request: FractionalRequest) -> Int {
        guard let kind = kinds[request] else {
            let kind = scores.count
            kinds[request] = kind
            let nodes = cluster.nodes.count
            scores.append(
                ScoreList(
                    scores: [Int32](repeating: -1, count: nodes), devices: [Int32](repeating: -1, count: nodes),
                    seen: changes.count))
            for node in 0..<nodes { rate(request, kind, on: node) }
            return kind
        }
        // What changed several times is reckoned at its last change.
        let first = scores[kind].seen
        scores[kind].seen = changes.count
        if changes.count - first >= cluster.nodes.count {
            for node in cluster.nodes.indices { rate(request, kind, on: node) }
        } else {
            for index in first..<changes.count { rate(request, kind, on: Int(changes[index])) }
        }
        return kind
    }

    private mutating func rate(_ request: FractionalRequest, _ kind: Int, on node: Int) {
        guard cluster.fits(request, node) else {
            scores[kind].scores[node] = -1
            return
        }
        let rating = policy.score(request, on: node, of: cluster, mix: mix)
        scores[kind].scores[node] = rating.score
        scores[kind].devices[node] = rating.device
    }
}
