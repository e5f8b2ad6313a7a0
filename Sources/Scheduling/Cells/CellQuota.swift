/// How large a piece of the cluster a cell is: the levels of its topology, the smallest first.
public enum CellLevel: String, Sendable, CaseIterable {
    /// One device.
    case device
    /// The devices of one package, where nodes have packages.
    case package
    /// All devices of a node.
    case node
    /// The nodes under one leaf switch, where all of them are of one node group.
    case leaf
}

/// Cells of one kind that are a tenant's by right.
public struct CellCount: Sendable, Equatable {
    /// The index of the node group.
    public var group: Int
    /// How large each of them is.
    public var level: CellLevel
    /// How many.
    public var count: Int

    /// So many cells of a node group.
    public init(group: Int, level: CellLevel, count: Int) {
        self.group = group
        self.level = level
        self.count = count
    }
}

/// A tenant's guaranteed cells: a private cluster with its topology, which is laid on the real one as it is used.
///
/// HiveD (Zhao et al., OSDI 2020). His jobs are scheduled on his virtual cells alone, by the policy of the workload, so
/// that nobody can delay them. A virtual cell is bound to a physical one of its level while a job uses it, by buddy
/// allocation: a larger cell is split only when no smaller one is left, and comes together again when its parts are
/// free. That always succeeds when the cells of all tenants fit into the cluster at once. Jobs of tenants without cells
/// are opportunistic: they run on whatever is idle and give way at once.
public struct TenantCells: Sendable, Equatable {
    /// The tenant's index. His partition must be his own, and without nodes of the cluster.
    public var tenant: Int
    /// His cells.
    public var cells: [CellCount]

    /// The cells of a tenant.
    public init(tenant: Int, cells: [CellCount]) {
        self.tenant = tenant
        self.cells = cells
    }
}
