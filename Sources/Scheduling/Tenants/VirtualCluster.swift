import EventEngine
import Hardware

/// What is done to virtual clusters: the verbs of Ant Ray's management of virtual clusters.
///
/// All nodes begin in the primary cluster. A virtual cluster asks for so many nodes of node groups (its replica sets);
/// only nodes without any job go in or out, and those that leave return to the primary cluster.
public enum VirtualClusterVerb: Sendable, Equatable {
    /// Makes a cluster of nodes by node group. An indivisible one is shared by jobs; a divisible one can be the parent
    /// of others, which take their nodes from it.
    case create(name: String, replicaSets: [ReplicaSet], divisible: Bool, parent: String?)
    /// Gives a cluster other replica sets. The revision must be the latest one that the cluster has told.
    case update(name: String, revision: Int, replicaSets: [ReplicaSet])
    /// Gives all nodes back.
    case remove(name: String)
    /// Gives these nodes back.
    case removeNodes(name: String, nodes: [NodeID])
}

/// So many nodes of a group.
public struct ReplicaSet: Sendable, Equatable {
    /// The index of the node group.
    public var group: Int
    /// How many nodes.
    public var nodes: Int

    /// So many nodes of a group.
    public init(group: Int, nodes: Int) {
        self.group = group
        self.nodes = nodes
    }
}

/// What came of a verb.
public enum VirtualClusterAnswer: Sendable, Equatable {
    /// Done; the cluster's revision from now on.
    case done(revision: Int)
    /// Refused: why, and the replica sets that would have been granted.
    case refused(reason: VirtualClusterRefusal, wouldFit: [ReplicaSet])
}

/// Why a verb was refused.
public enum VirtualClusterRefusal: Sendable, Equatable {
    /// There is a cluster of this name already, or none.
    case nameTaken, unknownName
    /// The parent is indivisible: jobs share its nodes.
    case indivisibleParent
    /// Somebody has changed the cluster since; the latest revision.
    case staleRevision(latest: Int)
    /// Fewer nodes are without jobs than are to come or to go.
    case nodesBusy
    /// It is the parent of other clusters.
    case hasChildren
    /// The node is not one of its nodes.
    case foreignNode(NodeID)
}

/// The virtual clusters of a scheduler: which of them there are, and the revision of each. Where a node belongs is the
/// free map's business, since clusters are its partitions.
public struct VirtualClusters: Sendable {
    struct Entry: Sendable {
        var exists = false
        var isDivisible = false
        /// Partition of its parent; 0 is the primary cluster.
        var parent = 0
        var revision = 0
    }

    /// Names, by partition less one.
    let names: [String]
    var entries: [Entry]

    /// Clusters that can come to be, none of them there yet; the primary cluster is not among them.
    public init(names: [String]) {
        self.names = names
        entries = Array(repeating: Entry(), count: names.count)
    }

    /// The partition of a cluster that is there.
    func partition(_ name: String) -> Int? {
        names.firstIndex(of: name).flatMap { entries[$0].exists ? $0 + 1 : nil }
    }

    /// Carries a verb out on a free map, or refuses it and changes nothing.
    /// - Returns: the answer, and the partitions whose nodes have changed.
    mutating func apply(
        _ verb: VirtualClusterVerb, to map: inout FreeMap
    ) -> (answer: VirtualClusterAnswer, changed: [Int]) {
        switch verb {
        case .create(let name, let sets, let divisible, let parentName):
            guard let place = names.firstIndex(of: name), !entries[place].exists else { return refuse(.nameTaken) }
            let parent = parentName.map { partition($0) } ?? 0
            guard let parent else { return refuse(.unknownName) }
            if parent > 0, !entries[parent - 1].isDivisible { return refuse(.indivisibleParent) }
            if let refusal = move(sets, from: parent, to: place + 1, &map) { return refusal }
            let revision = entries[place].revision + 1
            entries[place] = Entry(exists: true, isDivisible: divisible, parent: parent, revision: revision)
            return (.done(revision: revision), [parent, place + 1])
        case .update(let name, let revision, let sets):
            guard let own = partition(name) else { return refuse(.unknownName) }
            let latest = entries[own - 1].revision
            guard revision == latest else { return refuse(.staleRevision(latest: latest)) }
            if let refusal = resize(own, to: sets, &map) { return refusal }
            entries[own - 1].revision += 1
            return (.done(revision: latest + 1), [entries[own - 1].parent, own])
        case .remove(let name):
            guard let own = partition(name) else { return refuse(.unknownName) }
            guard !entries.contains(where: { $0.exists && $0.parent == own }) else { return refuse(.hasChildren) }
            if let refusal = resize(own, to: [], &map) { return refusal }
            entries[own - 1].exists = false
            return (.done(revision: entries[own - 1].revision), [entries[own - 1].parent, own])
        case .removeNodes(let name, let nodes):
            guard let own = partition(name) else { return refuse(.unknownName) }
            if let node = nodes.first(where: { map.partition(of: $0.index) != own }) {
                return refuse(.foreignNode(node))
            }
            guard nodes.allSatisfy({ map.isIdle($0.index) }) else { return refuse(.nodesBusy) }
            for node in nodes { map.move(node.index, toPartition: entries[own - 1].parent) }
            entries[own - 1].revision += 1
            return (.done(revision: entries[own - 1].revision), [entries[own - 1].parent, own])
        }
    }

