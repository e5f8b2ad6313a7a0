/// What is wrong with a description of hardware. The cases carry the facts, `description` the words.
public enum HardwareError: Error, Sendable, Equatable {
    /// No shipped device has this name; the nearest one, and all of them.
    case unknownDevice(String, nearest: String?, known: [String])
    /// No shipped node type has this name; the nearest one, and all of them.
    case unknownNodeType(String, nearest: String?, known: [String])
    /// Neither the node type nor its device states a link that the node needs. `key` sets it.
    case missingLink(nodeType: String, device: String, link: String, key: String)
    /// An override that this node type has no use for.
    case ineffectiveOverride(nodeType: String, key: String, reason: String)
    /// A host copy faster than the link that it goes through, both in B/s.
    case copyExceedsHostLink(nodeType: String, device: String, key: String, copy: Double, link: Double)
    /// A number of devices that cannot be divided into whole packages.
    case partialPackage(nodeType: String, devices: Int, devicesPerPackage: Int)
    /// A value of a cluster specification that is out of its range.
    case invalidSpecification(name: String, found: String, allowed: String)
}

extension HardwareError: CustomStringConvertible {
    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .unknownDevice(let name, let nearest, let known):
            Self.unknown("device", name, nearest, known)
        case .unknownNodeType(let name, let nearest, let known):
            Self.unknown("node type", name, nearest, known)
        case .missingLink(let nodeType, let device, let link, let key):
            "node type \(nodeType): neither it nor device \(device) states \(link); set \(key)"
        case .ineffectiveOverride(let nodeType, let key, let reason):
            "node type \(nodeType): \(key) has no effect, since \(reason); leave it out"
        case .copyExceedsHostLink(let nodeType, let device, let key, let copy, let link):
            "node type \(nodeType): \(key) is \(Self.gigabytes(copy)), more than the host link of "
                + "\(device) carries; set at most \(Self.gigabytes(link))"
        case .partialPackage(let nodeType, let devices, let size):
            "node type \(nodeType): \(devices) devices are no whole number of packages of \(size); "
                + "set devices_per_node to a multiple of \(size)"
        case .invalidSpecification(let name, let found, let allowed):
            "cluster: \(name) is \(found); allowed is \(allowed)"
        }
    }

    private static func unknown(_ kind: String, _ name: String, _ nearest: String?, _ known: [String]) -> String {
        let remedy = nearest.map { "did you mean \($0)?" } ?? "known are \(known.joined(separator: ", "))"
        return "there is no \(kind) \(name); \(remedy)"
    }

    private static func gigabytes(_ bytesPerSecond: Double) -> String { "\(bytesPerSecond / 1e9) GB/s" }
}
