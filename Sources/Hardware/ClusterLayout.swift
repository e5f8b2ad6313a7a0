/// A device of a cluster: its number, from 0, node by node in the order of the groups.
public struct DeviceID: Hashable, Comparable, Sendable {
    /// The number, for flat arrays over all devices.
    public var index: Int

    /// The device of this number.
    public init(_ index: Int) { self.index = index }

    /// Orders devices by number.
    public static func < (left: DeviceID, right: DeviceID) -> Bool { left.index < right.index }
}

/// A node of a cluster: its number, from 0, in the order of the groups.
public struct NodeID: Hashable, Comparable, Sendable {
    /// The number, for flat arrays over all nodes.
    public var index: Int

    /// The node of this number.
    public init(_ index: Int) { self.index = index }

    /// Orders nodes by number.
    public static func < (left: NodeID, right: NodeID) -> Bool { left.index < right.index }
}

/// Where a device stands.
public struct DevicePlace: Sendable, Equatable {
    /// The index of its group in the specification.
    public var group: Int
    /// Its node.
    public var node: NodeID
    /// Its position within the node, from 0.
    public var position: Int

    /// A place; ``ClusterLayout/place(of:)`` finds the one of a device.
    public init(group: Int, node: NodeID, position: Int) {
        self.group = group
        self.node = node
        self.position = position
    }
}

/// Which device stands where: the arithmetic between numbers, places and names.
public struct ClusterLayout: Sendable {
    /// The groups, as specified.
    public let groups: [NodeGroup]
    /// First node of each group, then the number of all nodes.
    private var groupFirstNode: [Int] = [0]
    private var nodeGroup: [Int32] = []
    /// First device of each node, then the number of all devices.
    private var nodeFirstDevice: [Int32] = [0]
    private var deviceNode: [Int32] = []

    init(_ groups: [NodeGroup]) {
        self.groups = groups
        for (index, group) in groups.enumerated() {
            for _ in 0..<group.count {
                deviceNode.append(
                    contentsOf: repeatElement(Int32(nodeGroup.count), count: group.node.devicesPerNode))
                nodeGroup.append(Int32(index))
                nodeFirstDevice.append(Int32(deviceNode.count))
            }
            groupFirstNode.append(nodeGroup.count)
        }
    }

    /// The number of all devices.
    public var deviceCount: Int { deviceNode.count }
    /// The number of all nodes.
    public var nodeCount: Int { nodeGroup.count }

    /// The nodes of a group, by its index.
    public func nodes(ofGroup group: Int) -> Range<Int> { groupFirstNode[group]..<groupFirstNode[group + 1] }
    /// The numbers of the devices of a node.
    public func devices(of node: NodeID) -> Range<Int> {
        Int(nodeFirstDevice[node.index])..<Int(nodeFirstDevice[node.index + 1])
    }
    /// The index of a node's group.
    public func group(of node: NodeID) -> Int { Int(nodeGroup[node.index]) }
    /// What a node is.
    public func descriptor(of node: NodeID) -> NodeDescriptor { groups[group(of: node)].node }
    /// The node of a device.
    public func node(of device: DeviceID) -> NodeID { NodeID(Int(deviceNode[device.index])) }

    /// Where a device stands.
    public func place(of device: DeviceID) -> DevicePlace {
        let node = node(of: device)
        return DevicePlace(
            group: group(of: node), node: node, position: device.index - Int(nodeFirstDevice[node.index]))
    }

    /// The index of the group of this name, or nil.
    public func group(named name: String) -> Int? { groups.firstIndex { $0.name == name } }
}

extension ClusterLayout {
    /// `group/node/position`, the node counted within its group: `h20/0/3`.
    public func name(of device: DeviceID) -> String {
        "\(name(of: node(of: device)))/\(place(of: device).position)"
    }

    /// `group/node`, the node counted within its group: `h20/0`.
    public func name(of node: NodeID) -> String {
        let group = group(of: node)
        return "\(groups[group].name)/\(node.index - groupFirstNode[group])"
    }

    /// The device of a name such as `h20/0/3`; nil when there is none.
    public func device(named name: String) -> DeviceID? {
        guard let slash = name.lastIndex(of: "/"), let node = node(named: String(name[..<slash])),
            let position = Self.number(name[name.index(after: slash)...]), position < devices(of: node).count
        else { return nil }
        return DeviceID(devices(of: node).lowerBound + position)
    }

    /// The node of a name such as `h20/0`; nil when there is none.
    public func node(named name: String) -> NodeID? {
        guard let slash = name.lastIndex(of: "/"), let group = group(named: String(name[..<slash])),
            let index = Self.number(name[name.index(after: slash)...]), index < groups[group].count
        else { return nil }
        return NodeID(groupFirstNode[group] + index)
    }

    /// A number in plain decimal digits, so that every device has exactly one name.
    private static func number(_ text: Substring) -> Int? {
        guard let value = Int(text), value >= 0, String(value) == text else { return nil }
        return value
    }
}
