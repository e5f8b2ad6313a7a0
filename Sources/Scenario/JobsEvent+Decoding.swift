import JSONText
import Scheduling

/// Something that happens to the nodes of a workload of jobs, as the scenario states it.
public struct JobsEventSpecification: Sendable {
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// When it happens, from the start of the run.
    public var nanoseconds: Int64
    /// What happens.
    public var action: JobsEventAction
}

/// What happens; nodes and node groups by name.
public enum JobsEventAction: Sendable {
    case create(name: String, replicaSets: [NamedReplicaSet], divisible: Bool, parent: String?)
    case update(name: String, revision: Int, replicaSets: [NamedReplicaSet])
    case remove(name: String)
    case removeNodes(name: String, nodes: [String])
    case drain(target: String, duration: Int64?, preemptAfter: Int64?)

    /// The virtual cluster that it is about, if any.
    var cluster: String? {
        switch self {
        case .create(let name, _, _, _), .update(let name, _, _), .remove(let name), .removeNodes(let name, _): name
        case .drain: nil
        }
    }
}

/// So many nodes of a node group.
public struct NamedReplicaSet: Sendable {
    /// The name of the node group.
    public var group: String
    /// Number of nodes.
    public var nodes: Int
}

/// Kinds of events of a workload of jobs, by their names in scenarios.
enum JobsEventKind: String, CaseIterable {
    case create = "vc.create"
    case update = "vc.update"
    case remove = "vc.remove"
    case removeNodes = "vc.remove-nodes"
    case drain
}

extension JSONType<JobsEventSpecification> {
    static var jobsEvent: JSONType {
        .object { event in
            let kind = event.required("kind", .choice(JobsEventKind.self))
            return JobsEventSpecification(
                path: event.path, nanoseconds: event.required("at", .duration()), action: event.action(kind))
        }
    }
}

extension JSONObjectReader {
    fileprivate func action(_ kind: JobsEventKind) -> JobsEventAction {
        guard isSound("kind") else {
            // Nobody knows which keys it should have.
            _ = allMembers
            return .remove(name: "")
        }
        if kind == .drain {
            return .drain(
                target: required("target", .name), duration: optional("for", .duration(sign: .positive)),
                preemptAfter: optional("preempt_after", .duration()))
        }
        let name = required("name", .name)
        switch kind {
        case .create:
            return .create(
                name: name, replicaSets: replicaSets(), divisible: optional("divisible", .bool, default: false),
                parent: optional("parent", .name))
        case .update:
            return .update(name: name, revision: required("revision", .integer(in: 0...)), replicaSets: replicaSets())
        case .removeNodes: return .removeNodes(name: name, nodes: required("node_names", .array(of: .name)))
        case .remove, .drain: return .remove(name: name)
        }
    }

    private func replicaSets() -> [NamedReplicaSet] {
        required("replica_sets", .members(of: .integer(in: 0...1 << 24))).map {
            NamedReplicaSet(group: $0.name, nodes: $0.value)
        }
    }
}
