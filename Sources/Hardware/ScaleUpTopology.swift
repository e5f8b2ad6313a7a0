/// How the devices of one node reach each other, with the figures that belong to the shape.
///
/// The shape is a real effect: of 196 GB/s per device a full mesh of eight gives one peer 28, a
/// switch all of it. Figures are nominal, in B/s and per direction; the cluster applies its link
/// efficiency.
public enum ScaleUpTopology: Sendable, Equatable {
    /// A link of its own between each two devices, in each direction.
    case mesh(pairBytesPerSecond: Sourced<Double>)
    /// A non-blocking switch: a device's port is all that limits it, to any peer or to all.
    case switched(portBytesPerSecond: Sourced<Double>)
    /// Packages of several devices: a link between each two of a package, a port to a switch for
    /// the rest.
    case packages(PackageTopology)
    /// No scale-up links: peers copy through their host links.
    case hostLink
}

/// The figures of ``ScaleUpTopology/packages(_:)``.
public struct PackageTopology: Sendable, Equatable {
    /// Devices of one package; consecutive positions belong together.
    public var devicesPerPackage: Int
    /// The link between two devices of a package, in B/s.
    public var packageBytesPerSecond: Sourced<Double>
    /// The latency of that link.
    public var packageLatencyNanoseconds: Sourced<Int64>
    /// A device's port to the switch that joins the packages, in B/s.
    public var portBytesPerSecond: Sourced<Double>
}

extension ScaleUpTopology {
    /// The name of the shape in node files and messages.
    public var kind: String {
        switch self {
        case .mesh: "mesh"
        case .switched: "switch"
        case .packages: "packages"
        case .hostLink: "pcie"
        }
    }
}
