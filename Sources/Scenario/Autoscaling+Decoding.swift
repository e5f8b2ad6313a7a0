import JSONText
import Scheduling

/// An autoscaler as the scenario states it.
public struct AutoscalingSpecification: Sendable {
    /// Where it stands in the scenario, for messages.
    public var path: JSONPath
    /// Node groups that grow and shrink.
    public var nodes: [AutoscaledGroup]
    /// Nodes that may boot at once, as a multiple of those that are ready.
    public var upscalingSpeed: Double
    /// Nodes of all groups that may boot at once.
    public var maximumConcurrentLaunches: Int
    /// Time between the looks at the queue, in nanoseconds.
    public var interval: Int64
}

/// A node group that grows and shrinks.
public struct AutoscaledGroup: Sendable {
    /// The name of the node group.
    public var name: String
    /// Nodes that are always there.
    public var minimum: Int
    /// Nil: all nodes of the group.
    public var maximum: Int?
    /// From launch until a node has devices, in nanoseconds.
    public var bootTime: Int64
    /// How long a node is idle before it leaves, in nanoseconds.
    public var idleTimeout: Int64
}

extension JSONType<AutoscalingSpecification> {
    static var autoscaling: JSONType {
        .object { scaling in
            let groups = scaling.required("nodes", .members(of: .autoscaledGroup))
            if groups.isEmpty, scaling.isSound("nodes") { scaling.fail(at: "nodes", "no node group grows or shrinks") }
            return AutoscalingSpecification(
                path: scaling.path,
                nodes: groups.map { named in
                    var group = named.value
                    group.name = named.name
                    return group
                },
                upscalingSpeed: scaling.optional("upscaling_speed", .number(in: 0.001...1e6), default: 1),
                maximumConcurrentLaunches: scaling.optional(
                    "max_concurrent_launches", .integer(in: 1...1 << 20), default: 10),
                interval: scaling.optional("interval", .duration(sign: .positive), default: 5_000_000_000))
        }
    }
}

extension JSONType<AutoscaledGroup> {
    fileprivate static var autoscaledGroup: JSONType {
        .object { group in
            let minimum = group.optional("min", .integer(in: 0...1 << 24), default: 0)
            let maximum = group.optional("max", .integer(in: 1...1 << 24))
            if let maximum, maximum < minimum {
                group.fail(at: "max", "\(maximum) is less than min (\(minimum))", remedy: "raise it, or lower min")
            }
            return AutoscaledGroup(
                name: "", minimum: minimum, maximum: maximum, bootTime: group.required("boot_time", .duration()),
                idleTimeout: group.optional("idle_timeout", .duration(), default: 300_000_000_000))
        }
    }
}
