import EventEngine

extension Cluster {
    /// The path of a transfer striped over the ranks of two groups of devices.
    ///
    /// There are as many lanes as the larger group has devices; lane `i` goes from
    /// `sources[i * sources.count / lanes]` to `destinations[i * destinations.count / lanes]`, so
    /// that each rank of the smaller group serves neighbours of the larger one. Within a node a
    /// lane crosses the link of its pair (mesh, package), two ports (switch) or two host links;
    /// between nodes two NICs and, when their leaves differ, the links to and from the spine.
    /// - Complexity: O(lanes log lanes).
    public func path(from sources: [DeviceID], to destinations: [DeviceID]) throws(TransferError) -> TransferPath {
        guard !sources.isEmpty, !destinations.isEmpty else { throw .noDevices }
        let lanes = max(sources.count, destinations.count)
        var crossed: [Int32] = []
        crossed.reserveCapacity(lanes * 4)
        var latency: Nanoseconds = 0
        for lane in 0..<lanes {
            let source = sources[lane * sources.count / lanes]
            let destination = destinations[lane * destinations.count / lanes]
            guard source != destination else { throw .copyToItself(device: layout.name(of: source)) }
            latency = max(latency, appendLane(from: source, to: destination, &crossed))
        }
        return TransferPath(
            links: Self.merged(crossed), lanes: lanes,
            latencyNanoseconds: specification.transferSetupNanoseconds + latency)
    }

    /// The path of a copy between one device and its host.
    ///
    /// A copy from or to pageable memory goes through a staging buffer, slower than the host link,
    /// on which it still competes with pinned copies.
    public func hostPath(_ device: DeviceID, _ direction: HostDirection, pinned: Bool) -> TransferPath {
        let isUp = direction == .toDevice
        var crossed = [links.link(isUp ? .hostToDevice : .deviceToHost, of: device)]
        if !pinned { crossed.append(links.link(isUp ? .pageableToDevice : .pageableToHost, of: device)) }
        return TransferPath(
            links: Self.merged(crossed), lanes: 1,
            latencyNanoseconds: shapes[layout.place(of: device).group].hostLatency)
    }

    /// Appends the links of one lane and returns its latency.
    private func appendLane(
        from source: DeviceID, to destination: DeviceID, _ crossed: inout [Int32]
    ) -> Nanoseconds {
        let from = layout.place(of: source)
        let to = layout.place(of: destination)
        if from.node == to.node {
            return appendScaleUp(source, from, destination, to.position, &crossed)
        }
        crossed.append(links.link(.networkOut, of: source))
        if let leaf = links.leaf(of: from.node), let other = links.leaf(of: to.node), leaf != other {
            crossed.append(links.leafUp[leaf])
            crossed.append(links.leafDown[other])
        }
        crossed.append(links.link(.networkIn, of: destination))
        return max(shapes[from.group].networkLatency, shapes[to.group].networkLatency)
    }

    /// Appends the links of a lane that stays within a node and returns its latency.
    private func appendScaleUp(
        _ source: DeviceID, _ from: DevicePlace, _ destination: DeviceID, _ to: Int, _ crossed: inout [Int32]
    ) -> Nanoseconds {
        let shape = shapes[from.group]
        switch shape.scaleUp {
        case .mesh:
            crossed.append(
                links.peerLink(of: source, offset: ClusterLinks.meshOffset, own: from.position, peer: to))
        case .packages(let size) where from.position / size == to / size:
            crossed.append(
                links.peerLink(
                    of: source, offset: ClusterLinks.packageOffset, own: from.position % size, peer: to % size))
            return shape.packageLatency
        case .switched, .packages:
            crossed += [links.link(.portOut, of: source), links.link(.portIn, of: destination)]
        case .hostLink:
            crossed += [links.link(.deviceToHost, of: source), links.link(.hostToDevice, of: destination)]
        }
        return shape.scaleUpLatency
    }

    /// Each link once, with how often it occurs.
    private static func merged(_ crossed: [Int32]) -> [LinkUse] {
        var uses: [LinkUse] = []
        for link in crossed.sorted() {
            if uses.last?.link == link { uses[uses.count - 1].lanes += 1 } else { uses.append(LinkUse(link: link)) }
        }
        return uses
    }
}
