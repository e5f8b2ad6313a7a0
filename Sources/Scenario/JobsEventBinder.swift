import Hardware
import JSONText
import Scheduling

/// Binds the events of a workload of jobs to nodes and virtual clusters.
struct JobsEventBinder {
    let specification: JobsSpecification
    let cluster: Cluster
    let diagnostics: JSONDiagnostics

    /// Virtual clusters that some event makes, in order of the events.
    var clusterNames: [String] {
        var names: [String] = []
        for case .create(let name, _, _, _) in specification.events.map(\.action) where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// The verbs of virtual clusters and the drains, each in order of time.
    func bind() -> (verbs: [(time: Int64, verb: VirtualClusterVerb)], drains: [NodeDrain]) {
        checkTenants()
        var verbs: [(time: Int64, verb: VirtualClusterVerb)] = []
        var drains: [NodeDrain] = []
        for event in specification.events {
            let time = event.nanoseconds
            if let name = event.action.cluster { checkCluster(name, event.path.appending(key: "name")) }
            switch event.action {
            case .create(let name, let sets, let divisible, let parent):
                if let parent { checkCluster(parent, event.path.appending(key: "parent")) }
                let sets = bound(sets, event.path)
                verbs.append((time, .create(name: name, replicaSets: sets, divisible: divisible, parent: parent)))
            case .update(let name, let revision, let sets):
                let sets = bound(sets, event.path)
                verbs.append((time, .update(name: name, revision: revision, replicaSets: sets)))
            case .remove(let name): verbs.append((time, .remove(name: name)))
            case .removeNodes(let name, let nodes):
                let nodes = nodes.compactMap { node($0, event.path.appending(key: "node_names")) }
                verbs.append((time, .removeNodes(name: name, nodes: nodes)))
            case .drain(let target, let duration, let preemptAfter):
                guard let node = node(target, event.path.appending(key: "target")) else { continue }
                var drain = NodeDrain(time: time, node: node)
                drain.end = duration.map { time + $0 }
                drain.preemption = preemptAfter.map { time + $0 }
                if let after = preemptAfter, let duration, after >= duration {
                    diagnostics.report(
                        event.path.appending(key: "preempt_after"), "has no effect: the node is in use again by then",
                        remedy: "make it shorter than for, or leave it out")
                }
                let other = drains.first { $0.node == node && $0.time < drain.end ?? .max && time < $0.end ?? .max }
                if other != nil { diagnostics.report(event.path, "\(target) is drained already at this time") }
                drains.append(drain)
            }
        }
        // Sorted in this way events of one instant keep the order of the scenario.
        let order = verbs.indices.sorted { (verbs[$0].time, $0) < (verbs[$1].time, $1) }
        return (order.map { verbs[$0] }, drains.sorted { ($0.time, $0.node) < ($1.time, $1.node) })
    }

    private func checkCluster(_ name: String, _ path: JSONPath) {
        let names = clusterNames
        guard !names.contains(name) else { return }
        diagnostics.report(
            path, "no event makes a virtual cluster \(name)",
            remedy: Spelling.nearest(to: name, among: names).map { "did you mean \"\($0)\"?" }
                ?? (names.isEmpty ? "add an event vc.create" : "known are \(names.joined(separator: ", "))"))
    }

    /// Tenants run in clusters that some event makes, and that are not divided further.
    private func checkTenants() {
        for tenant in specification.tenants {
            guard let name = tenant.virtualCluster else { continue }
            let path = tenant.path.appending(key: "virtual_cluster")
            checkCluster(name, path)
            if tenant.nodes != nil {
                diagnostics.report(
                    tenant.path.appending(key: "nodes"), "has no effect: his jobs run in virtual cluster \(name)",
                    remedy: "leave one of them out")
            }
            let isDivisible = specification.events.contains { event in
                if case .create(name, _, true, _) = event.action { true } else { false }
            }
            if isDivisible {
                diagnostics.report(
                    path, "\(name) is divisible: other clusters take their nodes from it, and no job runs there",
                    remedy: "name a cluster made with \"divisible\": false")
            }
        }
    }

    private func bound(_ sets: [NamedReplicaSet], _ path: JSONPath) -> [ReplicaSet] {
        sets.compactMap { set in
            let path = path.appending(key: "replica_sets").appending(key: set.group)
            guard let group = cluster.layout.group(named: set.group), specification.nodes.contains(set.group) else {
                diagnostics.report(
                    path, isKey: true, "the workload schedules on no node group \(set.group)",
                    remedy: Spelling.nearest(to: set.group, among: specification.nodes).map {
                        "did you mean \"\($0)\"?"
                    }
                        ?? "known are \(specification.nodes.joined(separator: ", "))")
                return nil
            }
            return ReplicaSet(group: group, nodes: set.nodes)
        }
    }

    private func node(_ name: String, _ path: JSONPath) -> NodeID? {
        if let node = cluster.layout.node(named: name) { return node }
        diagnostics.report(
            path, "there is no node \(name)",
            remedy: "write group/node, counted from 0, such as \(cluster.layout.name(of: NodeID(0)))")
        return nil
    }
}
