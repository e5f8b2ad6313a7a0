import Hardware
import JSONText

extension JSONType<ClusterSpecification> {
    /// `{ "nodes": {…}, "fabric": {…} }`.
    static func cluster(folder: String) -> JSONType {
        .object { cluster in
            let nodes = cluster.required("nodes", .nodeGroups(folder: folder))
            var specification = ClusterSpecification(nodeGroups: nodes)
            specification.fabric = .leafSpine(nodesPerLeaf: 8, oversubscription: 1)
            cluster.child("fabric")?.object { fabric in
                let kind = fabric.optional("kind", .choice(of: ["leaf-spine", "single-switch"]), default: "leaf-spine")
                let perLeaf = fabric.optional("nodes_per_leaf", .integer(in: 1...))
                let oversubscription = fabric.optional("oversubscription", .number(in: 0.01...1000))
                if kind == "single-switch" {
                    specification.fabric = .singleSwitch
                    for key in ["nodes_per_leaf", "oversubscription"] where fabric.has(key) {
                        fabric.fail(at: key, "has no effect on a single switch", remedy: "leave it out")
                    }
                } else {
                    specification.fabric = .leafSpine(
                        nodesPerLeaf: perLeaf ?? 8, oversubscription: oversubscription ?? 1)
                }
                specification.networkEfficiency = fabric.optional(
                    "network_efficiency", .number(in: 0.01...1), default: specification.networkEfficiency)
                specification.scaleUpEfficiency = fabric.optional(
                    "scale_up_efficiency", .number(in: 0.01...1), default: specification.scaleUpEfficiency)
                specification.transferSetupNanoseconds = fabric.optional(
                    "transfer_setup", .duration(), default: specification.transferSetupNanoseconds)
            }
            return specification
        }
    }
}

extension JSONType<[NodeGroup]> {
    static func nodeGroups(folder: String) -> JSONType {
        let members = JSONType<[(name: String, value: NodeGroup)]>.members(of: .nodeGroup(folder: folder))
        return members.checked { $0.isEmpty ? "expected at least one group of nodes" : nil }.map { named in
            named.map { NodeGroup(name: $0.name, node: $0.value.node, count: $0.value.count) }
        }
    }
}

extension JSONType<NodeGroup> {
    static func nodeGroup(folder: String) -> JSONType {
        let standIn = NodeGroup.standIn
        return JSONType(expected: "an object with type and count", standIn: standIn) { reader in
            guard reader.value.objectValue != nil else {
                reader.reportExpected("an object with type and count")
                return nil
            }
            return reader.object { group in
                let count = group.required("count", .integer(in: 1...1 << 16))
                let name = group.required("type", .choice(of: NodeType.shippedNames))
                let own = userDevice(group, folder)
                let file = group.child("device")?.value.stringValue.flatMap { isDeviceFile($0) ? $0 : nil }
                let known = DeviceDescriptor.shippedNames + (file.map { [$0] } ?? [])
                let overrides = NodeTypeOverrides(
                    reading: group, knownDevices: known, readsDevice: !isDescribed(group))
                guard group.isSound("type"), !group.has("device") || group.isSound("device"),
                    let type = try? NodeType.named(name) else { return standIn }
                do {
                    return NodeGroup(name: "", node: try type.resolved(overrides, device: own), count: count)
                } catch {
                    group.fail("\(error)")
                    return standIn
                }
            }
        }
    }

    private static func isDeviceFile(_ device: String) -> Bool { device.hasSuffix(".json") }

    /// Whether the group describes its device in place.
    private static func isDescribed(_ group: JSONObjectReader) -> Bool {
        group.child("device")?.value.objectValue != nil
    }

    /// The device of the user's own file, when the group names one, or what stands in its place.
    private static func userDevice(_ group: JSONObjectReader, _ folder: String) -> DeviceDescriptor? {
        if isDescribed(group) { return group.child("device")?.read(.deviceDescriptor) }
        guard let file = group.child("device")?.value.stringValue, isDeviceFile(file) else { return nil }
        do {
            return try DeviceDescriptor(contentsOf: resolve(file, folder))
        } catch {
            group.fail(at: "device", "cannot use \(file): \(error)")
            return nil
        }
    }
}

extension NodeGroup {
    /// A group to go on with after a problem; never part of a successful decoding.
    fileprivate static let standIn: NodeGroup = {
        guard let type = try? NodeType.named("hgx-h100"), let node = try? type.resolved() else {
            preconditionFailure("the shipped node types are complete")
        }
        return NodeGroup(name: "", node: node, count: 1)
    }()
}
