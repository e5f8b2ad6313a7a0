import Hardware
import JSONText
import Scheduling

extension JobsBinder {
    /// Domains that the cluster does not have, and sizes that nothing looks at.
    func checkTopology() {
        let path = specification.path
        if let size = specification.nodesPerSuperNode {
            let isUsed =
                specification.policy.placement.name == Placement.topology.name
                || specification.slowdown.acrossSuperNodes != nil || domains.contains { $0.domain == .superNode }
            if !isUsed {
                diagnostics.report(
                    path.appending(key: "nodes_per_super_node"), "has no effect: nothing looks at super-nodes",
                    remedy:
                        "use the placement topology, within super-node or slowdown.across_super_nodes, or leave it out")
            }
            if case .leafSpine(let leaf, _) = cluster.specification.fabric, !size.isMultiple(of: leaf) {
                diagnostics.report(
                    path.appending(key: "nodes_per_super_node"), "\(size) nodes are no whole leaves of \(leaf)",
                    remedy: "use a multiple of cluster.fabric.nodes_per_leaf")
            }
        } else if specification.slowdown.acrossSuperNodes != nil {
            diagnostics.report(
                path.appending(key: "slowdown").appending(key: "across_super_nodes"),
                "has no effect without nodes_per_super_node", remedy: "give nodes_per_super_node, or leave it out")
        }
        for (domain, path) in domains {
            if domain == .superNode, specification.nodesPerSuperNode == nil {
                diagnostics.report(path, "nothing says what a super-node is", remedy: "give nodes_per_super_node")
            }
            if domain == .leaf, case .singleSwitch = cluster.specification.fabric {
                diagnostics.report(
                    path, "has no effect: all nodes are under one switch",
                    remedy: "give cluster.fabric of kind leaf-spine, or leave it out")
            }
        }
        for submission in specification.submissions where submission.job.within != .cluster {
            guard !submission.gang.bundles.isEmpty else { continue }
            diagnostics.report(
                submission.path.appending(key: "within"), "has no effect on bundles: their strategy places them",
                remedy: "leave it out")
        }
        if specification.within != .cluster, specification.bundleCut != nil {
            diagnostics.report(
                path.appending(key: "within"), "has no effect on bundles: their strategy places them",
                remedy: "leave out within or bundles")
        }
    }

    /// Where the scenario asks for a domain.
    private var domains: [(domain: PlacementDomain, path: JSONPath)] {
        let own = specification.submissions.map { ($0.job.within, $0.path.appending(key: "within")) }
        return [(specification.within, specification.path.appending(key: "within"))] + own
    }
}
