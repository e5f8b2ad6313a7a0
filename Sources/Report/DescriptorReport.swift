import Hardware
import JSONText
import ModelGraph
import Timing

/// Tables of what is known: devices, node types, models.
public enum DescriptorReport {
    /// All devices, then all node types.
    public static func list() throws -> String {
        var devices = TextTable(["device", "bf16 TFLOP/s", "memory GB", "TB/s", "scale-up GB/s", "NIC GB/s", "timing"])
        for name in DeviceDescriptor.shippedNames {
            let device = try DeviceDescriptor.named(name)
            devices.add([
                name, device.matrixRates[.bf16].map { significant($0.value / 1e12) } ?? "-",
                significant(Double(device.memoryBytes.value) / 1e9),
                significant(device.memoryBytesPerSecond.value / 1e12),
                device.scaleUpBytesPerSecond.map { significant($0.value / 1e9) } ?? "-",
                device.networkBytesPerSecond.map { significant($0.value / 1e9) } ?? "-",
                try ProfileRegistry.profile(for: name).name,
            ])
        }
        var nodes = TextTable(["node type", "devices", "device", "scale-up"])
        for name in NodeType.shippedNames {
            let type = try NodeType.named(name)
            nodes.add([name, "\(type.devicesPerNode)", type.deviceName, try type.resolved().scaleUp.kind])
        }
        return devices.text + "\n" + nodes.text
    }

    /// One device with every figure's provenance, and the timing parameters that it would be given.
    public static func show(_ device: DeviceDescriptor) throws -> String {
        var table = TextTable(["\(device.name) (\(device.title))", "value", "provenance", "source"])
        func add(_ name: String, _ value: Sourced<Double>?, scale: Double, _ unit: String) {
            guard let value else { return }
            table.add([name, significant(value.value / scale) + " " + unit, value.provenance.description, value.source])
        }
        for type in device.matrixRates.supported {
            add("matrix \(type.rawValue)", device.matrixRates[type], scale: 1e12, "TFLOP/s")
        }
        for type in device.vectorRates.supported {
            add("vector \(type.rawValue)", device.vectorRates[type], scale: 1e12, "TFLOP/s")
        }
        add("memory", device.memoryBytes.map(Double.init), scale: 1e9, "GB")
        add("memory bandwidth", device.memoryBytesPerSecond, scale: 1e12, "TB/s")
        add("L2 cache", device.cacheBytes?.map(Double.init), scale: 1e6, "MB")
        add("scale-up, one direction", device.scaleUpBytesPerSecond, scale: 1e9, "GB/s")
        add("NIC, one direction", device.networkBytesPerSecond, scale: 1e9, "GB/s")
        add("host link, one direction", device.hostLinkBytesPerSecond, scale: 1e9, "GB/s")
        add("power", device.powerWatts, scale: 1, "W")
        let profile = try ProfileRegistry.profile(for: device.name)
        var timing = TextTable(
            ["timing profile \(profile.name) (\(profile.engine))", "value", "provenance", "+/-", "source"])
        for (key, parameter) in profile.parameters {
            let deviation = parameter.provenance.logStandardDeviation(vendorEverMeasured: device.vendor.isEverMeasured)
            timing.add([
                key, valueText(key, parameter.value), parameter.provenance.description, percent(deviation),
                parameter.source,
            ])
        }
        return table.text + "\n" + timing.text
    }

    private static func valueText(_ key: String, _ value: Double) -> String {
        if key.hasSuffix("efficiency") || key.contains("per_layer") || key.contains("rows") { return rounded(value, 2) }
        if key.hasSuffix("bandwidth") { return significant(value / 1e9) + " GB/s" }
        return time(value / 1e9)
    }

    /// All models.
    public static func models() throws -> String {
        var table = TextTable(["model", "parameters B", "active B", "layers", "weights", "KV bytes/token", "context"])
        for name in ModelRegistry.names {
            let model = try ModelDescriptor.named(name)
            let parameters = model.parameters
            table.add([
                name, rounded(Double(parameters.total) / 1e9, 2), rounded(Double(parameters.active) / 1e9, 2),
                "\(model.layers)", model.weightType.rawValue, "\(model.keyValueBytesPerToken(model.keyValueType))",
                "\(model.longestContext)",
            ])
        }
        return table.text
    }
}