    private func refuse(_ reason: VirtualClusterRefusal) -> (VirtualClusterAnswer, [Int]) {
        (.refused(reason: reason, wouldFit: []), [])
    }

    /// Makes a cluster have exactly these nodes, from and to its parent.
    private func resize(_ own: Int, to sets: [ReplicaSet], _ map: inout FreeMap) -> (VirtualClusterAnswer, [Int])? {
        let parent = entries[own - 1].parent
        var coming: [ReplicaSet] = [], going: [ReplicaSet] = [], wouldFit: [ReplicaSet] = []
        var fits = true
        for group in 0..<map.groupCount {
            let wanted = sets.reduce(0) { $0 + ($1.group == group ? $1.nodes : 0) }
            let has = map.nodes(group: group, partition: own)
            let idle = map.idleNodes(group: group, partition: wanted > has ? parent : own)
            let change = min(abs(wanted - has), idle)
            if change < abs(wanted - has) { fits = false }
            if wanted > has { coming.append(ReplicaSet(group: group, nodes: change)) }
            if wanted < has { going.append(ReplicaSet(group: group, nodes: change)) }
            let granted = wanted > has ? has + change : has - change
            if granted > 0 { wouldFit.append(ReplicaSet(group: group, nodes: granted)) }
        }
        guard fits else { return (.refused(reason: .nodesBusy, wouldFit: wouldFit), []) }
        for set in coming { map.move(set, from: parent, to: own) }
        for set in going { map.move(set, from: own, to: parent) }
        return nil
    }

    /// Moves idle nodes, the first by number; refuses if there are too few.
    private func move(
        _ sets: [ReplicaSet], from parent: Int, to own: Int, _ map: inout FreeMap
    ) -> (VirtualClusterAnswer, [Int])? {
        let wouldFit = sets.map {
            ReplicaSet(group: $0.group, nodes: min($0.nodes, map.idleNodes(group: $0.group, partition: parent)))
        }
        guard wouldFit == sets else { return (.refused(reason: .nodesBusy, wouldFit: wouldFit), []) }
        for set in sets { map.move(set, from: parent, to: own) }
        return nil
    }
}

extension FreeMap {
    /// Whether all devices of a node are free.
    func isIdle(_ node: Int) -> Bool { free(node) == nodeSizes[group(of: node)] }

    /// Nodes of a group and partition with all devices free.
    func idleNodes(group: Int, partition: Int) -> Int {
        Int(nodeCount(group: group, partition: partition, free: nodeSizes[group]))
    }

    /// All nodes of a group and partition.
    func nodes(group: Int, partition: Int) -> Int {
        (0...nodeSizes[group]).reduce(0) { $0 + Int(nodeCount(group: group, partition: partition, free: $1)) }
    }

    /// Moves so many idle nodes, the first by number, into another partition.
    mutating func move(_ set: ReplicaSet, from: Int, to: Int) {
        for _ in 0..<set.nodes {
            move(firstNode(group: set.group, partition: from, free: nodeSizes[set.group]), toPartition: to)
        }
    }
}
