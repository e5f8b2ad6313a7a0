import Glibc
import Hardware
import Testing

/// The registry against the folders: a file that nobody registered would never be found.
@Suite struct ShippedDescriptorsTests {
    @Test(arguments: [("Devices", DeviceDescriptor.shippedNames), ("Nodes", NodeType.shippedNames)])
    func everyFileIsRegistered(_ folder: String, names: [String]) throws {
        let files = try #require(Self.files(in: folder))
        #expect(files == names.map { "\($0).json" }.sorted())
    }

    @Test(arguments: DeviceDescriptor.shippedNames)
    func aDeviceIsFoundUnderItsOwnName(_ name: String) throws {
        #expect(try DeviceDescriptor.named(name).name == name)
    }

    @Test(arguments: NodeType.shippedNames)
    func aNodeTypeIsFoundUnderItsOwnNameAndResolves(_ name: String) throws {
        let type = try NodeType.named(name)
        #expect(type.name == name)
        let node = try type.resolved()
        #expect(node.device.name == type.deviceName)
        #expect(node.devicesPerNode == type.devicesPerNode)
    }

    @Test func aWrongNameGetsTheNearest() {
        let devices = DeviceDescriptor.shippedNames
        #expect(throws: HardwareError.unknownDevice("h20-69", nearest: "h20-96", known: devices)) {
            try DeviceDescriptor.named("h20-69")
        }
        #expect(throws: HardwareError.unknownNodeType("hgx-h2O", nearest: "hgx-h20", known: NodeType.shippedNames)) {
            try NodeType.named("hgx-h2O")
        }
        let error = #expect(throws: HardwareError.self) { try DeviceDescriptor.named("abacus") }
        let start = "there is no device abacus; known are ascend-910b1, ascend-910b2,"
        #expect(error?.description.hasPrefix(start) == true)
    }

    /// Names of the files of a resource folder, sorted; nil when it cannot be read.
    private static func files(in folder: String) -> [String]? {
        let package = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        let path = (package + ["Sources", "Hardware", "Resources", folder[...]]).joined(separator: "/")
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}
