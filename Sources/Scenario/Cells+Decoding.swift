import Hardware
import JSONText
import Scheduling

/// Guaranteed cells of a tenant in one node group, as the scenario states them.
public struct CellsSpecification: Sendable {
    /// The name of the node group.
    public var group: String
    /// How many of each level.
    public var counts: [(level: CellLevel, count: Int)]
}

extension JSONType<[CellsSpecification]> {
    /// `{ "gpu": { "leaf": 1, "node": 2, "device": 4 } }`.
    static var cells: JSONType {
        let members = JSONType<[(name: String, value: [(level: CellLevel, count: Int)])]>.members(
            of: .object { group in
                CellLevel.allCases.compactMap { level in
                    group.optional(level.rawValue, .integer(in: 1...1 << 20)).map { (level, $0) }
                }
            })
        return JSONType(expected: "an object of node groups", standIn: []) { reader in
            members.decode(reader)?.map { CellsSpecification(group: $0.name, counts: $0.value) }
        }
    }
}

/// Binds guaranteed cells to node groups.
struct CellsBinder {
    let specification: JobsSpecification
    let cluster: Cluster
    let diagnostics: JSONDiagnostics

    private var owners: [TenantSpecification] { specification.tenants.filter { !$0.cells.isEmpty } }

    /// The cells of all tenants, who are in the order of the specification; empty after problems, which are reported.
    func bind() -> [TenantCells] {
        guard !owners.isEmpty else { return [] }
        let before = diagnostics.problems.count
        checkCompany()
        let tree = CellTree(cluster)
        var all: [TenantCells] = []
        for (index, tenant) in specification.tenants.enumerated() where !tenant.cells.isEmpty {
            let path = tenant.path.appending(key: "cells")
            let cells = tenant.cells.flatMap { bind($0, path, tree) }
            if diagnostics.problems.count == before,
                let shortage = tree.shortage(of: all.flatMap(\.cells) + cells)
            {
                diagnostics.report(
                    path,
                    "of \(shortage.cell.count) cells of level \(shortage.cell.level.rawValue) only \(shortage.fits) "
                        + "fit beside the others", remedy: "guarantee fewer, or add nodes")
            }
            all.append(TenantCells(tenant: index, cells: cells))
        }
        return diagnostics.problems.count == before ? all : []
    }

    private func bind(_ cells: CellsSpecification, _ path: JSONPath, _ tree: CellTree) -> [CellCount] {
        guard let group = cluster.layout.group(named: cells.group), specification.nodes.contains(cells.group) else {
            diagnostics.report(
                path.appending(key: cells.group), isKey: true,
                "the workload schedules on no node group \(cells.group)",
                remedy: Spelling.nearest(to: cells.group, among: specification.nodes).map { "did you mean \"\($0)\"?" }
                    ?? "known are \(specification.nodes.joined(separator: ", "))")
            return []
        }
        let path = path.appending(key: cells.group)
        if cells.counts.isEmpty { diagnostics.report(path, "no cells", remedy: "give device, package, node or leaf") }
        let size = cluster.layout.groups[group].node.devicesPerNode
        if cluster.layout.nodes(ofGroup: group).contains(where: { cluster.freeDeviceCount(NodeID($0)) < size }) {
            diagnostics.report(
                path, isKey: true, "another workload holds devices of \(cells.group), which are nobody's by right then",
                remedy: "give it a node group of its own")
        }
        return cells.counts.compactMap { level, count in
            guard tree.has(level, group: group) else {
                diagnostics.report(
                    path.appending(key: level.rawValue), isKey: true, "\(cells.group) has no cells of this level",
                    remedy: level == .leaf
                        ? "a leaf counts where all of its nodes are of one group; see cluster.fabric"
                        : "use another level")
                return nil
            }
            return CellCount(group: group, level: level, count: count)
        }
    }

    /// What would take devices away from under a guarantee, or is not told apart by cells.
    private func checkCompany() {
        func refuse(_ key: String, _ message: String) {
            diagnostics.report(
                specification.path.appending(key: key), message, remedy: "leave it out, or leave out the cells")
        }
        if !specification.events.isEmpty { refuse("events", "nodes of guaranteed cells do not drain or change hands") }
        if specification.autoscaling != nil { refuse("autoscale", "nodes of guaranteed cells do not come and go") }
        if specification.failureRate != nil { refuse("failures", "a guarantee does not hold on nodes that fail") }
        if specification.within != .cluster || specification.submissions.contains(where: { $0.job.within != .cluster })
        {
            refuse("within", "cells are domains of their own")
        }
        if specification.hosts != nil { refuse("host", "cells have no processors or host memory of their own") }
        for submission in specification.submissions {
            if submission.workload != nil {
                diagnostics.report(
                    submission.path.appending(key: "workload"), "does not run beside guaranteed cells",
                    remedy: "leave out the cells")
            }
            if submission.gang.bundles.contains(where: { $0.deviceType != nil }) {
                diagnostics.report(
                    submission.path.appending(key: "bundles"),
                    "bundles name device types, which cells do not tell apart",
                    remedy: "leave device_type out of the bundles, or leave out the cells")
            }
        }
        for tenant in specification.tenants {
            if tenant.nodes != nil {
                diagnostics.report(
                    tenant.path.appending(key: "nodes"), "nodes of one tenant alone cannot hold cells of others",
                    remedy: "leave it out, or leave out the cells")
            }
            if !tenant.cells.isEmpty, tenant.tenant.quotaDevices != nil {
                diagnostics.report(
                    tenant.path.appending(key: "quota_devices"), "has no effect beside cells, which are his quota",
                    remedy: "leave one of them out")
            }
        }
    }
}
