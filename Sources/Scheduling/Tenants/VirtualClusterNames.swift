extension VirtualClusterVerb {
    /// The name of the verb in scenarios and results.
    public var kind: String {
        switch self {
        case .create: "vc.create"
        case .update: "vc.update"
        case .remove: "vc.remove"
        case .removeNodes: "vc.remove-nodes"
        }
    }

    /// The virtual cluster that it is about.
    public var cluster: String {
        switch self {
        case .create(let name, _, _, _), .update(let name, _, _), .remove(let name), .removeNodes(let name, _): name
        }
    }
}

extension VirtualClusterRefusal {
    /// The name of the reason in results.
    public var name: String {
        switch self {
        case .nameTaken: "name-taken"
        case .unknownName: "unknown-name"
        case .indivisibleParent: "indivisible-parent"
        case .staleRevision: "stale-revision"
        case .nodesBusy: "nodes-busy"
        case .hasChildren: "has-children"
        case .foreignNode: "foreign-node"
        }
    }
}
