import Hardware
import JSONText
import Timing

extension HostCalibration {
    /// The device file: `"device": "host.json"` of a node group takes it, timing and all.
    ///
    /// It says how many samples it rests on and how far they spread, and names no machine.
    public var file: JSONValue {
        [
            "schema": .string(DeviceDescriptor.schema), "name": .string(device.name),
            "title": "One thread of the machine that was calibrated", "vendor": .string(device.vendor.rawValue),
            "matrix_rate": ["fp32": rate(device.matrixRates[.fp32])],
            "vector_rate": ["fp32": rate(device.vectorRates[.fp32])],
            "memory": [
                "capacity": sourced(.string("\(device.memoryBytes.value / 1 << 30) GiB"), device.memoryBytes),
                "bandwidth": sourced(
                    bandwidth(device.memoryBytesPerSecond.value), device.memoryBytesPerSecond),
            ],
            "cores": ["kind": "thread", "matrix": sourced(.init(device.cores.matrix.value), device.cores.matrix)],
            "links": ["host_link_bandwidth": sourced(
                bandwidth(device.hostLinkBytesPerSecond.value), device.hostLinkBytesPerSecond)],
            "power": sourced(.string(decimal(device.powerWatts.value, 0) + " W"), device.powerWatts),
            "timing": .object(timing),
        ]
    }

    /// The patch of the timing profile.
    private var timing: JSONObject {
        var root: JSONObject = ["name": "host", "engine": "the simulator's own kernels, one thread"]
        for entry in entries { root[Self.section(entry.kernel)] = .object(section(entry)) }
        let source = "least squares over \(steps) steps of the host's server beside their kernels"
        func measured(_ nanoseconds: Double) -> JSONValue {
            ["value": time(nanoseconds), "provenance": "measured", "source": .string(source)]
        }
        let nothing: JSONValue = [
            "value": "0 us", "provenance": "measured", "source": "a function call, which the kernels' own times hold",
        ]
        root["host"] = [
            "step": measured(overhead.step), "per_sequence": measured(overhead.perSequence),
            "per_new_token": measured(overhead.perToken), "launch": nothing, "replay": nothing, "piece": nothing,
            "dynamic_launch": nothing,
        ]
        return root
    }

    private static func section(_ kernel: KernelOperator) -> String {
        switch kernel {
        case .mixtureOfExperts: "grouped_gemm"
        case .allReduce: "collective"
        default: kernel.rawValue
        }
    }

    private func section(_ entry: Entry) -> JSONObject {
        var object = JSONObject()
        let numbers = entry.fit.parameters
        let source = entry.kernel == .elementwise
            ? "\(entry.fit.samples) kinds of steps" : "\(entry.fit.samples) kernels"
        func measured(_ value: JSONValue) -> JSONValue {
            [
                "value": value, "provenance": "measured",
                "source": .string(
                    "\(source) on one thread, medians of CPU time, p90 at most \(decimal(entry.spread, 2)) times the "
                        + "median; the fit is off by \(decimal(entry.error.mean * 100, 1)) % on them"),
            ]
        }
        if entry.kernel != .elementwise { object["compute_efficiency"] = measured(share(numbers.compute)) }
        object["memory_efficiency"] = measured(share(numbers.memory))
        object["setup"] = measured(time(numbers.setup))
        if entry.kernel == .decodeAttention { object["unit"] = measured(time(numbers.extra)) }
        return object
    }

    private func rate(_ value: Sourced<Double>?) -> JSONValue {
        guard let value else { return .null }
        return sourced(.string(decimal(value.value / 1e9, 1) + " GFLOP/s"), value)
    }

    private func bandwidth(_ bytesPerSecond: Double) -> JSONValue {
        .string(decimal(bytesPerSecond / 1e9, 1) + " GB/s")
    }

    private func sourced<Value>(_ text: JSONValue, _ value: Sourced<Value>) -> JSONValue {
        ["value": text, "provenance": .string(value.provenance.description), "source": .string(value.source)]
    }

    /// Four decimals, rounded down, so that no share exceeds 1.
    private func share(_ value: Double) -> JSONValue { .init(max(1, (value * 1e4).rounded(.down)) / 1e4) }

    private func time(_ nanoseconds: Double) -> JSONValue { .string(decimal(nanoseconds / 1e3, 3) + " us") }

    /// A number above zero with so many decimals.
    private func decimal(_ value: Double, _ decimals: Int) -> String {
        var scale: Int64 = 1
        for _ in 0..<decimals { scale *= 10 }
        let whole = Int64((value * Double(scale)).rounded())
        guard decimals > 0 else { return "\(whole)" }
        let rest = "\(whole % scale)"
        return "\(whole / scale)." + String(repeating: "0", count: decimals - rest.count) + rest
    }
}
