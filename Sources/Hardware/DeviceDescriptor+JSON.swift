import JSONText

extension DeviceDescriptor {
    /// The value of `schema` in a device file.
    public static let schema = "simulate-device/1"

    /// Decodes a device file.
    /// - Throws: everything that is wrong with it, each with its place.
    public init(document: JSONDocument) throws(JSONProblems) {
        self = try document.decode(.deviceDescriptor)
    }

    /// Reads a user's own device file.
    /// - Throws: why it cannot be read, or everything that is wrong with it.
    public init(contentsOf path: String) throws(JSONProblems) {
        try self.init(document: JSONDocument(contentsOf: path))
    }
}

extension JSONType<DeviceDescriptor> {
    /// A whole device file.
    public static var deviceDescriptor: JSONType {
        .object("a device descriptor") { file in
            _ = file.required("schema", .choice(of: [DeviceDescriptor.schema]))
            return DeviceDescriptor(reading: file)
        }
    }
}

extension DeviceDescriptor {
    fileprivate init(reading file: JSONObjectReader) {
        name = file.required("name", .name)
        title = file.required("title", .name)
        vendor = file.required("vendor", .choice(DeviceVendor.self))
        matrixRates = file.required("matrix_rate", .peakRates(atLeast: 1))
        vectorRates = file.required("vector_rate", .peakRates(atLeast: 0))
        let memory = file.required("memory", .memoryFacts)
        memoryBytes = memory.capacity
        memoryBytesPerSecond = memory.bandwidth
        cacheBytes = memory.cache
        cores = file.required("cores", .coreCounts)
        matrixTileRows = file.optional("matrix_tile_rows", .sourced(.integer(in: 1...)))
        let floors = file.optional("kernel_floor", .kernelFloors)
        matrixKernelFloorNanoseconds = floors?.matrix
        vectorKernelFloorNanoseconds = floors?.vector
        let links = file.required("links", .deviceLinks)
        scaleUpBytesPerSecond = links.scaleUp
        networkBytesPerSecond = links.network
        hostLinkBytesPerSecond = links.host
        powerWatts = file.required("power", .sourced(.quantity(.power, sign: .positive)))
        costPerHour = file.optional("cost_per_hour", .sourced(.number(in: 0...1e9)))
        timing = file.optional("timing", .timingPatch)
    }
}

extension JSONType<JSONObject> {
    /// A timing profile's own figures; what they mean is for who times the device to say.
    fileprivate static var timingPatch: JSONType {
        JSONType(expected: "an object, a patch of a timing profile", standIn: JSONObject()) { (value: JSONValue) in
            value.objectValue
        }
    }
}

private struct MemoryFacts {
    var capacity: Sourced<Int64>
    var bandwidth: Sourced<Double>
    var cache: Sourced<Int64>?
}

private struct KernelFloors {
    var matrix: Sourced<Int64>?
    var vector: Sourced<Int64>?
}

private struct DeviceLinks {
    var scaleUp: Sourced<Double>?
    var network: Sourced<Double>?
    var host: Sourced<Double>
}

extension JSONType<MemoryFacts> {
    fileprivate static var memoryFacts: JSONType {
        .object { memory in
            MemoryFacts(
                capacity: memory.required("capacity", .sourced(.bytes(sign: .positive))),
                bandwidth: memory.required("bandwidth", .sourced(.positiveBandwidth)),
                cache: memory.optional("l2_capacity", .sourced(.bytes(sign: .positive))))
        }
    }
}

extension JSONType<KernelFloors> {
    fileprivate static var kernelFloors: JSONType {
        .object { floors in
            KernelFloors(
                matrix: floors.optional("matrix", .sourced(.duration())),
                vector: floors.optional("vector", .sourced(.duration())))
        }
    }
}

extension JSONType<DeviceLinks> {
    fileprivate static var deviceLinks: JSONType {
        .object { links in
            DeviceLinks(
                scaleUp: links.optional("scale_up_bandwidth", .sourced(.positiveBandwidth)),
                network: links.optional("nic_bandwidth", .sourced(.positiveBandwidth)),
                host: links.required("host_link_bandwidth", .sourced(.positiveBandwidth)))
        }
    }
}
