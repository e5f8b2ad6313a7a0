import JSONText

/// The descriptor files that come with the simulator, embedded in its code, in a fixed order.
///
/// A new device or node type is one JSON file in `Resources` and one line here; a test fails while
/// the line is missing.
enum ShippedDescriptors {
    /// A file: the name by which it is found, which its own `name` repeats, and its text.
    struct File: Sendable {
        let name: String
        let text: [UInt8]
    }

    /// Sweeps ask for the same devices and node types thousands of times.
    static let decodedDevices = DecodedOnce<DeviceDescriptor>()
    static let decodedNodeTypes = DecodedOnce<NodeType>()

    /// Devices, by vendor and generation.
    static let devices = [
        File(name: "ascend-910b1", text: PackageResources.ascend_910b1_json),
        File(name: "ascend-910b2", text: PackageResources.ascend_910b2_json),
        File(name: "ascend-910b3", text: PackageResources.ascend_910b3_json),
        File(name: "ascend-910b4", text: PackageResources.ascend_910b4_json),
        File(name: "ascend-910c-die", text: PackageResources.ascend_910c_die_json),
        File(name: "h20-96", text: PackageResources.h20_96_json),
        File(name: "h20-3e", text: PackageResources.h20_3e_json),
        File(name: "h800", text: PackageResources.h800_json),
        File(name: "h100", text: PackageResources.h100_json),
        File(name: "h200", text: PackageResources.h200_json),
        File(name: "b200", text: PackageResources.b200_json),
        File(name: "a100", text: PackageResources.a100_json),
        File(name: "a10", text: PackageResources.a10_json),
        File(name: "l40s", text: PackageResources.l40s_json),
        File(name: "l20", text: PackageResources.l20_json),
        File(name: "rtx-4090", text: PackageResources.rtx_4090_json),
        File(name: "rtx-pro-6000", text: PackageResources.rtx_pro_6000_json),
        File(name: "mi300x", text: PackageResources.mi300x_json),
        File(name: "gaudi2", text: PackageResources.gaudi2_json),
        File(name: "gaudi3", text: PackageResources.gaudi3_json),
        File(name: "host", text: PackageResources.host_json),
    ]

    /// Node types, in the order of the devices that they hold.
    static let nodeTypes = [
        File(name: "atlas-800t-a2", text: PackageResources.atlas_800t_a2_json),
        File(name: "atlas-800t-a3", text: PackageResources.atlas_800t_a3_json),
        File(name: "hgx-h20", text: PackageResources.hgx_h20_json),
        File(name: "hgx-h20-3e", text: PackageResources.hgx_h20_3e_json),
        File(name: "hgx-h800", text: PackageResources.hgx_h800_json),
        File(name: "hgx-h100", text: PackageResources.hgx_h100_json),
        File(name: "hgx-h200", text: PackageResources.hgx_h200_json),
        File(name: "hgx-b200", text: PackageResources.hgx_b200_json),
        File(name: "hgx-a100", text: PackageResources.hgx_a100_json),
        File(name: "pcie-a10-8", text: PackageResources.pcie_a10_8_json),
        File(name: "pcie-l40s-8", text: PackageResources.pcie_l40s_8_json),
        File(name: "pcie-l20-8", text: PackageResources.pcie_l20_8_json),
        File(name: "pcie-rtx-4090-8", text: PackageResources.pcie_rtx_4090_8_json),
        File(name: "pcie-rtx-pro-6000-8", text: PackageResources.pcie_rtx_pro_6000_8_json),
        File(name: "mi300x-8", text: PackageResources.mi300x_8_json),
        File(name: "gaudi2-8", text: PackageResources.gaudi2_8_json),
        File(name: "gaudi3-8", text: PackageResources.gaudi3_8_json),
        File(name: "generic", text: PackageResources.generic_json),
        File(name: "host-1", text: PackageResources.host_1_json),
    ]
}

extension ShippedDescriptors.File {
    /// Decodes the file. What ships is checked by tests, so that a problem in it is a broken build.
    func decoded<Descriptor>(_ type: JSONType<Descriptor>) -> Descriptor {
        do {
            return try JSONDocument(bytes: text, file: "\(name).json").decode(type)
        } catch {
            preconditionFailure("a shipped descriptor is invalid:\n\(error)")
        }
    }
}

extension DeviceDescriptor {
    /// The names of the shipped devices, in a fixed order.
    public static var shippedNames: [String] { ShippedDescriptors.devices.map(\.name) }

    /// The shipped device of this name.
    /// - Throws: ``HardwareError/unknownDevice(_:nearest:known:)``.
    public static func named(_ name: String) throws(HardwareError) -> DeviceDescriptor {
        if let file = ShippedDescriptors.devices.first(where: { $0.name == name }) {
            return ShippedDescriptors.decodedDevices.value(name) { file.decoded(.deviceDescriptor) }
        }
        throw .unknownDevice(
            name, nearest: Spelling.nearest(to: name, among: shippedNames), known: shippedNames)
    }
}

extension NodeType {
    /// The names of the shipped node types, in a fixed order.
    public static var shippedNames: [String] { ShippedDescriptors.nodeTypes.map(\.name) }

    /// The shipped node type of this name.
    /// - Throws: ``HardwareError/unknownNodeType(_:nearest:known:)``.
    public static func named(_ name: String) throws(HardwareError) -> NodeType {
        if let file = ShippedDescriptors.nodeTypes.first(where: { $0.name == name }) {
            return ShippedDescriptors.decodedNodeTypes.value(name) { file.decoded(.nodeType) }
        }
        throw .unknownNodeType(
            name, nearest: Spelling.nearest(to: name, among: shippedNames), known: shippedNames)
    }
}
