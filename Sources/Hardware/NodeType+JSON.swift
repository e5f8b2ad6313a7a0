import JSONText

extension NodeType {
    /// The value of `schema` in a node file.
    public static let schema = "simulate-node/1"

    /// Decodes a node file.
    /// - Throws: everything that is wrong with it, each with its place.
    public init(document: JSONDocument) throws(JSONProblems) {
        self = try document.decode(.nodeType)
    }

    /// Reads a user's own node file.
    /// - Throws: why it cannot be read, or everything that is wrong with it.
    public init(contentsOf path: String) throws(JSONProblems) {
        try self.init(document: JSONDocument(contentsOf: path))
    }
}

extension JSONType<NodeType> {
    /// A whole node file.
    public static var nodeType: JSONType {
        .object("a node type") { file in
            _ = file.required("schema", .choice(of: [NodeType.schema]))
            return NodeType(reading: file)
        }
    }
}

extension NodeType {
    fileprivate init(reading file: JSONObjectReader) {
        name = file.required("name", .name)
        title = file.required("title", .name)
        deviceName = file.required("device", .name)
        let count = file.required("devices_per_node", .integer(in: 1...))
        devicesPerNode = count
        (scaleUp, scaleUpLatencyNanoseconds) = file.required("scale_up", .scaleUp(devices: count))
        (networkBytesPerSecond, networkLatencyNanoseconds) = file.required("nic", .network)
        host = file.required("host", .hostFacts)
    }
}

extension JSONType<(Sourced<Double>?, Sourced<Int64>)> {
    fileprivate static var network: JSONType {
        .object { nic in
            (
                nic.optional("bandwidth", .sourced(.positiveBandwidth)),
                nic.required("latency", .sourced(.duration()))
            )
        }
    }
}

extension JSONType<HostFacts> {
    fileprivate static var hostFacts: JSONType {
        .object { host in
            HostFacts(
                memoryBytes: host.required("memory", .sourced(.bytes(sign: .positive))),
                pinnedBytesPerSecond: host.required("pinned_bandwidth", .sourced(.positiveBandwidth)),
                pageableToDeviceBytesPerSecond: host.required(
                    "pageable_to_device_bandwidth", .sourced(.positiveBandwidth)),
                pageableToHostBytesPerSecond: host.required(
                    "pageable_to_host_bandwidth", .sourced(.positiveBandwidth)),
                latencyNanoseconds: host.required("latency", .sourced(.duration())))
        }
    }
}

private enum ScaleUpKind: String, CaseIterable { case mesh, `switch`, packages, pcie, automatic }

extension JSONType<(ScaleUpRule, Sourced<Int64>)> {
    /// The figures that a shape needs, and no others.
    fileprivate static func scaleUp(devices: Int) -> JSONType {
        .object { links in
            let kind = links.required("kind", .choice(ScaleUpKind.self))
            let latency = links.required("latency", .sourced(.duration()))
            switch kind {
            case .mesh:
                let pair = links.required("pair_bandwidth", .sourced(.positiveBandwidth))
                return (.mesh(pairBytesPerSecond: pair), latency)
            case .switch:
                let port = links.optional("bandwidth", .sourced(.positiveBandwidth))
                return (.switched(portBytesPerSecond: port), latency)
            case .packages: return (.packages(packages(links, devices: devices)), latency)
            case .pcie: return (.hostLink, latency)
            case .automatic: return (.automatic, latency)
            }
        }
    }

    private static func packages(_ links: JSONObjectReader, devices: Int) -> PackageTopology {
        let size = links.required("devices_per_package", .integer(in: 2...))
        if !devices.isMultiple(of: size) {
            links.fail(at: "devices_per_package", "\(devices) devices are no whole number of packages of \(size)")
        }
        return PackageTopology(
            devicesPerPackage: size,
            packageBytesPerSecond: links.required("package_bandwidth", .sourced(.positiveBandwidth)),
            packageLatencyNanoseconds: links.required("package_latency", .sourced(.duration())),
            portBytesPerSecond: links.required("bandwidth", .sourced(.positiveBandwidth)))
    }
}
